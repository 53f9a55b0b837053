const MAX_SHORT = 2 ** 30;

const SHORT_TEXT = 48;
const PAD = "=".charCodeAt(0);

/** The value of each character of base 64, -1 for others. */
const SEXTETS = new Int8Array(128).fill(-1);
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
for (let value = 0; value < ALPHABET.length; value += 1) SEXTETS[ALPHABET.charCodeAt(value)] = value;
SEXTETS[PAD] = 0;

/** A growing buffer of Avro's binary encoding. */
export class AvroWriter {
  #buffer = Buffer.allocUnsafe(4096);
  #length = 0;

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length] = value;
    this.#length += 1;
  }

  long(value: number | bigint): void {
    if (typeof value === "number" && value < MAX_SHORT && value >= -MAX_SHORT && Number.isInteger(value)) this.#short((value << 1) ^ (value >> 31));
    else this.#big(BigInt(value));
  }

  #short(zigzag: number): void {
    this.#reserve(5);
    let rest = zigzag >>> 0;
    while (rest > 0x7f) {
      this.#buffer[this.#length] = (rest & 0x7f) | 0x80;
      this.#length += 1;
      rest >>>= 7;
    }
    this.#buffer[this.#length] = rest;
    this.#length += 1;
  }

  #big(value: bigint): void {
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (rest > 0x7fn) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest));
  }

  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  sized(value: Uint8Array): void {
    this.long(value.length);
    this.raw(value);
  }

  text(value: string): void {
    const size = Buffer.byteLength(value, "utf8");
    this.long(size);
    this.#reserve(size);
    this.#length += this.#buffer.write(value, this.#length, "utf8");
  }

  /** Bytes given in base 64, without a buffer in between. Throws for anything else than base 64. */
  base64(value: string): void {
    const padding = value.endsWith("==") ? 2 : Number(value.endsWith("="));
    const size = (value.length / 4) * 3 - padding;
    if (!Number.isInteger(size) || size < 0) throw new TypeError("Avro: a text is no base 64");
    this.long(size);
    this.#reserve(size + 2);
    if (value.length <= SHORT_TEXT) this.#shortBase64(value);
    else if (this.#buffer.write(value, this.#length, size, "base64") !== size) throw new TypeError("Avro: a text is no base 64");
    this.#length += size;
  }

  /** Three times as fast as the buffer's own way for the few bytes a bound has, and a manifest has many. */
  #shortBase64(value: string): void {
    const buffer = this.#buffer;
    let at = this.#length;
    for (let index = 0; index < value.length; index += 4) {
      const [a, b] = [SEXTETS[value.charCodeAt(index)] ?? -1, SEXTETS[value.charCodeAt(index + 1)] ?? -1];
      const [c, d] = [SEXTETS[value.charCodeAt(index + 2)] ?? -1, SEXTETS[value.charCodeAt(index + 3)] ?? -1];
      if ((a | b | c | d) < 0) throw new TypeError("Avro: a text is no base 64");
      buffer[at] = (a << 2) | (b >> 4);
      buffer[at + 1] = (b << 4) | (c >> 2);
      buffer[at + 2] = (c << 6) | d;
      at += 3;
    }
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + size));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
