const LOW_BITS = 2 ** 28;

function fail(): never {
  throw new RangeError("Avro: the data ends too early");
}

/** Reads Avro's binary encoding; throws a RangeError when the bytes end too early. */
export class AvroReader {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.at] ?? fail();
    this.at += 1;
    return value;
  }

  /** A number where it is exact, otherwise a bigint. */
  long(): number | bigint {
    const start = this.at;
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (low >>> 1) ^ -(low & 1);
    }
    let high = 0;
    for (let shift = 0; shift < 21; shift += 7) {
      const byte = this.byte();
      high |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        const value = high * LOW_BITS + low;
        return (low & 1) === 0 ? value / 2 : -(value + 1) / 2;
      }
    }
    this.at = start;
    return this.#big();
  }

  #big(): number | bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      const signed = (value >> 1n) ^ -(value & 1n);
      const small = Number(signed);
      return Number.isSafeInteger(small) ? small : BigInt.asIntN(64, signed);
    }
    throw new RangeError("Avro: a number is too long");
  }

  length(): number {
    const value = Number(this.long());
    if (value < 0 || value > this.bytes.length - this.at) throw new RangeError("Avro: a length points behind the end");
    return value;
  }

  take(size: number): Buffer {
    const bytes = this.bytes.subarray(this.at, this.at + size);
    this.skip(size);
    return bytes;
  }

  skip(size: number): void {
    if (this.at + size > this.bytes.length) fail();
    this.at += size;
  }

  /** Bytes with their length before them, in base 64. */
  base64(): string {
    const size = this.length();
    const text = this.bytes.toString("base64", this.at, this.at + size);
    this.at += size;
    return text;
  }

  text(): string {
    const size = this.length();
    const text = this.bytes.toString("utf8", this.at, this.at + size);
    this.at += size;
    return text;
  }
}
