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

/** Checks a byte stream strictly: UTF-8 without NUL characters. Throws `file.encoding_invalid` or `file.binary` with the exact place. */
export class TextCheck {
  #carry: Buffer = Buffer.alloc(0);
  #offset = 0;
  #lines = 1;

  check(chunk: Buffer): void {
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    const nul = bytes.indexOf(0);
    if (nul >= 0) throw new Fault("file.binary", { reason: `it holds a NUL character at byte ${this.#offset + nul}` });
    const complete = bytes.subarray(0, bytes.length - incompleteTail(bytes));
    if (!isUtf8(complete)) this.#refuse(complete);
    this.#carry = Buffer.from(bytes.subarray(complete.length));
    this.#offset += complete.length;
    this.#countLines(complete);
  }

  finish(): void {
    if (this.#carry.length > 0) this.#refuse(this.#carry);
  }

  #refuse(bytes: Buffer): never {
    const valid = isUtf8(bytes) ? 0 : validPrefixLength(bytes);
    this.#countLines(bytes.subarray(0, valid));
    throw new Fault("file.encoding_invalid", { encoding: "utf-8", offset: this.#offset + valid, line: this.#lines });
  }

  #countLines(bytes: Buffer): void {
    for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) this.#lines += 1;
  }
}
