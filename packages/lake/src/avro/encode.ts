import { type AvroCodec, compress } from "./codecs.ts";
import type { AvroFixed, AvroRecord, AvroSchema, AvroValue } from "./schema.ts";
import { AvroWriter } from "./writer.ts";

/** What can be written: values, and in place of any value a function that writes its encoding itself. */
export type AvroSource = AvroValue | ((writer: AvroWriter) => void) | readonly AvroSource[] | { readonly [name: string]: AvroSource };

type Encode = (writer: AvroWriter, value: AvroSource) => void;

function fail(expected: string, value: AvroSource): never {
  throw new TypeError(`Avro: ${expected} expected, got ${value === null ? "null" : typeof value}`);
}

const whole: Encode = (writer, value) => (typeof value === "number" || typeof value === "bigint" ? writer.long(value) : fail("a whole number", value));
const sized: Encode = (writer, value) => (value instanceof Uint8Array ? writer.sized(value) : fail("bytes", value));

function floating(size: 4 | 8): Encode {
  return (writer, value) => {
    if (typeof value !== "number") fail("a number", value);
    const bytes = Buffer.alloc(size);
    if (size === 4) bytes.writeFloatLE(value);
    else bytes.writeDoubleLE(value);
    writer.raw(bytes);
  };
}

const PRIMITIVES: Readonly<Record<string, Encode>> = {
  null: () => undefined,
  boolean: (writer, value) => (typeof value === "boolean" ? writer.byte(value ? 1 : 0) : fail("true or false", value)),
  int: whole,
  long: whole,
  float: floating(4),
  double: floating(8),
  bytes: sized,
  string: (writer, value) => (typeof value === "string" ? writer.text(value) : fail("a text", value)),
};

/** Builds encoders for one file; named types may be referred to by name further on. */
class EncoderBuilder {
  readonly #types = new Map<string, Encode>();

  build(schema: AvroSchema): Encode {
    const encode = this.#build(schema);
    // A union says first which of its types comes, whoever writes the value then.
    if (Array.isArray(schema)) return encode;
    return (writer, value) => (typeof value === "function" ? value(writer) : encode(writer, value));
  }

  #build(schema: AvroSchema): Encode {
    if (typeof schema === "string") return PRIMITIVES[schema] ?? this.#types.get(schema) ?? fail("a known type", schema);
    if (Array.isArray(schema)) return this.#union(schema as readonly AvroSchema[]);
    const node = schema as Exclude<AvroSchema, string | readonly AvroSchema[]>;
    if (node.type === "record") return this.#record(node);
    if (node.type === "array") return this.#array(node.items);
    if (node.type === "fixed") return this.#fixed(node);
    if (node.type === "map" || node.type === "enum") throw new TypeError(`Avro: ${node.type} is read but never written`);
    return this.build(node.type);
  }

  #record(schema: AvroRecord): Encode {
    const fields = schema.fields.map((field) => ({ name: field.name, encode: this.build(field.type) }));
    return (writer, value) => {
      if (value === null || typeof value !== "object" || Array.isArray(value)) fail(`a record ${schema.name}`, value);
      const record = value as { readonly [name: string]: AvroSource };
      for (const field of fields) field.encode(writer, record[field.name] ?? null);
    };
  }

  /** Only unions of null and one type, which is all Iceberg has. */
  #union(branches: readonly AvroSchema[]): Encode {
    const nullIndex = branches.indexOf("null");
    const otherIndex = nullIndex === 0 ? 1 : 0;
    const other = branches[otherIndex];
    if (branches.length !== 2 || nullIndex < 0 || other === undefined) throw new TypeError("Avro: only optional values can be written as unions");
    const encode = this.build(other);
    return (writer, value) => {
      writer.long(value === null ? nullIndex : otherIndex);
      if (value !== null) encode(writer, value);
    };
  }

  #array(items: AvroSchema): Encode {
    const encode = this.build(items);
    return (writer, value) => {
      if (!Array.isArray(value)) fail("a list", value);
      if (value.length > 0) {
        writer.long(value.length);
        for (const item of value as readonly AvroSource[]) encode(writer, item);
      }
      writer.long(0);
    };
  }

  #fixed(schema: AvroFixed): Encode {
    const encode: Encode = (writer, value) =>
      value instanceof Uint8Array && value.length === schema.size ? writer.raw(value) : fail(`${schema.size} bytes`, value);
    this.#types.set(schema.name, encode);
    return encode;
  }
}

const SYNC_BYTES = 16;
const MAGIC = Buffer.from("Obj\u0001", "latin1");

function writeHeader(entries: readonly (readonly [string, string])[], sync: Uint8Array): AvroWriter {
  const writer = new AvroWriter();
  writer.raw(MAGIC);
  writer.long(entries.length);
  for (const [key, value] of entries) {
    writer.text(key);
    writer.text(value);
  }
  writer.long(0);
  writer.raw(sync);
  return writer;
}

/** Writes an Avro object container file, with `header` beside Avro's own entries. */
export function encodeAvroFile(
  schema: AvroRecord,
  records: readonly AvroSource[],
  header: Readonly<Record<string, string>>,
  codec: AvroCodec = "deflate",
): Buffer {
  const sync = crypto.getRandomValues(new Uint8Array(SYNC_BYTES));
  const writer = writeHeader(Object.entries({ ...header, "avro.schema": JSON.stringify(schema), "avro.codec": codec }), sync);
  if (records.length > 0) {
    const encode = new EncoderBuilder().build(schema);
    const block = new AvroWriter();
    for (const record of records) encode(block, record);
    writer.long(records.length);
    writer.sized(compress(codec, block.bytes()));
    writer.raw(sync);
  }
  return writer.bytes();
}
