import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createDeflateRaw, deflateRawSync } from "node:zlib";

interface Entry {
  readonly name: Buffer;
  readonly offset: number;
  readonly crc: number;
  readonly packed: number;
  readonly plain: number;
}

const LIMIT_32 = 0xffff_ffff;
const LIMIT_16 = 0xffff;
const EXTRA_BYTES = 20;
const ZIP64 = 0x0001;
/** A field that readers pass over: keeps room for the large sizes nobody knows before the end. */
const PADDING = 0xd935;
const DEFLATED = 8;
const UTF8_NAMES = 0x0800;
/** Midnight of 1980-01-01: the same rows give the same bytes. */
const DOS_TIME = 0x0021_0000;
/** Half the time of the usual level, for a tenth more bytes. */
const LEVEL = 3;

const isLarge = (entry: Omit<Entry, "name">): boolean => entry.packed >= LIMIT_32 || entry.plain >= LIMIT_32 || entry.offset >= LIMIT_32;

function localHeader(entry: Entry): Buffer {
  const large = entry.packed >= LIMIT_32 || entry.plain >= LIMIT_32;
  const header = Buffer.alloc(30 + entry.name.length + EXTRA_BYTES);
  header.writeUInt32LE(0x0403_4b50, 0);
  header.writeUInt16LE(large ? 45 : 20, 4);
  header.writeUInt16LE(UTF8_NAMES, 6);
  header.writeUInt16LE(DEFLATED, 8);
  header.writeUInt32LE(DOS_TIME, 10);
  header.writeUInt32LE(entry.crc, 14);
  header.writeUInt32LE(large ? LIMIT_32 : entry.packed, 18);
  header.writeUInt32LE(large ? LIMIT_32 : entry.plain, 22);
  header.writeUInt16LE(entry.name.length, 26);
  header.writeUInt16LE(EXTRA_BYTES, 28);
  entry.name.copy(header, 30);
  const extra = 30 + entry.name.length;
  header.writeUInt16LE(large ? ZIP64 : PADDING, extra);
  header.writeUInt16LE(EXTRA_BYTES - 4, extra + 2);
  if (large) {
    header.writeBigUInt64LE(BigInt(entry.plain), extra + 4);
    header.writeBigUInt64LE(BigInt(entry.packed), extra + 12);
  }
  return header;
}

function centralHeader(entry: Entry): Buffer {
  const large = isLarge(entry);
  const extraBytes = large ? 28 : 0;
  const header = Buffer.alloc(46 + entry.name.length + extraBytes);
  header.writeUInt32LE(0x0201_4b50, 0);
  header.writeUInt16LE(large ? 45 : 20, 4);
  header.writeUInt16LE(large ? 45 : 20, 6);
  header.writeUInt16LE(UTF8_NAMES, 8);
  header.writeUInt16LE(DEFLATED, 10);
  header.writeUInt32LE(DOS_TIME, 12);
  header.writeUInt32LE(entry.crc, 16);
  header.writeUInt32LE(large ? LIMIT_32 : entry.packed, 20);
  header.writeUInt32LE(large ? LIMIT_32 : entry.plain, 24);
  header.writeUInt16LE(entry.name.length, 28);
  header.writeUInt16LE(extraBytes, 30);
  header.writeUInt32LE(large ? LIMIT_32 : entry.offset, 42);
  entry.name.copy(header, 46);
  if (large) {
    const extra = 46 + entry.name.length;
    header.writeUInt16LE(ZIP64, extra);
    header.writeUInt16LE(24, extra + 2);
    for (const [index, value] of [entry.plain, entry.packed, entry.offset].entries()) header.writeBigUInt64LE(BigInt(value), extra + 4 + 8 * index);
  }
  return header;
}

/** The end of the file; a larger one has the 64-bit form of it before. */
function endRecords(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50, 0);
  for (const at of [8, 10]) end.writeUInt16LE(Math.min(count, LIMIT_16), at);
  end.writeUInt32LE(Math.min(size, LIMIT_32), 12);
  end.writeUInt32LE(Math.min(offset, LIMIT_32), 16);
  if (offset < LIMIT_32) return end;
  const large = Buffer.alloc(56 + 20);
  large.writeUInt32LE(0x0606_4b50, 0);
  large.writeBigUInt64LE(44n, 4);
  for (const at of [12, 14]) large.writeUInt16LE(45, at);
  for (const [at, value] of [
    [24, count],
    [32, count],
    [40, size],
    [48, offset],
  ] as const)
    large.writeBigUInt64LE(BigInt(value), at);
  large.writeUInt32LE(0x0706_4b50, 56);
  large.writeBigUInt64LE(BigInt(offset + size), 64);
  large.writeUInt32LE(1, 72);
  return Buffer.concat([large, end]);
}

/** Writes a ZIP archive (APPNOTE 6.3) into an empty file, one part after the other; memory does not grow with their sizes. */
export class ZipFile {
  readonly #file: FileHandle;
  readonly #entries: Entry[] = [];
  #position = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async add(name: string, content: string): Promise<void> {
    const plain = Buffer.from(content);
    const packed = deflateRawSync(plain);
    const entry: Entry = { name: Buffer.from(name), offset: this.#position, crc: crc32(plain), packed: packed.length, plain: plain.length };
    await this.#append(localHeader(entry));
    await this.#append(packed);
    this.#entries.push(entry);
  }

  async addStream(name: string, chunks: AsyncIterable<string>): Promise<void> {
    const sum = { crc: 0, packed: 0, plain: 0 };
    const start = { name: Buffer.from(name), offset: this.#position };
    await this.#append(localHeader({ ...start, ...sum }));
    async function* measured(): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        const bytes = Buffer.from(chunk);
        sum.crc = crc32(bytes, sum.crc);
        sum.plain += bytes.length;
        yield bytes;
      }
    }
    await pipeline(Readable.from(measured(), { objectMode: false }), createDeflateRaw({ level: LEVEL }), async (packed: AsyncIterable<Buffer>) => {
      for await (const bytes of packed) {
        sum.packed += bytes.length;
        await this.#append(bytes);
      }
    });
    const entry: Entry = { ...start, ...sum };
    const header = localHeader(entry);
    await this.#file.write(header, 0, header.length, entry.offset);
    this.#entries.push(entry);
  }

  async finish(): Promise<void> {
    const offset = this.#position;
    for (const entry of this.#entries) await this.#append(centralHeader(entry));
    await this.#append(endRecords(this.#entries.length, this.#position - offset, offset));
  }

  async #append(bytes: Buffer): Promise<void> {
    await this.#file.write(bytes, 0, bytes.length, this.#position);
    this.#position += bytes.length;
  }
}
