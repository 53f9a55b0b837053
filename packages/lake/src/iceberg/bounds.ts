import { type Primitive, parsePrimitive } from "./primitive.ts";
import { decodeValue, encodeValue, readFloating, readTwosComplement, readWhole, writeFloating } from "./single-value.ts";

/** Characters of texts, bytes of binaries: as other engines cut them, so that manifests stay small. */
const MAX_BOUND_LENGTH = 16;

export type BoundSide = "lower" | "upper";

function nextCodePoint(code: number): number | undefined {
  const next = code + 1;
  if (next === 0xd800) return 0xe000;
  return next > 0x10ffff ? undefined : next;
}

/** The shortest text not smaller than any that begins with these characters. */
function incrementText(points: readonly string[]): string | undefined {
  for (let last = points.length - 1; last >= 0; last -= 1) {
    const next = nextCodePoint(points[last]?.codePointAt(0) ?? 0);
    if (next !== undefined) return points.slice(0, last).join("") + String.fromCodePoint(next);
  }
  return undefined;
}

function cutText(text: string, side: BoundSide): Buffer | undefined {
  // Twice as many units hold all the characters that matter, so that long texts are not taken apart whole.
  const points = Array.from(text.slice(0, MAX_BOUND_LENGTH * 2 + 2));
  if (points.length <= MAX_BOUND_LENGTH) return Buffer.from(text, "utf8");
  const cut = points.slice(0, MAX_BOUND_LENGTH);
  const bound = side === "lower" ? cut.join("") : incrementText(cut);
  return bound === undefined ? undefined : Buffer.from(bound, "utf8");
}

function cutBytes(bytes: Buffer, side: BoundSide): Buffer | undefined {
  if (bytes.length <= MAX_BOUND_LENGTH) return bytes;
  const cut = Buffer.from(bytes.subarray(0, MAX_BOUND_LENGTH));
  if (side === "lower") return cut;
  for (let last = cut.length - 1; last >= 0; last -= 1) {
    const byte = cut[last] ?? 0;
    if (byte === 0xff) continue;
    cut[last] = byte + 1;
    return cut.subarray(0, last + 1);
  }
  return undefined;
}

/** The engine does not tell -0 from 0, so a zero bound takes the sign that cannot exclude either; a NaN bounds nothing. */
function floatingBound(bytes: Buffer, side: BoundSide): Buffer | undefined {
  const value = readFloating(bytes);
  if (Number.isNaN(value)) return undefined;
  return value === 0 ? writeFloating(side === "lower" ? -0 : 0, bytes.length === 4 ? 4 : 8) : bytes;
}

/**
 * A column bound in Iceberg's single-value form, from the text the engine reports: long texts and bytes are cut, an upper
 * one then rounded up. Undefined when there is none that is safe; a missing bound never excludes a file.
 */
export function encodeBound(type: string, text: string, side: BoundSide): Buffer | undefined {
  const kind = parsePrimitive(type)?.kind;
  if (kind === "string") return cutText(text, side);
  const bytes = encodeValue(type, text);
  if (bytes === undefined || kind === undefined) return undefined;
  if (kind === "binary" || kind === "fixed") return cutBytes(bytes, side);
  return kind === "float" || kind === "double" ? floatingBound(bytes, side) : bytes;
}

/** The engine's text for a bound; a cut one reads as the shorter value. Throws a RangeError for bytes that are no value of the type. */
export const decodeBound = (type: string, bytes: Uint8Array): string => decodeValue(type, bytes);

type Compare = (left: Uint8Array, right: Uint8Array) => number;

function compareWhole(left: Uint8Array, right: Uint8Array): number {
  const [a, b] = [readWhole(left), readWhole(right)];
  return a < b ? -1 : Number(a > b);
}

function compareDecimals(left: Uint8Array, right: Uint8Array): number {
  const [a, b] = [readTwosComplement(left), readTwosComplement(right)];
  return a < b ? -1 : Number(a > b);
}

/** NaN is the greatest, as in the engine; the zeros are equal. */
function compareFloating(left: Uint8Array, right: Uint8Array): number {
  const [a, b] = [readFloating(left), readFloating(right)];
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : Number(a > b);
}

/** Byte by byte, which for texts in UTF-8 is by code point. */
const compareBytes: Compare = (left, right) => Buffer.compare(left, right);

const COMPARE: Readonly<Record<Primitive["kind"], Compare>> = {
  boolean: compareBytes,
  int: compareWhole,
  long: compareWhole,
  date: compareWhole,
  time: compareWhole,
  timestamp: compareWhole,
  timestamptz: compareWhole,
  float: compareFloating,
  double: compareFloating,
  decimal: compareDecimals,
  string: compareBytes,
  uuid: compareBytes,
  fixed: compareBytes,
  binary: compareBytes,
};

/**
 * Orders two values in single-value form as the engine orders them: negative, zero or positive. Values written before a
 * column was widened compare with later ones. Throws a RangeError for bytes that are no value of the type.
 */
export function compareBounds(type: string, left: Uint8Array, right: Uint8Array): number {
  const primitive = parsePrimitive(type);
  if (primitive === undefined) throw new RangeError(`no order among values of type ${type}`);
  return COMPARE[primitive.kind](left, right);
}
