import { pipeline, Readable, type Transform } from "node:stream";
import { createGunzip, createInflateRaw, createZstdDecompress } from "node:zlib";
import { Fault } from "../../fault.ts";

/** What unpacking may grow to. */
export interface UnpackLimits {
  readonly maxBytes: number;
  /** Unpacked bytes per packed byte; looked at beyond the first 64 MiB. */
  readonly maxRatio: number;
}

/** Text of tables seldom shrinks to less than a fiftieth; a thousand zeros per byte are no data. */
export const DEFAULT_LIMITS: UnpackLimits = { maxBytes: 64 * 1024 ** 3, maxRatio: 250 };
const RATIO_FREE_BYTES = 64 * 1024 * 1024;

export type Packing = "gzip" | "zstd" | "deflate" | "store";

const UNPACKERS: Readonly<Record<Exclude<Packing, "store">, () => Transform>> = {
  gzip: () => createGunzip(),
  zstd: () => createZstdDecompress(),
  deflate: () => createInflateRaw(),
};

const readable = (bytes: number): string => (bytes >= 1024 ** 3 ? `${Math.round(bytes / 1024 ** 3)} GiB` : `${Math.round(bytes / 1024 ** 2)} MiB`);

function unpackFault(error: unknown, name: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "Z_BUF_ERROR" || (error instanceof Error && /unexpected end of file/i.test(error.message))) return new Fault("file.truncated", { what: name });
  if (/^(Z_|ZSTD_|ERR_ZLIB|ERR_ZSTD)/.test(code)) return new Fault("file.damaged", { what: name, reason: "its compressed data cannot be unpacked" });
  return error;
}

/** What is unpacked: for messages its name, for the ratio how many bytes it has while packed. */
export interface PackedPart {
  readonly name: string;
  readonly packedBytes: number;
}

async function* limited(bytes: AsyncIterable<Buffer>, part: PackedPart, limits: UnpackLimits): AsyncGenerator<Buffer> {
  let unpacked = 0;
  for await (const chunk of bytes) {
    unpacked += chunk.length;
    if (unpacked > limits.maxBytes) throw new Fault("file.bomb", { name: part.name, limit: readable(limits.maxBytes) });
    if (unpacked > RATIO_FREE_BYTES && unpacked > part.packedBytes * limits.maxRatio) {
      throw new Fault("file.bomb", { name: part.name, limit: `${limits.maxRatio} times its size` });
    }
    yield chunk;
  }
}

/** Unpacks a stream within limits. Throws `file.bomb`, `file.truncated` and `file.damaged`, each naming the part. */
export async function* inflate(packed: AsyncIterable<Buffer>, packing: Packing, part: PackedPart, limits: UnpackLimits): AsyncGenerator<Buffer> {
  if (packing === "store") {
    yield* limited(packed, part, limits);
    return;
  }
  const unpacker = UNPACKERS[packing]();
  // Errors reach the reader of `unpacker`, which is why there is nothing to do here.
  pipeline(Readable.from(packed), unpacker, () => undefined);
  try {
    yield* limited(unpacker as AsyncIterable<Buffer>, part, limits);
  } catch (error) {
    throw unpackFault(error, part.name);
  } finally {
    unpacker.destroy();
  }
}
