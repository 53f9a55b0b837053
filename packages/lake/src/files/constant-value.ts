import type { Expression, SqlType } from "@granary/engine";
import { encodeValue, type Primitive } from "../iceberg/index.ts";

/** A constant beside a column, in the form bounds have; null for a missing value, undefined when it cannot be told here. */
export type Constant = Buffer | null | undefined;

const WHOLE = /^-?\d{1,38}$/;
const NUMBER = /^-?\d+(\.\d+)?$/;

const whole = (text: string): Constant => (WHOLE.test(text) ? encodeValue("long", text) : undefined);

/** As the engine prints doubles; both zeros are one to it. */
function doubleText(value: number): string {
  if (value === 0) return "0";
  return String(value).replace("Infinity", "inf");
}

const double = (value: number): Constant => (Number.isNaN(value) ? undefined : encodeValue("double", doubleText(value)));

/** The engine makes whole numbers and texts 32-bit floats before it compares them with such a column, but widens the column for a double. */
function floating(kind: "float" | "double", value: string | number | bigint): Constant {
  if (typeof value === "string" && !NUMBER.test(value)) return undefined;
  const parsed = Number(value);
  const isDouble = kind === "double" || (typeof value === "number" && !Number.isInteger(value));
  return double(isDouble ? parsed : Math.fround(parsed));
}

type TextReader = (type: string, text: string) => Constant;

const encoded: TextReader = encodeValue;
const matching =
  (pattern: RegExp): TextReader =>
  (type, text) =>
    pattern.test(text) ? encodeValue(type, text) : undefined;

/** The engine reads texts for binaries and booleans in ways of its own. */
const FROM_TEXT: Readonly<Partial<Record<Primitive["kind"], TextReader>>> = {
  int: (_, text) => whole(text),
  long: (_, text) => whole(text),
  float: (_, text) => floating("float", text),
  double: (_, text) => floating("double", text),
  decimal: matching(NUMBER),
  string: encoded,
  date: encoded,
  time: encoded,
  timestamp: encoded,
  timestamptz: encoded,
  uuid: matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i),
};

function fromNumber(type: string, primitive: Primitive, value: number | bigint): Constant {
  if (primitive.kind === "float" || primitive.kind === "double") return floating(primitive.kind, value);
  // A number that is no whole one is a double, to which the engine then converts the column.
  if (typeof value === "number" && !Number.isSafeInteger(value)) return undefined;
  if (primitive.kind === "int" || primitive.kind === "long") return whole(String(value));
  return primitive.kind === "decimal" ? encodeValue(type, String(value)) : undefined;
}

/** Kinds of typed literals that the engine compares with a column without converting the column. */
const TYPED: Readonly<Partial<Record<Primitive["kind"], readonly SqlType["kind"][]>>> = {
  date: ["date"],
  time: ["time"],
  timestamp: ["timestamp", "date"],
  timestamptz: ["timestamptz", "timestamp", "date"],
  uuid: ["uuid"],
  binary: ["binary"],
  fixed: ["binary"],
};

function fromTyped(type: string, primitive: Primitive, literal: Extract<Expression, { kind: "typedLiteral" }>): Constant {
  if (literal.type.kind === "decimal") return primitive.kind === "decimal" ? encodeValue(type, literal.text) : undefined;
  if (TYPED[primitive.kind]?.includes(literal.type.kind) !== true) return undefined;
  // The offset of a timestamptz would be lost on the way to a column without one.
  if (primitive.kind === "timestamptz" && literal.type.kind !== "timestamptz" && encodeValue("timestamp", literal.text) === undefined) return undefined;
  return encodeValue(type, literal.text);
}

/** Types to which a constant may be cast and still be compared with the column as it is. */
const CAST: Readonly<Record<Primitive["kind"], readonly SqlType["kind"][]>> = {
  boolean: ["boolean"],
  int: ["integer", "bigint"],
  long: ["integer", "bigint"],
  float: ["float"],
  double: ["double"],
  decimal: ["decimal"],
  date: ["date"],
  time: ["time"],
  timestamp: ["timestamp", "date"],
  timestamptz: ["timestamptz"],
  string: ["text"],
  uuid: ["uuid"],
  fixed: ["binary"],
  binary: ["binary"],
};

/** Whether the column, beside a constant cast to that type, is compared as it is. */
function isOwnType(primitive: Primitive, to: SqlType): boolean {
  if (!CAST[primitive.kind].includes(to.kind)) return false;
  // A cast to fewer places rounds.
  return to.kind !== "decimal" || primitive.kind !== "decimal" || (to.scale === primitive.scale && to.precision === primitive.precision);
}

function fromCast(type: string, primitive: Primitive, node: Extract<Expression, { kind: "cast" }>): Constant {
  const { operand } = node;
  const value = operand.kind === "literal" ? operand.value : undefined;
  if (value === null) return null;
  if (!isOwnType(primitive, node.type)) return undefined;
  if (value === undefined) return constantValue(type, primitive, operand);
  if (primitive.kind === "float" || primitive.kind === "double") return typeof value === "boolean" ? undefined : floating(primitive.kind, String(value));
  return primitive.kind === "string" && typeof value !== "string" ? undefined : constantValue(type, primitive, operand);
}

/** What an expression without columns is worth beside a column of that type. */
export function constantValue(type: string, primitive: Primitive, node: Expression): Constant {
  if (node.kind === "cast") return fromCast(type, primitive, node);
  if (node.kind === "typedLiteral") return fromTyped(type, primitive, node);
  if (node.kind !== "literal") return undefined;
  const { value } = node;
  if (value === null) return null;
  if (typeof value === "boolean") return primitive.kind === "boolean" ? Buffer.from([value ? 1 : 0]) : undefined;
  return typeof value === "string" ? FROM_TEXT[primitive.kind]?.(type, value) : fromNumber(type, primitive, value);
}
