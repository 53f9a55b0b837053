import { randomUUID } from "node:crypto";
import { mkdir, open, stat } from "node:fs/promises";
import { join } from "node:path";
import type { OutputFile, StepOutput } from "./store.ts";

/** Where a run keeps its files, under the data directory. */
export const runsFolder = (dataDir: string): string => join(dataDir, "runs");
export const runFolder = (dataDir: string, runId: string): string => join(runsFolder(dataDir), runId);

/** A new file of a node, made of its folder and a name nobody else has; `path` as outputs keep it. */
export async function newFile(folder: string, node: string, name: string): Promise<{ readonly path: string; readonly absolute: string }> {
  await mkdir(join(folder, node), { recursive: true, mode: 0o700 });
  const path = join(node, `${randomUUID().slice(0, 8)}-${name}`);
  return { path, absolute: join(folder, path) };
}

/** Writes a file's pages down, so that what the database says of it holds after a power cut. */
export async function settleFile(absolute: string): Promise<{ readonly bytes: number }> {
  const file = await open(absolute, "r+");
  try {
    await file.sync();
    return { bytes: (await file.stat()).size };
  } finally {
    await file.close();
  }
}

const isThere = async (folder: string, { path, bytes }: OutputFile): Promise<boolean> => {
  const found = await stat(join(folder, path)).catch(() => undefined);
  return found?.size === bytes;
};

/** Whether all files of a step's output are still there as they were. */
export async function isComplete(dataDir: string, output: StepOutput): Promise<boolean> {
  const folder = runFolder(dataDir, output.runId);
  const files = Object.values(output.ports).flatMap((port) => port.files);
  return (await Promise.all(files.map((file) => isThere(folder, file)))).every(Boolean);
}

/** Absolute paths of a port's files. */
export const pathsOf = (dataDir: string, output: StepOutput, port: string): readonly string[] =>
  (output.ports[port]?.files ?? []).map(({ path }) => join(runFolder(dataDir, output.runId), path));
