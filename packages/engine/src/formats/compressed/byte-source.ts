import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";

const CHUNK_BYTES = 1024 * 1024;

/** Part of a file as a stream. Each chunk is the receiver's own. */
export async function* fileRange(path: string, start: number, length: number): AsyncGenerator<Buffer> {
  if (length <= 0) return;
  const stream = createReadStream(path, { start, end: start + length - 1, highWaterMark: CHUNK_BYTES });
  for await (const chunk of stream) yield chunk as Buffer;
}

/** Bytes at a place of a file; fewer at its end. */
export async function readAt(path: string, start: number, length: number): Promise<Buffer> {
  await using file = await open(path, "r");
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, start);
  return buffer.subarray(0, bytesRead);
}

/** The first bytes of a stream, at most `maxBytes`, and whether that is all of it. */
export async function headOf(bytes: AsyncIterable<Buffer>, maxBytes: number): Promise<{ readonly head: Buffer; readonly complete: boolean }> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    parts.push(chunk);
    size += chunk.length;
    if (size > maxBytes) return { head: Buffer.concat(parts).subarray(0, maxBytes), complete: false };
  }
  return { head: Buffer.concat(parts), complete: true };
}
