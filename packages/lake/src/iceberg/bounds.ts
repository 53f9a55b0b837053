import type { SqlType } from "@granary/engine";
import { toSqlType } from "./sql-type.ts";

const MAX_BOUND_LENGTH = 16;
const DAY_MS = 86_400_000;

function littleEndian(size: 4 | 8, value: bigint | undefined): Buffer | undefined {
  if (value === undefined) return undefined;
  const bytes = Buffer.alloc(size);
  if (size === 4) bytes.writeInt32LE(Number(value));
  else bytes.writeBigInt64LE(value);
  return bytes;
}

function float(text: string, size: 4 | 8, side: "lower" | "upper"): Buffer | undefined {
  const parsed = Number(text);
  if (Number.isNaN(parsed)) return undefined;
  // The engine does not tell -0 from 0, so a zero bound takes the sign that cannot exclude either.
  const value = parsed === 0 ? (side === "lower" ? -0 : 0) : parsed;
  const bytes = Buffer.alloc(size);
  if (size === 4) bytes.writeFloatLE(value);
  else bytes.writeDoubleLE(value);
  return bytes;
}

/** Two's complement, big-endian, in as few bytes as hold the sign. */
function decimal(text: string, scale: number): Buffer {
  const [whole = "0", fraction = ""] = text.split(".");
  let value = BigInt(whole.replace("-", "") + fraction.padEnd(scale, "0"));
  if (text.startsWith("-")) value = -value;
  let size = 1;
  while (BigInt.asIntN(size * 8, value) !== value) size += 1;
  const hex = BigInt.asUintN(size * 8, value)
    .toString(16)
    .padStart(size * 2, "0");
  return Buffer.from(hex, "hex");
}

/** Undefined for years that have no four digits, which a bound may leave out. */
function days(text: string): bigint | undefined {
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(at) ? undefined : BigInt(Math.round(at / DAY_MS));
}

function micros(text: string): bigint | undefined {
  const [date = "", time = "00:00:00"] = text.replace(/\+00(:00)?$/, "").split(" ");
  const [clock = "", fraction = ""] = time.split(".");
  const at = Date.parse(`${date}T${clock}Z`);
  return Number.isNaN(at) ? undefined : BigInt(at) * 1000n + BigInt(fraction.padEnd(6, "0").slice(0, 6));
}

function nextCodePoint(code: number): number | undefined {
  const next = code + 1;
  if (next === 0xd800) return 0xe000;
  return next > 0x10ffff ? undefined : next;
}

/** The shortest text not smaller than any that begins with these characters. */
function increment(points: readonly string[]): string | undefined {
  for (let last = points.length - 1; last >= 0; last -= 1) {
    const next = nextCodePoint(points[last]?.codePointAt(0) ?? 0);
    if (next !== undefined) return points.slice(0, last).join("") + String.fromCodePoint(next);
  }
  return undefined;
}

function text(value: string, side: "lower" | "upper"): Buffer | undefined {
  const points = [...value];
  if (points.length <= MAX_BOUND_LENGTH) return Buffer.from(value, "utf8");
  const cut = points.slice(0, MAX_BOUND_LENGTH);
  const bound = side === "lower" ? cut.join("") : increment(cut);
  return bound === undefined ? undefined : Buffer.from(bound, "utf8");
}

type Encode = (value: string, side: "lower" | "upper", scale: number) => Buffer | undefined;

const ENCODERS: Readonly<Partial<Record<SqlType["kind"], Encode>>> = {
  boolean: (value) => Buffer.from([value === "1" || value === "true" ? 1 : 0]),
  integer: (value) => littleEndian(4, BigInt(value)),
  bigint: (value) => littleEndian(8, BigInt(value)),
  float: (value, side) => float(value, 4, side),
  double: (value, side) => float(value, 8, side),
  decimal: (value, _side, scale) => decimal(value, scale),
  date: (value) => littleEndian(4, days(value)),
  timestamp: (value) => littleEndian(8, micros(value)),
  timestamptz: (value) => littleEndian(8, micros(value)),
  text,
};

/**
 * A column bound in Iceberg's single-value form (specification, appendix D), from the text DuckDB reports.
 * Undefined when the type has none that is safe; a missing bound never excludes a file.
 */
export function encodeBound(icebergType: string, value: string, side: "lower" | "upper"): Buffer | undefined {
  const type = toSqlType(icebergType);
  return type === undefined ? undefined : ENCODERS[type.kind]?.(value, side, type.kind === "decimal" ? type.scale : 0);
}
