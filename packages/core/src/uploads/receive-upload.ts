import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import type { Readable } from "node:stream";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Id, newId } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { isOutOfSpace, makeUploadDirectory, partialPath, safeFileName, syncDirectory, uploadPath } from "./upload-files.ts";

/** A file received whole and durable under its id, not yet known to the database. */
export interface ReceivedUpload {
  readonly id: Id<"upload">;
  readonly fileName: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Streams a file into the data directory with its SHA-256; it gets its final name only when it is whole and flushed. */
export async function receiveUpload(
  dataDir: string,
  file: { readonly stream: Readable; readonly fileName: string },
  signal: AbortSignal,
): Promise<ReceivedUpload> {
  const id = newId("upload");
  const staging = partialPath(dataDir, id);
  const directory = await makeUploadDirectory(dataDir);
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
    if (isOutOfSpace(error)) throw problem("storage.full", {}, { cause: error });
    throw error;
  }
  return { id, fileName: safeFileName(file.fileName), bytes, sha256: hash.digest("hex") };
}

/** Deletes a received file whose dataset was not created after all. */
export async function discardUpload(dataDir: string, id: string): Promise<void> {
  await rm(uploadPath(dataDir, id), { force: true });
}
