import type { AvroRecord, AvroSchema, AvroSource, DecodedValue } from "../avro/index.ts";
import { decimalWidth, type Primitive, parsePrimitive } from "./primitive.ts";
import type { Long } from "./types.ts";

function fail(reason: string): never {
  throw new TypeError(`a partition value ${reason}`);
}

function whole(size: 4 | 8, value: DecodedValue): Buffer {
  if (typeof value !== "number" && typeof value !== "bigint") fail("is no whole number");
  const bytes = Buffer.alloc(size);
  if (size === 4) bytes.writeInt32LE(Number(value));
  else bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}

function floating(size: 4 | 8, value: DecodedValue): Buffer {
  const bytes = Buffer.alloc(size);
  if (size === 4) bytes.writeFloatLE(Number(value));
  else bytes.writeDoubleLE(Number(value));
  return bytes;
}

/** Two's complement without the leading bytes that only repeat the sign. */
function shortest(bytes: Buffer): Buffer {
  let from = 0;
  while (from < bytes.length - 1) {
    const isSign = (bytes[from] === 0x00 && (bytes[from + 1] ?? 0) < 0x80) || (bytes[from] === 0xff && (bytes[from + 1] ?? 0) >= 0x80);
    if (!isSign) break;
    from += 1;
  }
  return bytes.subarray(from);
}

function bytesOf(value: DecodedValue): Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : fail("is not made of bytes");
}

type ToSingle = (value: DecodedValue) => Buffer;

const BY_AVRO: Readonly<Record<string, ToSingle>> = {
  int: (value) => whole(4, value),
  long: (value) => whole(8, value),
  float: (value) => floating(4, value),
  double: (value) => floating(8, value),
  boolean: (value) => Buffer.from([value === true ? 1 : 0]),
  string: (value) => Buffer.from(String(value), "utf8"),
  bytes: bytesOf,
  fixed: bytesOf,
};

type Node = Exclude<AvroSchema, string | readonly AvroSchema[]>;

function resolve(schema: AvroSchema, named: Map<string, Node>): AvroSchema {
  if (typeof schema === "string") return named.get(schema) ?? schema;
  if (Array.isArray(schema)) return resolve((schema as readonly AvroSchema[]).find((branch) => branch !== "null") ?? "null", named);
  const node = schema as Node;
  if ("name" in node) named.set(node.name, node);
  return node;
}

function toSingle(schema: AvroSchema): ToSingle {
  const node = typeof schema === "string" ? { type: schema } : (schema as { readonly type: string; readonly logicalType?: string });
  const convert = BY_AVRO[node.type] ?? fail(`has the type ${node.type}`);
  return "logicalType" in node && node.logicalType === "decimal" ? (value) => shortest(convert(value)) : convert;
}

/** A field of the partition record as another writer declared it, and the way to its value's single-value form. */
export interface PartitionReader {
  readonly fieldId: number;
  readonly key: string;
  readonly toSingle: ToSingle;
}

/** How to read the partition record of a manifest, from the schema its writer gave it. */
export function partitionReaders(record: AvroRecord, nameOf: (fieldId: number) => string | undefined): readonly PartitionReader[] {
  const named = new Map<string, Node>();
  return record.fields.map((field) => {
    const fieldId = field["field-id"] ?? -1;
    return { fieldId, key: nameOf(fieldId) ?? field.name, toSingle: toSingle(resolve(field.type, named)) };
  });
}

function wholeFrom(bytes: Buffer): Long {
  if (bytes.length === 4) return bytes.readInt32LE();
  return bytes.length === 8 ? bytes.readBigInt64LE() : fail("has the wrong length");
}

function padded(bytes: Buffer, width: number): Buffer {
  if (bytes.length > width || bytes.length === 0) fail("is too long");
  return Buffer.concat([Buffer.alloc(width - bytes.length, (bytes[0] ?? 0) >= 0x80 ? 0xff : 0), bytes]);
}

type ToAvro = (bytes: Buffer, type: Primitive) => AvroSource;

const BY_KIND: Readonly<Record<Primitive["kind"], ToAvro>> = {
  boolean: (bytes) => bytes[0] !== 0,
  int: wholeFrom,
  long: wholeFrom,
  date: wholeFrom,
  time: wholeFrom,
  timestamp: wholeFrom,
  timestamptz: wholeFrom,
  float: (bytes) => bytes.readFloatLE(),
  double: (bytes) => (bytes.length === 4 ? bytes.readFloatLE() : bytes.readDoubleLE()),
  string: (bytes) => bytes.toString("utf8"),
  binary: (bytes) => bytes,
  uuid: (bytes) => bytes,
  fixed: (bytes) => bytes,
  decimal: (bytes, type) => padded(bytes, type.kind === "decimal" ? decimalWidth(type.precision) : 0),
};

/** The value as Avro stores it, from its single-value form in base 64. */
export function partitionToAvro(value: string | null, type: string): AvroSource {
  if (value === null) return null;
  const primitive = parsePrimitive(type) ?? fail(`has the type ${type}`);
  return BY_KIND[primitive.kind](Buffer.from(value, "base64"), primitive);
}
