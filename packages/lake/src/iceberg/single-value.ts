import { type Primitive, parsePrimitive } from "./primitive.ts";
import { formatDate, formatTime, formatTimestamp, parseDate, parseTime, parseTimestamp } from "./temporal.ts";

const MAX_UNSCALED = 10n ** 38n;

function int(value: bigint | number | undefined): Buffer | undefined {
  if (value === undefined || BigInt.asIntN(32, BigInt(value)) !== BigInt(value)) return undefined;
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(Number(value));
  return bytes;
}

function long(value: bigint | undefined): Buffer | undefined {
  if (value === undefined || BigInt.asIntN(64, value) !== value) return undefined;
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
}

const wholeNumber = (text: string): bigint | undefined => (/^-?\d+$/.test(text) ? BigInt(text) : undefined);

const SPECIAL: Readonly<Record<string, number>> = { inf: Infinity, "+inf": Infinity, infinity: Infinity, "-inf": -Infinity, "-infinity": -Infinity, nan: NaN };

function parseFloating(text: string): number | undefined {
  const special = SPECIAL[text.toLowerCase()];
  if (special !== undefined) return special;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isNaN(value) ? undefined : value;
}

/** A floating-point number as stored; of a type widened since, in the width it was stored with. */
export const readFloating = (bytes: Uint8Array): number => (bytes.length === 4 ? Buffer.from(bytes).readFloatLE() : Buffer.from(bytes).readDoubleLE());

export function writeFloating(value: number | undefined, size: 4 | 8): Buffer | undefined {
  if (value === undefined) return undefined;
  const bytes = Buffer.alloc(size);
  if (size === 4) bytes.writeFloatLE(value);
  else bytes.writeDoubleLE(value);
  return bytes;
}

/** The unscaled value of a decimal; undefined when it has other digits than the type can hold. */
function parseDecimal(text: string, scale: number): bigint | undefined {
  const [, sign, whole = "", fraction = ""] = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text) ?? [];
  if (sign === undefined || whole + fraction === "" || !/^0*$/.test(fraction.slice(scale))) return undefined;
  const unscaled = BigInt(whole + fraction.slice(0, scale).padEnd(scale, "0"));
  if (unscaled >= MAX_UNSCALED) return undefined;
  return sign === "-" ? -unscaled : unscaled;
}

/** Two's complement, big-endian, in as few bytes as hold the sign. */
export function writeTwosComplement(value: bigint): Buffer {
  let size = 1;
  while (BigInt.asIntN(size * 8, value) !== value) size += 1;
  const hex = BigInt.asUintN(size * 8, value).toString(16);
  return Buffer.from(hex.padStart(size * 2, "0"), "hex");
}

export function readTwosComplement(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes).toString("hex");
  return hex === "" ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
}

/** A little-endian integer as stored; of a type widened since, in the width it was stored with. */
export function readWhole(bytes: Uint8Array): bigint {
  const buffer = Buffer.from(bytes);
  if (buffer.length === 4) return BigInt(buffer.readInt32LE());
  if (buffer.length === 8) return buffer.readBigInt64LE();
  throw new RangeError(`a whole number of ${bytes.length} bytes`);
}

function formatDecimal(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return unscaled < 0n ? `-${text}` : text;
}

function formatFloating(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return "nan";
  return value > 0 ? "inf" : "-inf";
}

/** Shortest text that reads as the same 32-bit number. */
function formatFloat(value: number): string {
  if (!Number.isFinite(value) || value === 0) return formatFloating(value);
  for (let digits = 1; digits < 9; digits += 1) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}

function parseHex(text: string, length?: number): Buffer | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  return length === undefined || text.length === length * 2 ? Buffer.from(text, "hex") : undefined;
}

function sized(bytes: Uint8Array, length: number): Buffer {
  if (bytes.length !== length) throw new RangeError(`a value of ${bytes.length} bytes instead of ${length}`);
  return Buffer.from(bytes);
}

interface Form {
  readonly encode: (text: string, type: Primitive) => Buffer | undefined;
  readonly decode: (bytes: Uint8Array, type: Primitive) => string;
}

const scaleOf = (type: Primitive): number => (type.kind === "decimal" ? type.scale : 0);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex").toUpperCase();
const BOOLEANS: Readonly<Record<string, number>> = { "1": 1, true: 1, "0": 0, false: 0 };

const FORMS: Readonly<Record<Primitive["kind"], Form>> = {
  boolean: {
    encode: (text) => (BOOLEANS[text] === undefined ? undefined : Buffer.from([BOOLEANS[text]])),
    decode: (bytes) => (sized(bytes, 1)[0] === 0 ? "false" : "true"),
  },
  int: { encode: (text) => int(wholeNumber(text)), decode: (bytes) => readWhole(bytes).toString() },
  long: { encode: (text) => long(wholeNumber(text)), decode: (bytes) => readWhole(bytes).toString() },
  float: { encode: (text) => writeFloating(parseFloating(text), 4), decode: (bytes) => formatFloat(readFloating(bytes)) },
  double: { encode: (text) => writeFloating(parseFloating(text), 8), decode: (bytes) => formatFloating(readFloating(bytes)) },
  decimal: {
    encode: (text, type) => {
      const unscaled = parseDecimal(text, scaleOf(type));
      return unscaled === undefined ? undefined : writeTwosComplement(unscaled);
    },
    decode: (bytes, type) => formatDecimal(readTwosComplement(bytes), scaleOf(type)),
  },
  date: { encode: (text) => int(parseDate(text)), decode: (bytes) => formatDate(Number(readWhole(bytes))) },
  time: { encode: (text) => long(parseTime(text)), decode: (bytes) => formatTime(readWhole(bytes)) },
  timestamp: { encode: (text) => long(parseTimestamp(text, false)), decode: (bytes) => formatTimestamp(readWhole(bytes), false) },
  timestamptz: { encode: (text) => long(parseTimestamp(text, true)), decode: (bytes) => formatTimestamp(readWhole(bytes), true) },
  string: { encode: (text) => Buffer.from(text, "utf8"), decode: (bytes) => Buffer.from(bytes).toString("utf8") },
  uuid: {
    encode: (text) => parseHex(text.replaceAll("-", ""), 16),
    decode: (bytes) =>
      sized(bytes, 16)
        .toString("hex")
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
  },
  fixed: { encode: (text, type) => parseHex(text, type.kind === "fixed" ? type.length : undefined), decode: hex },
  binary: { encode: (text) => parseHex(text), decode: hex },
};

/**
 * A value in Iceberg's single-value form (specification, appendix D), whole, from the text the engine has for it: bytes as
 * hexadecimal digits. Undefined when the text is no such value or has no form, such as `infinity` for a date.
 */
export function encodeValue(type: string, text: string): Buffer | undefined {
  const primitive = parsePrimitive(type);
  return primitive === undefined ? undefined : FORMS[primitive.kind].encode(text, primitive);
}

/** The engine's text for a value in single-value form; the other way of `encodeValue`. Throws a RangeError for bytes that are no such value. */
export function decodeValue(type: string, bytes: Uint8Array): string {
  const primitive = parsePrimitive(type);
  if (primitive === undefined) throw new RangeError(`no single values of type ${type}`);
  return FORMS[primitive.kind].decode(bytes, primitive);
}
