import { crc32, deflateRawSync, inflateRawSync, zstdDecompressSync } from "node:zlib";
import { snappyDecompress } from "./snappy.ts";

/** Avro puts the checksum of the content behind each block. */
function snappyBlock(block: Buffer): Buffer {
  if (block.length < 4) throw new RangeError("Avro: a block is too short");
  const content = snappyDecompress(block.subarray(0, -4));
  if (crc32(content) !== block.readUInt32BE(block.length - 4)) throw new RangeError("Avro: a block has another checksum than it should");
  return content;
}

const DECOMPRESS: Readonly<Record<string, (block: Buffer) => Buffer>> = {
  null: (block) => block,
  deflate: (block) => inflateRawSync(block),
  zstandard: (block) => zstdDecompressSync(block),
  snappy: snappyBlock,
};

/** How blocks are compressed when writing. */
export type AvroCodec = "null" | "deflate";

/** The way to read blocks of a codec named in a file's header. Throws for one we cannot read. */
export function decompressor(codec: string): (block: Buffer) => Buffer {
  const found = Object.hasOwn(DECOMPRESS, codec) ? DECOMPRESS[codec] : undefined;
  if (found === undefined) throw new TypeError(`Avro: the compression ${codec} is not supported`);
  return found;
}

/** Level 1: manifests are so repetitive that the default level takes three times as long for a few percent. */
export const compress = (codec: AvroCodec, block: Buffer): Buffer => (codec === "null" ? block : deflateRawSync(block, { level: 1 }));
