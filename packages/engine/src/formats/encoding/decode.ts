import { isUtf8 } from "node:buffer";
import { Fault } from "../../fault.ts";
import { byteOrderMark, type Encoding, isMultiByte } from "./encodings.ts";

/** A file without a blank or a sign in this many bytes is no text. */
const MAX_CARRY_BYTES = 32 * 1024 * 1024;
/** Below the digits no byte belongs to a longer character in any of the encodings that have such. */
const FIRST_TRAIL_BYTE = 0x30;

function incompleteUtf8(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

function incompleteUtf16(bytes: Uint8Array, highByte: 0 | 1): number {
  const odd = bytes.length % 2;
  const last = bytes.length - odd - 2;
  const isHalf = last >= 0 && ((bytes[last + highByte] as number) & 0xfc) === 0xd8;
  return odd + (isHalf ? 2 : 0);
}

function incompleteMultiByte(bytes: Uint8Array): number {
  let at = bytes.length;
  while (at > 0 && (bytes[at - 1] as number) >= FIRST_TRAIL_BYTE) at -= 1;
  return bytes.length - at;
}

/** How many bytes at the end may belong to a character that is not complete. */
function incompleteTail(bytes: Uint8Array, encoding: Encoding): number {
  if (encoding === "utf-8") return incompleteUtf8(bytes);
  if (encoding === "utf-16le") return incompleteUtf16(bytes, 1);
  if (encoding === "utf-16be") return incompleteUtf16(bytes, 0);
  return isMultiByte(encoding) ? incompleteMultiByte(bytes) : 0;
}

/** Bytes that an encoding leaves without a meaning come out as controls that no text holds. */
const UNDEFINED = /[\u0080-\u009f]/;

function decodes(bytes: Uint8Array, encoding: Encoding, mayBeCut = true): boolean {
  if (encoding === "utf-8") return isUtf8(bytes.subarray(0, bytes.length - incompleteUtf8(bytes)));
  try {
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes, { stream: mayBeCut });
    return encoding.startsWith("utf-16") || !UNDEFINED.test(text);
  } catch {
    return false;
  }
}

/** The length of the longest front part that can be decoded. */
function validLength(bytes: Uint8Array, encoding: Encoding): number {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (decodes(bytes.subarray(0, middle), encoding)) low = middle;
    else high = middle - 1;
  }
  if (encoding === "utf-8" || encoding.startsWith("utf-16")) return low - incompleteTail(bytes.subarray(0, low), encoding);
  for (let back = 0; isMultiByte(encoding) && back < 4 && low - back >= 0; back += 1) {
    if (decodes(bytes.subarray(0, low - back), encoding, false)) return low - back;
  }
  return low;
}

const countLineFeeds = (text: string): number => {
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
};

/**
 * Turns the bytes of a file into text, strictly: a byte that means nothing in the encoding is refused with its place
 * (`file.encoding_invalid`) and never replaced; a NUL character is refused as `file.binary`. The byte order mark is left out.
 */
export class StrictDecoder {
  readonly #encoding: Encoding;
  readonly #decoder: TextDecoder;
  #carry: Buffer = Buffer.alloc(0);
  #offset = 0;
  #lines = 1;

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
    this.#decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  }

  decode(chunk: Buffer): string {
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    const complete = bytes.subarray(0, bytes.length - incompleteTail(bytes, this.#encoding));
    if (bytes.length - complete.length > MAX_CARRY_BYTES) this.#refuse(bytes);
    this.#carry = Buffer.from(bytes.subarray(complete.length));
    return this.#take(complete);
  }

  finish(): string {
    const rest = this.#carry;
    this.#carry = Buffer.alloc(0);
    if (incompleteTail(rest, this.#encoding) > 0 && !isMultiByte(this.#encoding)) this.#refuse(rest);
    return this.#take(rest);
  }

  #take(bytes: Buffer): string {
    const isFirst = this.#offset === 0;
    const mark = isFirst ? byteOrderMark(bytes) : undefined;
    const skipped = mark?.encoding === this.#encoding ? mark.bytes.length : 0;
    const text = this.#text(bytes.subarray(skipped), skipped);
    const nul = text.indexOf("\0");
    if (nul >= 0) throw new Fault("file.binary", { reason: `it holds a NUL character on line ${this.#lines + countLineFeeds(text.slice(0, nul))}` });
    this.#offset += bytes.length;
    this.#lines += countLineFeeds(text);
    return text;
  }

  #text(bytes: Buffer, skipped: number): string {
    if (this.#encoding === "utf-8") {
      if (!isUtf8(bytes)) this.#refuse(bytes, skipped);
      return bytes.toString("utf8");
    }
    let text: string | undefined;
    try {
      text = this.#decoder.decode(bytes);
    } catch {
      this.#refuse(bytes, skipped);
    }
    if (!this.#encoding.startsWith("utf-16") && UNDEFINED.test(text)) this.#refuse(bytes, skipped);
    return text;
  }

  #refuse(bytes: Buffer, skipped = 0): never {
    const valid = validLength(bytes, this.#encoding);
    const before = new TextDecoder(this.#encoding).decode(bytes.subarray(0, valid));
    throw new Fault("file.encoding_invalid", {
      encoding: this.#encoding,
      offset: this.#offset + skipped + valid,
      line: this.#lines + countLineFeeds(before),
    });
  }
}

/** Decodes a stream of bytes strictly; see `StrictDecoder`. */
export async function* decodeStream(bytes: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new StrictDecoder(encoding);
  for await (const chunk of bytes) {
    const text = decoder.decode(chunk);
    if (text !== "") yield text;
  }
  const rest = decoder.finish();
  if (rest !== "") yield rest;
}

/** Whether all of a sample, of which the last character may be cut off, has a meaning in the encoding; and the text it is. */
export function tryDecode(sample: Buffer, encoding: Encoding): string | undefined {
  const complete = sample.subarray(0, sample.length - (isMultiByte(encoding) ? 0 : incompleteTail(sample, encoding)));
  if (!decodes(complete, encoding)) return undefined;
  return new TextDecoder(encoding).decode(complete, { stream: true });
}
