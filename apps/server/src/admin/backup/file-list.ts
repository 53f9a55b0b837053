import { createReadStream } from "node:fs";
import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { problem } from "@granary/protocol";
import { copyWhole, type Digest } from "./copy-file.ts";
import { isData, isUnfinished } from "./places.ts";

const FILE = "files.jsonl";

/** One copied file: its path in `files/` of the backup, with slashes. */
export interface ListedFile extends Digest {
  readonly path: string;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** All files below a directory, by their path with slashes; nothing when it is not there. */
export async function* filesBelow(directory: string, prefix = ""): AsyncGenerator<string> {
  const entries = await readdir(join(directory, prefix), { withFileTypes: true }).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(directory, path);
    else if (entry.isFile() && !isUnfinished(entry.name)) yield path;
  }
}

/** What of the data directory is copied as files. */
export async function* dataFiles(dataDir: string): AsyncGenerator<string> {
  for await (const path of filesBelow(dataDir)) if (isData(path.split("/")[0] ?? "")) yield path;
}

export interface CopySource {
  readonly directory: string;
  readonly paths: AsyncIterable<string>;
  /** First part of the paths in the backup. */
  readonly root: "lake" | "data";
}

async function appendCopy(list: FileHandle, from: string, backup: string, path: string): Promise<number> {
  try {
    const digest = await copyWhole(from, join(backup, "files", path));
    await list.write(`${JSON.stringify({ path, ...digest } satisfies ListedFile)}\n`);
    return digest.bytes;
  } catch (error) {
    // A running program may delete what nothing refers to any more between the listing and the copy.
    if (hasCode(error, "ENOENT") && error instanceof Error && "path" in error && error.path === from) return -1;
    throw error;
  }
}

/** Copies files into the backup and lists them with their checksums. Memory does not grow with their number. */
export async function copyFiles(backup: string, sources: readonly CopySource[]): Promise<{ readonly count: number; readonly bytes: number }> {
  let count = 0;
  let bytes = 0;
  await using list = await open(join(backup, FILE), "wx", 0o600);
  for (const { directory, paths, root } of sources) {
    for await (const path of paths) {
      const size = await appendCopy(list, join(directory, path), backup, `${root}/${path}`);
      if (size < 0) continue;
      count += 1;
      bytes += size;
    }
  }
  await list.sync();
  return { count, bytes };
}

export const listPath = (backup: string): string => join(backup, FILE);

function isListed(value: unknown): value is ListedFile {
  return typeof value === "object" && value !== null && "path" in value && typeof value.path === "string" && "sha256" in value && "bytes" in value;
}

/** The files a backup lists, one at a time. Throws `backup.damaged`. */
export async function* listedFiles(backup: string): AsyncGenerator<ListedFile> {
  const lines = createInterface({ input: createReadStream(listPath(backup)), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    const value: unknown = JSON.parse(line);
    if (!isListed(value)) throw problem("backup.damaged", { directory: backup, detail: `${FILE} cannot be read` });
    yield value;
  }
}
