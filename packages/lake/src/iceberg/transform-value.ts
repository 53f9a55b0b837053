import { problem } from "@granary/protocol";
import { murmur3 } from "./murmur3.ts";
import { type Primitive, parsePrimitive } from "./primitive.ts";
import { readTwosComplement, readWhole, writeTwosComplement } from "./single-value.ts";
import { daysToCivil, floorDivide } from "./temporal.ts";
import { parseTransform, type Transform, transformResultType } from "./transform.ts";

const DAY_MICROS = 86_400_000_000n;
const HOUR_MICROS = 3_600_000_000n;
const FIRST_YEAR = 1970;

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function long(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt.asIntN(64, value));
  return bytes;
}

/** The bytes the specification hashes (appendix B): whole numbers as 64 bits, so that widening a column moves no row. */
function hashedBytes(kind: Primitive["kind"], value: Uint8Array): Uint8Array {
  if (kind === "int" || kind === "date") return long(readWhole(value));
  return kind === "decimal" ? writeTwosComplement(readTwosComplement(value)) : value;
}

/** The specification's 32-bit hash of a value in single-value form. */
export function hashValue(type: string, value: Uint8Array): number {
  const kind = parsePrimitive(type)?.kind ?? "binary";
  return murmur3(kind === "long" && value.length === 4 ? long(readWhole(value)) : hashedBytes(kind, value));
}

const floorTo = (value: bigint, width: bigint): bigint => value - (((value % width) + width) % width);

function truncate(kind: Primitive["kind"], value: Uint8Array, width: number): Buffer {
  if (kind === "int") return int(Number(BigInt.asIntN(32, floorTo(readWhole(value), BigInt(width)))));
  if (kind === "long") return long(floorTo(readWhole(value), BigInt(width)));
  if (kind === "decimal") return writeTwosComplement(floorTo(readTwosComplement(value), BigInt(width)));
  if (kind === "string") return Buffer.from([...Buffer.from(value).toString("utf8")].slice(0, width).join(""), "utf8");
  return Buffer.from(value.subarray(0, width));
}

function calendar(transform: Transform["kind"], kind: Primitive["kind"], value: Uint8Array): Buffer {
  const whole = readWhole(value);
  if (transform === "hour") return int(Number(floorDivide(whole, HOUR_MICROS)));
  const days = kind === "date" ? Number(whole) : Number(floorDivide(whole, DAY_MICROS));
  if (transform === "day") return int(days);
  const { year, month } = daysToCivil(days);
  return int(transform === "year" ? year - FIRST_YEAR : (year - FIRST_YEAR) * 12 + month - 1);
}

/**
 * A partition or sort value: the transform's result in single-value form, from a value in that form. Null stays null.
 * Throws `lake.unsupported` for a transform we do not know or that does not apply to the type.
 */
export function transformValue(name: string, type: string, value: Uint8Array | null): Buffer | null {
  const transform = parseTransform(name);
  const kind = parsePrimitive(type)?.kind;
  if (transform === undefined || kind === undefined || transformResultType(transform, type) === undefined)
    throw problem("lake.unsupported", { reason: `it uses the transform ${name} on ${type}` });
  if (value === null || transform.kind === "void") return null;
  if (transform.kind === "identity") return Buffer.from(value);
  if (transform.kind === "bucket") return int((hashValue(type, value) & 0x7fffffff) % transform.buckets);
  return transform.kind === "truncate" ? truncate(kind, value, transform.width) : calendar(transform.kind, kind, value);
}
