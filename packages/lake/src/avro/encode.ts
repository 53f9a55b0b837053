import { deflateRawSync } from "node:zlib";
import type { AvroRecord, AvroSchema, AvroValue } from "./schema.ts";

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
    let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
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

  #reserve(size: number): void {
    if (this.#length + size <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + size));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

type Encode = (writer: AvroWriter, value: AvroValue) => void;

function fail(expected: string, value: AvroValue): never {
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
  boolean: (writer, value) => writer.byte(value === true ? 1 : 0),
  int: whole,
  long: whole,
  float: floating(4),
  double: floating(8),
  bytes: sized,
  string: (writer, value) => (typeof value === "string" ? writer.sized(Buffer.from(value, "utf8")) : fail("a text", value)),
};

function recordEncoder(schema: AvroRecord): Encode {
  const fields = schema.fields.map((field) => ({ name: field.name, encode: encoderOf(field.type) }));
  return (writer, value) => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) fail(`a record ${schema.name}`, value);
    const record = value as { readonly [name: string]: AvroValue };
    for (const field of fields) field.encode(writer, record[field.name] ?? null);
  };
}

/** Only unions of null and one type, which is all Iceberg has. */
function unionEncoder(branches: readonly AvroSchema[]): Encode {
  const nullIndex = branches.indexOf("null");
  const otherIndex = nullIndex === 0 ? 1 : 0;
  const other = branches[otherIndex];
  if (branches.length !== 2 || nullIndex < 0 || other === undefined) throw new TypeError("Avro: only optional values can be written as unions");
  const encode = encoderOf(other);
  return (writer, value) => {
    writer.long(value === null ? nullIndex : otherIndex);
    if (value !== null) encode(writer, value);
  };
}

function arrayEncoder(items: AvroSchema): Encode {
  const encode = encoderOf(items);
  return (writer, value) => {
    if (!Array.isArray(value)) fail("a list", value);
    if (value.length > 0) {
      writer.long(value.length);
      for (const item of value as readonly AvroValue[]) encode(writer, item);
    }
    writer.long(0);
  };
}

function encoderOf(schema: AvroSchema): Encode {
  if (typeof schema === "string") return PRIMITIVES[schema] ?? fail("a known type", schema);
  if (Array.isArray(schema)) return unionEncoder(schema as readonly AvroSchema[]);
  const node = schema as Exclude<AvroSchema, string | readonly AvroSchema[]>;
  if (node.type === "record") return recordEncoder(node);
  if (node.type === "array") return arrayEncoder(node.items);
  if (node.type === "map" || node.type === "enum" || node.type === "fixed") throw new TypeError(`Avro: ${node.type} is read but never written`);
  return encoderOf(node.type);
}

const SYNC_BYTES = 16;
const MAGIC = Buffer.from("Obj\u0001", "latin1");

function writeHeader(schema: AvroSchema, header: Readonly<Record<string, string>>, sync: Uint8Array): AvroWriter {
  const writer = new AvroWriter();
  writer.raw(MAGIC);
  const entries = Object.entries({ ...header, "avro.schema": JSON.stringify(schema), "avro.codec": "deflate" });
  writer.long(entries.length);
  for (const [key, value] of entries) {
    writer.sized(Buffer.from(key, "utf8"));
    writer.sized(Buffer.from(value, "utf8"));
  }
  writer.long(0);
  writer.raw(sync);
  return writer;
}

/** Writes an Avro object container file (deflate), with `header` beside Avro's own entries. */
export function encodeAvroFile(schema: AvroRecord, records: readonly AvroValue[], header: Readonly<Record<string, string>>): Buffer {
  const sync = crypto.getRandomValues(new Uint8Array(SYNC_BYTES));
  const writer = writeHeader(schema, header, sync);
  if (records.length > 0) {
    const encode = encoderOf(schema);
    const block = new AvroWriter();
    for (const record of records) encode(block, record);
    writer.long(records.length);
    writer.sized(deflateRawSync(block.bytes()));
    writer.raw(sync);
  }
  return writer.bytes();
}
