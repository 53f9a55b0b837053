const MAX_SHORT = 2 ** 30;

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

  /** Bytes given in base 64, without a buffer in between. */
  base64(value: string): void {
    const size = Buffer.byteLength(value, "base64");
    this.long(size);
    this.#reserve(size);
    this.#buffer.write(value, this.#length, size, "base64");
    this.#length += size;
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + size));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
