import { isUtf8 } from "node:buffer";
import { Fault } from "../../fault.ts";

const BOM = [0xef, 0xbb, 0xbf] as const;

const startsWith = (head: Uint8Array, bytes: readonly number[]): boolean => head.length >= bytes.length && bytes.every((byte, index) => head[index] === byte);

/** Bytes of the byte order mark at the front: 3 or 0. */
export const bomLength = (head: Uint8Array): number => (startsWith(head, BOM) ? BOM.length : 0);

/** How many bytes at the end belong to a character that is not complete yet. */
function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

function validPrefixLength(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const prefix = bytes.subarray(0, middle);
    if (isUtf8(prefix.subarray(0, middle - incompleteTail(prefix)))) low = middle;
    else high = middle - 1;
  }
  return low - incompleteTail(bytes.subarray(0, low));
}

/** Checks a byte stream strictly: UTF-8 without NUL characters, which are refused as `file.binary` with their place. */
export class TextCheck {
  #carry: Buffer = Buffer.alloc(0);
  #offset = 0;

  /** Answers where the first byte stands that is no UTF-8; undefined when there is none so far. */
  check(chunk: Buffer): number | undefined {
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    const nul = bytes.indexOf(0);
    if (nul >= 0) throw new Fault("file.binary", { reason: `it holds a NUL character at byte ${this.#offset + nul}` });
    const complete = bytes.subarray(0, bytes.length - incompleteTail(bytes));
    if (!isUtf8(complete)) return this.#offset + validPrefixLength(complete);
    this.#carry = Buffer.from(bytes.subarray(complete.length));
    this.#offset += complete.length;
    return undefined;
  }

  /** Like `check`, at the end of the stream. */
  finish(): number | undefined {
    return this.#carry.length > 0 ? this.#offset : undefined;
  }
}
