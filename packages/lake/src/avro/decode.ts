import { decompressor } from "./codecs.ts";
import { AvroReader } from "./reader.ts";
import type { AvroField, AvroRecord, AvroSchema, AvroValue } from "./schema.ts";

/** A value that was only stepped over; reading it decodes it anew each time. */
export class LazyAvro {
  readonly #bytes: Buffer;
  readonly #at: number;
  readonly #codec: Codec;

  constructor(bytes: Buffer, at: number, codec: Codec) {
    this.#bytes = bytes;
    this.#at = at;
    this.#codec = codec;
  }

  read(): AvroValue {
    return this.#codec.decode(new AvroReader(this.#bytes, this.#at)) as AvroValue;
  }

  /** The value of one key of a list of key and value records, the others only stepped over; undefined when it is not there. */
  lookUp(key: number): AvroValue | undefined {
    const reader = new AvroReader(this.#bytes, this.#at);
    if (this.#codec.lookUp !== undefined) return this.#codec.lookUp(reader, key) as AvroValue | undefined;
    const pairs = this.#codec.decode(reader);
    return Array.isArray(pairs) ? (pairs as readonly { readonly key: number; readonly value: AvroValue }[]).find((pair) => pair.key === key)?.value : undefined;
  }
}

export type DecodedValue = AvroValue | LazyAvro;

export interface DecodedRecord {
  readonly [name: string]: DecodedValue;
}

interface Codec {
  readonly decode: (reader: AvroReader) => DecodedValue;
  readonly skip: (reader: AvroReader) => void;
  /** Of a record of a key and a value, in this order. */
  readonly pair?: { readonly key: Codec; readonly value: Codec };
  /** Of a list of such records. */
  readonly lookUp?: (reader: AvroReader, key: number) => DecodedValue | undefined;
}

export interface DecodeOptions {
  /** Names a field by its Iceberg field id, since writers do not agree on names; undefined keeps the writer's. */
  readonly nameOf?: (fieldId: number) => string | undefined;
  /** Fields, by the id, that become `LazyAvro`. */
  readonly isLazy?: (fieldId: number) => boolean;
  /** Fields of bytes, by the id, that are given in base 64. */
  readonly isBase64?: (fieldId: number) => boolean;
}

const skipLong = (reader: AvroReader): void => {
  while (reader.byte() >= 0x80);
};
const skipSized = (reader: AvroReader): void => reader.skip(reader.length());
const sized =
  (size: number): Codec["skip"] =>
  (reader) =>
    reader.skip(size);

const PRIMITIVES: Readonly<Record<string, Codec>> = {
  null: { decode: () => null, skip: () => undefined },
  boolean: { decode: (reader) => reader.byte() === 1, skip: sized(1) },
  int: { decode: (reader) => reader.long(), skip: skipLong },
  long: { decode: (reader) => reader.long(), skip: skipLong },
  float: { decode: (reader) => reader.take(4).readFloatLE(), skip: sized(4) },
  double: { decode: (reader) => reader.take(8).readDoubleLE(), skip: sized(8) },
  bytes: { decode: (reader) => Buffer.from(reader.take(reader.length())), skip: skipSized },
  string: { decode: (reader) => reader.text(), skip: skipSized },
};

/** Nothing Iceberg stores in lists takes no room, so that a damaged count cannot keep us busy for ever. */
function checkCount(reader: AvroReader, count: number): void {
  if (Math.abs(count) > reader.bytes.length - reader.at) throw new RangeError("Avro: a list is longer than the data");
}

/** Calls `each` for every item of a list or map. A negative count is followed by the size of its block in bytes. */
function forEachItem(reader: AvroReader, each: () => void): void {
  for (let count = Number(reader.long()); count !== 0; count = Number(reader.long())) {
    checkCount(reader, count);
    if (count < 0) reader.long();
    for (let left = Math.abs(count); left > 0; left -= 1) each();
  }
}

function skipItems(reader: AvroReader, each: (reader: AvroReader) => void): void {
  for (let count = Number(reader.long()); count !== 0; count = Number(reader.long())) {
    checkCount(reader, count);
    if (count < 0) reader.skip(reader.length());
    for (let left = count; left > 0; left -= 1) each(reader);
  }
}

function lookUpIn({ key, value }: NonNullable<Codec["pair"]>): NonNullable<Codec["lookUp"]> {
  return (reader, wanted) => {
    for (let count = Number(reader.long()); count !== 0; count = Number(reader.long())) {
      checkCount(reader, count);
      if (count < 0) reader.long();
      for (let left = Math.abs(count); left > 0; left -= 1) {
        if (key.decode(reader) === wanted) return value.decode(reader);
        value.skip(reader);
      }
    }
    return undefined;
  };
}

function arrayCodec(item: Codec): Codec {
  return {
    ...(item.pair === undefined ? {} : { lookUp: lookUpIn(item.pair) }),
    decode: (reader) => {
      const items: AvroValue[] = [];
      forEachItem(reader, () => items.push(item.decode(reader) as AvroValue));
      return items;
    },
    skip: (reader) => skipItems(reader, item.skip),
  };
}

function mapCodec(value: Codec): Codec {
  return {
    decode: (reader) => {
      const entries: Record<string, AvroValue> = {};
      forEachItem(reader, () => {
        const key = reader.text();
        Object.defineProperty(entries, key, { value: value.decode(reader), enumerable: true, configurable: true, writable: true });
      });
      return entries;
    },
    skip: (reader) =>
      skipItems(reader, () => {
        skipSized(reader);
        value.skip(reader);
      }),
  };
}

function unionCodec(branches: readonly Codec[]): Codec {
  const pick = (reader: AvroReader): Codec => {
    const branch = branches[Number(reader.long())];
    if (branch === undefined) throw new RangeError("Avro: a union has no such branch");
    return branch;
  };
  const canLookUp = branches.every((branch) => branch === PRIMITIVES["null"] || branch.lookUp !== undefined);
  return {
    decode: (reader) => pick(reader).decode(reader),
    skip: (reader) => pick(reader).skip(reader),
    ...(canLookUp ? { lookUp: (reader: AvroReader, key: number) => pick(reader).lookUp?.(reader, key) } : {}),
  };
}

const BASE64: Codec = { decode: (reader) => reader.base64(), skip: skipSized };

const lazyCodec = (codec: Codec): Codec => ({
  decode: (reader) => {
    const start = reader.at;
    codec.skip(reader);
    return new LazyAvro(reader.bytes, start, codec);
  },
  skip: codec.skip,
});

/** Builds decoders for one file; named types may be referred to by name further on. */
class DecoderBuilder {
  readonly #options: DecodeOptions;
  readonly #types = new Map<string, Codec>();

  constructor(options: DecodeOptions) {
    this.#options = options;
  }

  build(schema: AvroSchema): Codec {
    if (typeof schema === "string") return PRIMITIVES[schema] ?? this.#named(schema);
    if (Array.isArray(schema)) return unionCodec((schema as readonly AvroSchema[]).map((branch) => this.build(branch)));
    const node = schema as Exclude<AvroSchema, string | readonly AvroSchema[]>;
    if (node.type === "record") return this.#record(node);
    if (node.type === "array") return arrayCodec(this.build(node.items));
    if (node.type === "map") return mapCodec(this.build(node.values));
    if (node.type === "fixed") return this.#remember(node.name, { decode: (reader) => Buffer.from(reader.take(node.size)), skip: sized(node.size) });
    if (node.type === "enum") return this.#remember(node.name, { decode: (reader) => node.symbols[Number(reader.long())] ?? null, skip: skipLong });
    return this.build(node.type);
  }

  #named(name: string): Codec {
    const known = this.#types.get(name);
    if (known === undefined) throw new TypeError(`Avro: the type ${name} is not known`);
    return known;
  }

  #remember<C extends Codec>(name: string, codec: C): C {
    this.#types.set(name, codec);
    return codec;
  }

  #record(schema: AvroRecord): Codec {
    const fields: { name: string; codec: Codec }[] = [];
    const codec: { -readonly [K in keyof Codec]: Codec[K] } = this.#remember(schema.name, {
      decode: (reader) => {
        const record: Record<string, DecodedValue> = {};
        for (const field of fields) record[field.name] = field.codec.decode(reader);
        return record as AvroValue;
      },
      skip: (reader) => {
        for (const field of fields) field.codec.skip(reader);
      },
    });
    fields.push(...schema.fields.map((field) => this.#field(field)));
    const [key, value] = fields;
    if (fields.length === 2 && key?.name === "key" && value?.name === "value") codec.pair = { key: key.codec, value: value.codec };
    return codec;
  }

  #field(field: AvroField): { readonly name: string; readonly codec: Codec } {
    const { nameOf, isLazy, isBase64 } = this.#options;
    const { "field-id": id, name, type } = field;
    const codec = type === "bytes" && id !== undefined && isBase64?.(id) === true ? BASE64 : this.build(type);
    if (id === undefined) return { name, codec };
    return { name: nameOf?.(id) ?? name, codec: isLazy?.(id) === true ? lazyCodec(codec) : codec };
  }
}

export interface AvroFile {
  readonly header: Readonly<Record<string, string>>;
  /** As the writer wrote it. */
  readonly schema: AvroSchema;
  readonly records: readonly DecodedRecord[];
}

const HEADER: AvroSchema = { type: "map", values: "bytes" };

/** Reads an Avro object container file (null, deflate, snappy or zstandard). Throws on anything malformed. */
export function decodeAvroFile(bytes: Buffer, options: DecodeOptions = {}): AvroFile {
  const reader = new AvroReader(bytes);
  if (reader.take(4).toString("latin1") !== "Obj\u0001") throw new TypeError("Avro: this is not an object container file");
  const raw = new DecoderBuilder({}).build(HEADER).decode(reader) as unknown as Readonly<Record<string, Buffer>>;
  const header = Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, value.toString("utf8")]));
  const sync = reader.take(16);
  const decompress = decompressor(header["avro.codec"] ?? "null");
  const schema = JSON.parse(header["avro.schema"] ?? "null") as AvroSchema;
  const { decode } = new DecoderBuilder(options).build(schema);
  const records: DecodedRecord[] = [];
  while (!reader.isAtEnd) {
    const count = Number(reader.long());
    const block = new AvroReader(decompress(reader.take(reader.length())));
    for (let index = 0; index < count; index += 1) records.push(decode(block) as DecodedRecord);
    if (!block.isAtEnd) throw new RangeError("Avro: a block holds more than its records");
    if (!reader.take(16).equals(sync)) throw new TypeError("Avro: a block does not end where it should");
  }
  return { header, schema, records };
}
