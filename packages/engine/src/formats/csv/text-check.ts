import { isUtf8 } from "node:buffer";
import { Fault } from "../../fault.ts";

interface Signature {
  readonly bytes: readonly number[];
  readonly meaning: string;
}

const SIGNATURES: readonly Signature[] = [
  { bytes: [0xff, 0xfe], meaning: "it is encoded in UTF-16" },
  { bytes: [0xfe, 0xff], meaning: "it is encoded in UTF-16" },
  { bytes: [0x50, 0x4b, 0x03, 0x04], meaning: "it is a zip archive or an Excel workbook" },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], meaning: "it is an old Excel workbook" },
  { bytes: [0x1f, 0x8b], meaning: "it is compressed with gzip" },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], meaning: "it is compressed with zstd" },
  { bytes: [0x50, 0x41, 0x52, 0x31], meaning: "it is a Parquet file" },
  { bytes: [0x25, 0x50, 0x44, 0x46], meaning: "it is a PDF document" },
];

const BOM = [0xef, 0xbb, 0xbf] as const;

const startsWith = (head: Uint8Array, bytes: readonly number[]): boolean => head.length >= bytes.length && bytes.every((byte, index) => head[index] === byte);

/** Refuses, by name, the kinds of file that people upload as CSV by mistake. */
export function refuseOtherFormats(head: Uint8Array): void {
  const match = SIGNATURES.find((signature) => startsWith(head, signature.bytes));
  if (match !== undefined) throw new Fault("csv.not_text", { reason: match.meaning });
}

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

/** Checks a byte stream strictly: UTF-8 without NUL characters. Throws `csv.not_utf8` or `csv.not_text` with the exact place. */
export class TextCheck {
  #carry: Buffer = Buffer.alloc(0);
  #offset = 0;
  #lines = 1;

  check(chunk: Buffer): void {
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    const nul = bytes.indexOf(0);
    if (nul >= 0) throw new Fault("csv.not_text", { reason: `it holds a NUL character at byte ${this.#offset + nul}` });
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
    throw new Fault("csv.not_utf8", { offset: this.#offset + valid, line: this.#lines });
  }

  #countLines(bytes: Buffer): void {
    for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) this.#lines += 1;
  }
}
