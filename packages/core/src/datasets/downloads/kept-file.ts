import { join } from "node:path";

/** Where files that jobs wrote for people lie until they expire. */
export const keptDirectory = (dataDir: string): string => join(dataDir, "downloads");

export const keptPath = (dataDir: string, downloadId: string): string => join(keptDirectory(dataDir), downloadId);
