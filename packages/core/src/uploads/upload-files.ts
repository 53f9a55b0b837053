import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

const MAX_NAME = 255;

/** Where files of uploads lie, whole ones and those on their way. */
export const uploadDirectory = (dataDir: string): string => join(dataDir, "uploads");

/** Where the original bytes of an upload are kept. */
export function uploadPath(dataDir: string, uploadId: string): string {
  return join(uploadDirectory(dataDir), uploadId);
}

/** Where the bytes of an upload are collected until it is whole. */
export const partialPath = (dataDir: string, uploadId: string): string => `${uploadPath(dataDir, uploadId)}.part`;

/** The last part of whatever path a client sent, without control characters; only shown, never opened. */
export function safeFileName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  const visible = last.replace(/[\u0000-\u001f\u007f]/g, "").trim();
  return visible === "" ? "file" : visible.slice(0, MAX_NAME);
}

export async function makeUploadDirectory(dataDir: string): Promise<string> {
  const directory = uploadDirectory(dataDir);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return directory;
}

/** Makes names given or taken in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A file's SHA-256, read piece by piece. */
export async function hashFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1_048_576 }), hash, { signal });
  return hash.digest("hex");
}

/** Writes all of a chunk: on a disk that is filling up, one write may take only a part of it. */
export async function writeAll(handle: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let written = 0; written < chunk.length; ) written += (await handle.write(chunk, written, chunk.length - written, position + written)).bytesWritten;
}

/** Whether there is a file of this name. */
export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Deletes whatever there is of an upload. */
export async function removeUploadFiles(dataDir: string, uploadId: string): Promise<void> {
  await rm(partialPath(dataDir, uploadId), { force: true });
  await rm(uploadPath(dataDir, uploadId), { force: true });
}

export const isOutOfSpace = (error: unknown): boolean => error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
