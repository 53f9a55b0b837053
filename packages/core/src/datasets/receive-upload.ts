import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Id, newId } from "@granary/kernel";
import { problem } from "@granary/protocol";

const MAX_NAME = 255;

/** A file received whole and durable under its id, not yet known to the database. */
export interface ReceivedUpload {
  readonly id: Id<"upload">;
  readonly fileName: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Where the original bytes of an upload are kept. */
export function uploadPath(dataDir: string, uploadId: string): string {
  return join(dataDir, "uploads", uploadId);
}

/** The last part of whatever path a client sent, without control characters; only shown, never opened. */
export function safeFileName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  const visible = last.replace(/[\u0000-\u001f\u007f]/g, "").trim();
  return visible === "" ? "file" : visible.slice(0, MAX_NAME);
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Streams a file into the data directory with its SHA-256; it gets its final name only when it is whole and flushed. */
export async function receiveUpload(
  dataDir: string,
  file: { readonly stream: Readable; readonly fileName: string },
  signal: AbortSignal,
): Promise<ReceivedUpload> {
  const id = newId("upload");
  const directory = join(dataDir, "uploads");
  const staging = join(directory, `${id}.part`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const hash = createHash("sha256");
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  try {
    await pipeline(file.stream, measure, createWriteStream(staging, { mode: 0o600, flush: true }), { signal });
    if ("truncated" in file.stream && file.stream.truncated === true) throw problem("request.too_large", { limit: "the upload limit" });
    if (bytes === 0) throw problem("upload.empty");
    await rename(staging, uploadPath(dataDir, id));
    await syncDirectory(directory);
  } catch (error) {
    await rm(staging, { force: true });
    if (error instanceof Error && "code" in error && error.code === "ENOSPC") throw problem("storage.full", {}, { cause: error });
    throw error;
  }
  return { id, fileName: safeFileName(file.fileName), bytes, sha256: hash.digest("hex") };
}

/** Deletes a received file whose dataset was not created after all. */
export async function discardUpload(dataDir: string, id: string): Promise<void> {
  await rm(uploadPath(dataDir, id), { force: true });
}
