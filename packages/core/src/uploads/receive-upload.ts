import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Id, newId } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../context/index.ts";
import { requireQuota } from "./quota.ts";
import { recordingInfected, scanArrived } from "./scan/scan-arrived.ts";
import { isOutOfSpace, makeUploadDirectory, partialPath, safeFileName, syncDirectory, uploadPath } from "./upload-files.ts";

/** A file received whole, scanned and durable under its id, not yet known to the database. */
export interface ReceivedUpload {
  readonly id: Id<"upload">;
  readonly fileName: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface SentFile {
  readonly stream: Readable;
  readonly fileName: string;
  /** Ends the receiving, where that has an end of its own. */
  readonly signal?: AbortSignal;
}

/** Streams a file into the data directory with its SHA-256; it gets its final name only when it is whole, flushed and scanned. */
export function receiveUpload(ctx: Ctx, file: SentFile): Promise<ReceivedUpload> {
  return recordingInfected(ctx, () => receiveFile(ctx, file));
}

/** The same inside a transaction, whose caller sees to it that an infected file is recorded. */
export async function receiveFile(ctx: Ctx | TxCtx, file: SentFile): Promise<ReceivedUpload> {
  const { dataDir } = ctx.services.config;
  const id = newId("upload");
  const fileName = safeFileName(file.fileName);
  const staging = partialPath(dataDir, id);
  const directory = await makeUploadDirectory(dataDir);
  const quota = await requireQuota(ctx);
  const hash = createHash("sha256");
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      if (bytes > quota.left) done(quota.exceeded());
      else done(null, chunk);
    },
  });
  try {
    await pipeline(file.stream, measure, createWriteStream(staging, { mode: 0o600, flush: true }), { signal: file.signal ?? ctx.signal });
    if ("truncated" in file.stream && file.stream.truncated === true) throw problem("request.too_large", { limit: "the upload limit" });
    if (bytes === 0) throw problem("upload.empty");
    await scanArrived(ctx, { id, path: staging, fileName, bytes });
    await rename(staging, uploadPath(dataDir, id));
    await syncDirectory(directory);
  } catch (error) {
    await rm(staging, { force: true });
    if (isOutOfSpace(error)) throw problem("storage.full", {}, { cause: error });
    throw error;
  }
  return { id, fileName, bytes, sha256: hash.digest("hex") };
}

/** Deletes a received file whose dataset was not created after all. */
export async function discardUpload(dataDir: string, id: string): Promise<void> {
  await rm(uploadPath(dataDir, id), { force: true });
}
