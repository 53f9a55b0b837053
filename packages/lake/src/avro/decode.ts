import { inflateRawSync, zstdDecompressSync } from "node:zlib";
import type { AvroRecord, AvroSchema, AvroValue } from "./schema.ts";

/** Reads Avro's binary encoding; throws a RangeError when the bytes end too early. */
class AvroReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw new RangeError("Avro: the data ends too early");
    this.#at += 1;
    return value;
  }

  /** A number where it is exact, otherwise a bigint. */
  long(): number | bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        const signed = (value >> 1n) ^ -(value & 1n);
        const small = Number(signed);
        return Number.isSafeInteger(small) ? small : BigInt.asIntN(64, signed);
      }
    }
    throw new RangeError("Avro: a number is too long");
  }

  length(): number {
    const value = Number(this.long());
    if (value < 0 || value > this.#bytes.length - this.#at) throw new RangeError("Avro: a length points behind the end");
    return value;
  }

  take(size: number): Buffer {
    if (this.#at + size > this.#bytes.length) throw new RangeError("Avro: the data ends too early");
    const bytes = this.#bytes.subarray(this.#at, this.#at + size);
    this.#at += size;
    return bytes;
  }
}

type Decode = (reader: AvroReader) => AvroValue;

/** Names a decoded field by its Iceberg field id, since writers do not agree on names; undefined keeps the writer's. */
export type FieldNames = ReadonlyMap<number, string>;

const PRIMITIVES: Readonly<Record<string, Decode>> = {
  null: () => null,
  boolean: (reader) => reader.byte() === 1,
  int: (reader) => reader.long(),
  long: (reader) => reader.long(),
  float: (reader) => reader.take(4).readFloatLE(),
  double: (reader) => reader.take(8).readDoubleLE(),
  bytes: (reader) => Buffer.from(reader.take(reader.length())),
  string: (reader) => reader.take(reader.length()).toString("utf8"),
};

/** Builds decoders for one file; named types may be referred to by name further on. */
class DecoderBuilder {
  readonly #names: FieldNames;
  readonly #types = new Map<string, Decode>();

  constructor(names: FieldNames) {
    this.#names = names;
  }

  build(schema: AvroSchema): Decode {
    if (typeof schema === "string") return PRIMITIVES[schema] ?? this.#named(schema);
    if (Array.isArray(schema)) return this.#union(schema as readonly AvroSchema[]);
    const node = schema as Exclude<AvroSchema, string | readonly AvroSchema[]>;
    if (node.type === "record") return this.#record(node);
    if (node.type === "array") return this.#blocks(this.build(node.items));
    if (node.type === "map") return this.#map(this.build(node.values));
    if (node.type === "fixed") return this.#remember(node.name, (reader) => Buffer.from(reader.take(node.size)));
    if (node.type === "enum") return this.#remember(node.name, (reader) => node.symbols[Number(reader.long())] ?? null);
    return this.build(node.type);
  }

  #named(name: string): Decode {
    const known = this.#types.get(name);
    if (known === undefined) throw new TypeError(`Avro: the type ${name} is not known`);
    return known;
  }

  #remember(name: string, decode: Decode): Decode {
    this.#types.set(name, decode);
    return decode;
  }

  #record(schema: AvroRecord): Decode {
    const fields: { name: string; decode: Decode }[] = [];
    const decode = this.#remember(schema.name, (reader) => {
      const record: Record<string, AvroValue> = {};
      for (const field of fields) record[field.name] = field.decode(reader);
      return record;
    });
    for (const field of schema.fields) fields.push({ name: this.#names.get(field["field-id"] ?? -1) ?? field.name, decode: this.build(field.type) });
    return decode;
  }

  #union(branches: readonly AvroSchema[]): Decode {
    const decoders = branches.map((branch) => this.build(branch));
    return (reader) => {
      const decode = decoders[Number(reader.long())];
      if (decode === undefined) throw new RangeError("Avro: a union has no such branch");
      return decode(reader);
    };
  }

  #blocks(decode: Decode): Decode {
    return (reader) => {
      const items: AvroValue[] = [];
      for (let count = blockCount(reader); count > 0; count = blockCount(reader)) {
        for (let index = 0; index < count; index += 1) items.push(decode(reader));
      }
      return items;
    };
  }

  #map(decode: Decode): Decode {
    return (reader) => {
      const entries: Record<string, AvroValue> = {};
      for (let count = blockCount(reader); count > 0; count = blockCount(reader)) {
        for (let index = 0; index < count; index += 1) {
          const key = reader.take(reader.length()).toString("utf8");
          entries[key] = decode(reader);
        }
      }
      return entries;
    };
  }
}

/** A negative count is followed by the block's size in bytes. */
function blockCount(reader: AvroReader): number {
  const count = Number(reader.long());
  if (count >= 0) return count;
  reader.long();
  return -count;
}

const CODECS: Readonly<Record<string, (block: Buffer) => Buffer>> = {
  null: (block) => block,
  deflate: (block) => inflateRawSync(block),
  zstandard: (block) => zstdDecompressSync(block),
};

export interface AvroFile {
  readonly header: Readonly<Record<string, string>>;
  readonly records: readonly { readonly [name: string]: AvroValue }[];
}

/** Reads an Avro object container file (null, deflate or zstandard). Throws on anything malformed. */
export function decodeAvroFile(bytes: Buffer, names: FieldNames): AvroFile {
  const reader = new AvroReader(bytes);
  if (reader.take(4).toString("latin1") !== "Obj\u0001") throw new TypeError("Avro: this is not an object container file");
  const raw = new DecoderBuilder(new Map()).build({ type: "map", values: "bytes" })(reader) as Record<string, Buffer>;
  const header = Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, value.toString("utf8")]));
  const sync = reader.take(16);
  const codec = CODECS[header["avro.codec"] ?? "null"];
  if (codec === undefined) throw new TypeError(`Avro: the compression ${header["avro.codec"]} is not supported`);
  const decode = new DecoderBuilder(names).build(JSON.parse(header["avro.schema"] ?? "null") as AvroSchema);
  const records: AvroValue[] = [];
  while (!reader.isAtEnd) {
    const count = Number(reader.long());
    const block = new AvroReader(codec(reader.take(reader.length())));
    for (let index = 0; index < count; index += 1) records.push(decode(block));
    if (!reader.take(16).equals(sync)) throw new TypeError("Avro: a block does not end where it should");
  }
  return { header, records: records as AvroFile["records"] };
}
