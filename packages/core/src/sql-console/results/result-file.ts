import { join } from "node:path";

/** Where the rows of queries lie until they expire. */
export const resultDirectory = (dataDir: string): string => join(dataDir, "sql-results");

export const resultPath = (dataDir: string, queryId: string): string => join(resultDirectory(dataDir), queryId);
