const MAX_OUTPUT = 2 ** 30;

function fail(reason: string): never {
  throw new RangeError(`Snappy: ${reason}`);
}

/** Reads the preamble: the output's length as a varint of at most 32 bits. */
function outputLength(bytes: Buffer): { readonly length: number; readonly at: number } {
  let length = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = bytes[index] ?? fail("the data ends too early");
    length += (byte & 0x7f) * 2 ** (index * 7);
    if (byte < 0x80) return length > MAX_OUTPUT ? fail("the content is too large") : { length, at: index + 1 };
  }
  return fail("the length is not valid");
}

class Output {
  readonly bytes: Buffer;
  length = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  literal(source: Buffer, from: number, size: number): void {
    if (from + size > source.length || this.length + size > this.bytes.length) fail("a literal is too long");
    source.copy(this.bytes, this.length, from, from + size);
    this.length += size;
  }

  /** Byte by byte, since a copy may overlap what it writes. */
  copy(offset: number, size: number): void {
    const from = this.length - offset;
    if (offset === 0 || from < 0 || this.length + size > this.bytes.length) fail("a copy points outside the content");
    for (let index = 0; index < size; index += 1) this.bytes[this.length + index] = this.bytes[from + index] ?? 0;
    this.length += size;
  }
}

function literalAt(bytes: Buffer, at: number, tag: number, output: Output): number {
  const short = tag >> 2;
  const extra = short < 60 ? 0 : short - 59;
  if (at + extra > bytes.length) fail("the data ends too early");
  const size = extra === 0 ? short + 1 : bytes.readUIntLE(at, extra) + 1;
  output.literal(bytes, at + extra, size);
  return at + extra + size;
}

function copyAt(bytes: Buffer, at: number, tag: number, output: Output): number {
  const width = [0, 1, 2, 4][tag & 3] ?? 0;
  if (at + width > bytes.length) fail("the data ends too early");
  if (width === 1) output.copy(((tag >> 5) << 8) | bytes.readUInt8(at), ((tag >> 2) & 7) + 4);
  else output.copy(bytes.readUIntLE(at, width), (tag >> 2) + 1);
  return at + width;
}

/** Decompresses a raw Snappy block. Throws a RangeError for anything malformed; holds at most 1 GiB. */
export function snappyDecompress(bytes: Buffer): Buffer {
  const start = outputLength(bytes);
  const output = new Output(start.length);
  for (let at = start.at; at < bytes.length; ) {
    const tag = bytes[at] ?? 0;
    at = (tag & 3) === 0 ? literalAt(bytes, at + 1, tag, output) : copyAt(bytes, at + 1, tag, output);
  }
  return output.length === output.bytes.length ? output.bytes : fail("the content is shorter than it should be");
}
