import { randomUUID } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { problem, UPLOAD_MAX_PART_BYTES, type Upload } from "@granary/protocol";
import { type Ctx, requireUser, type TxCtx } from "../context/index.ts";
import { finishUpload } from "./finish-upload.ts";
import { getUpload, requireUpload } from "./get-upload.ts";
import { KEPT_DAYS, lockIncoming } from "./store.ts";
import { isOutOfSpace, makeUploadDirectory, partialPath, syncDirectory, writeAll } from "./upload-files.ts";

export interface UploadPart {
  readonly offset: number;
  readonly stream: Readable;
}

interface Scratch {
  readonly path: string;
  readonly bytes: number;
}

const wrongOffset = (offset: number): Error => problem("upload.wrong_offset", { offset, current: { offset } });

/**
 * Receives the part into a file of its own, so that parts sent at once, or cut off, never touch what is confirmed. A part that
 * is refused is left unread rather than destroyed: its sender still waits for the answer on that connection.
 */
async function writeScratch(path: string, stream: Readable, limits: { readonly left: number; readonly signal: AbortSignal }): Promise<number> {
  const handle = await open(path, "wx", 0o600);
  try {
    let bytes = 0;
    for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      limits.signal.throwIfAborted();
      if (bytes + chunk.length > UPLOAD_MAX_PART_BYTES) throw problem("request.too_large", { limit: `${UPLOAD_MAX_PART_BYTES} bytes a part` });
      if (bytes + chunk.length > limits.left) throw problem("upload.too_long");
      await writeAll(handle, chunk, bytes);
      bytes += chunk.length;
    }
    await handle.sync();
    return bytes;
  } finally {
    await handle.close();
  }
}

/** Puts the part behind the confirmed bytes and cuts off what was never confirmed. */
async function appendFile(path: string, offset: number, scratch: Scratch): Promise<void> {
  if (offset === 0) {
    await rename(scratch.path, path);
    return;
  }
  const handle = await open(path, constants.O_WRONLY);
  try {
    let position = offset;
    for await (const chunk of createReadStream(scratch.path, { highWaterMark: 1_048_576 }) as AsyncIterable<Buffer>) {
      await writeAll(handle, chunk, position);
      position += chunk.length;
    }
    await handle.truncate(position);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The bytes are durable before they are counted; of parts for the same place one is counted and the others are told where to go on. */
async function appendPart(ctx: TxCtx, id: string, offset: number, scratch: Scratch): Promise<number> {
  const row = await lockIncoming(ctx.db, requireUser(ctx.principal), id);
  if (row === undefined) throw wrongOffset((await requireUpload(ctx, id)).received);
  if (row.received !== offset) throw wrongOffset(row.received);
  const { dataDir } = ctx.services.config;
  await appendFile(partialPath(dataDir, id), offset, scratch);
  await syncDirectory(await makeUploadDirectory(dataDir));
  const received = offset + scratch.bytes;
  const expires_at = new Date(ctx.now.getTime() + KEPT_DAYS * 86_400_000);
  await ctx.db.updateTable("incoming_uploads").set({ received, expires_at }).where("id", "=", id).execute();
  return received;
}

async function takePart(ctx: Ctx, id: string, part: UploadPart, left: number): Promise<number> {
  const path = join(await makeUploadDirectory(ctx.services.config.dataDir), `${id}.${randomUUID()}.scratch`);
  try {
    const bytes = await writeScratch(path, part.stream, { left, signal: ctx.signal });
    if (bytes === 0) return part.offset;
    return await ctx.tx((ctx) => appendPart(ctx, id, part.offset, { path, bytes }));
  } catch (error) {
    if (isOutOfSpace(error)) throw problem("storage.full", {}, { cause: error });
    throw error;
  } finally {
    await rm(path, { force: true });
  }
}

/**
 * Takes the part of an upload that starts at `offset`; with the last one the upload becomes whole. A part counts when all
 * of it has arrived and is flushed. An empty part at the end finishes what a crash left unfinished.
 * Throws `upload.wrong_offset` with the right one, `upload.refused`, `upload.too_long`, `storage.full`.
 */
export async function receivePart(ctx: Ctx, id: string, part: UploadPart): Promise<Upload> {
  const row = await requireUpload(ctx, id);
  if (row.status === "refused") throw problem("upload.refused");
  if (row.received !== part.offset) throw wrongOffset(row.received);
  const received = await takePart(ctx, id, part, row.bytes - row.received);
  if (received === row.bytes) await finishUpload(ctx, id);
  return getUpload(ctx, id);
}
