import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

const CHUNK_BYTES = 256 * 1024;
/** Nobody tells that a file has grown; looking so often costs next to nothing. */
const LOOK_AGAIN_MS = 15;

async function openWritten(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * The bytes of a file that is being written front to back, as they come; ends when `written` has and all was read. A failure of
 * `written` is thrown instead of further bytes.
 */
export async function* followFile(path: string, written: Promise<unknown>): AsyncGenerator<Buffer> {
  const state: { isOver: boolean; failure?: { readonly error: unknown } } = { isOver: false };
  const over = written.then(
    () => {
      state.isOver = true;
    },
    (error: unknown) => {
      state.failure = { error };
    },
  );
  let file: FileHandle | undefined;
  try {
    for (let position = 0; ; ) {
      const wasOver = state.isOver;
      if (state.failure !== undefined) throw state.failure.error;
      file ??= await openWritten(path);
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = (await file?.read(chunk, 0, CHUNK_BYTES, position)) ?? { bytesRead: 0 };
      position += bytesRead;
      if (bytesRead > 0) yield chunk.subarray(0, bytesRead);
      else if (wasOver) return;
      else await Promise.race([over, delay(LOOK_AGAIN_MS)]);
    }
  } finally {
    await file?.close();
  }
}
