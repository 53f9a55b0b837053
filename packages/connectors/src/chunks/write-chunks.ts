import { randomBytes } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ChunkFormat, ReadMessage, StreamState } from "../connector.ts";

/** Whole rows as they are written to a file. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

export interface ChunkOptions {
  readonly folder: string;
  readonly format: ChunkFormat;
  readonly chunkBytes: number;
  readonly signal: AbortSignal;
}

const ENDINGS = { csv: "csv", json_lines: "jsonl", file: "part" } as const;

type Chunk = Extract<ReadMessage, { type: "chunk" }>;

/** A name in the folder that no chunk before it had. */
export const chunkPath = (folder: string, ending: string): string => join(folder, `${randomBytes(12).toString("hex")}.${ending}`);

/**
 * Writes pieces of rows to files of about `chunkBytes` and tells of each when it is full. The state is asked for after the last piece
 * of a chunk; it answers undefined while the stream cannot be taken up there. At least one chunk is written, empty where nothing was read.
 */
export async function* writeChunks(
  pieces: AsyncIterable<Piece>,
  options: ChunkOptions,
  state: (isLast: boolean) => StreamState | undefined,
): AsyncGenerator<Chunk> {
  const { folder, format, chunkBytes, signal } = options;
  let file: { readonly handle: FileHandle; readonly path: string } | undefined;
  let rows = 0;
  let bytes = 0;
  const finish = async (current: { readonly handle: FileHandle; readonly path: string }, isLast: boolean): Promise<Chunk> => {
    await current.handle.close();
    file = undefined;
    const after = state(isLast);
    const chunk: Chunk = { type: "chunk", path: current.path, format, rows, bytes, ...(after === undefined ? {} : { state: after }) };
    rows = 0;
    bytes = 0;
    return chunk;
  };
  const begin = async () => {
    const path = chunkPath(folder, ENDINGS[format.kind]);
    return { path, handle: await open(path, "wx", 0o600) };
  };
  try {
    for await (const piece of pieces) {
      signal.throwIfAborted();
      if (bytes >= chunkBytes && file !== undefined) yield await finish(file, false);
      file ??= await begin();
      await file.handle.write(piece.bytes);
      rows += piece.rows;
      bytes += piece.bytes.byteLength;
    }
    yield await finish(file ?? (await begin()), true);
  } finally {
    if (file !== undefined) {
      await file.handle.close();
      await rm(file.path, { force: true });
    }
  }
}
