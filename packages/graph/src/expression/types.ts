import { decimalOf, type GraphType } from "@granary/protocol";

/** What an expression is worth: a column's type, a list of such, a span of time, `null` by itself, or not known because of a fault. */
export type ExpressionType = GraphType | "interval" | "null" | "unknown" | `${GraphType}[]`;

const MAX_DIGITS = 38;
/** A whole number has 64 bits. */
const INTEGER_DIGITS = 19;

export const isNumeric = (type: ExpressionType): boolean => type === "integer" || type === "number" || decimalOf(type) !== undefined;
export const isList = (type: ExpressionType): type is `${GraphType}[]` => type.endsWith("[]");
/** Whether nothing can be said about it: of these every use is right. */
export const isOpen = (type: ExpressionType): boolean => type === "null" || type === "unknown";
export const elementOf = (type: ExpressionType): ExpressionType => (isList(type) ? (type.slice(0, -2) as GraphType) : "unknown");
export const listOf = (type: ExpressionType): ExpressionType => (isOpen(type) ? "text[]" : (`${type}[]` as ExpressionType));

export function decimal(digits: number, scale: number): GraphType {
  return `decimal(${Math.min(MAX_DIGITS, Math.max(digits, 1))},${Math.min(scale, MAX_DIGITS)})`;
}

/** Digits before and behind the point, undefined where the type is no exact number. */
function exactOf(type: ExpressionType): { readonly whole: number; readonly scale: number } | undefined {
  if (type === "integer") return { whole: INTEGER_DIGITS, scale: 0 };
  const found = decimalOf(type);
  return found === undefined ? undefined : { whole: found.precision - found.scale, scale: found.scale };
}

/** The type that holds both, as `coalesce` and `case` need it; undefined where there is none. */
export function unify(left: ExpressionType, right: ExpressionType): ExpressionType | undefined {
  if (left === right || right === "null") return left;
  if (left === "null") return right;
  if (left === "unknown" || right === "unknown") return "unknown";
  if (isNumeric(left) && isNumeric(right)) return unifyNumbers(left, right);
  if (isList(left) && isList(right)) {
    const element = unify(elementOf(left), elementOf(right));
    return element === undefined ? undefined : listOf(element);
  }
  return unifyTimes(left, right);
}

function unifyNumbers(left: ExpressionType, right: ExpressionType): ExpressionType {
  const [a, b] = [exactOf(left), exactOf(right)];
  if (a === undefined || b === undefined) return "number";
  const scale = Math.max(a.scale, b.scale);
  return decimal(Math.max(a.whole, b.whole) + scale, scale);
}

const TIMES: readonly ExpressionType[] = ["date", "timestamp", "timestamptz"];

function unifyTimes(left: ExpressionType, right: ExpressionType): ExpressionType | undefined {
  const [a, b] = [TIMES.indexOf(left), TIMES.indexOf(right)];
  return a < 0 || b < 0 ? undefined : TIMES[Math.max(a, b)];
}

export const isTime = (type: ExpressionType): boolean => TIMES.includes(type);

/** What a sum, difference, product, quotient or rest of two numbers is. */
export function arithmeticType(operator: string, left: ExpressionType, right: ExpressionType): ExpressionType {
  if (operator === "/") return "number";
  if (left === "integer" && right === "integer") return "integer";
  const [a, b] = [exactOf(left), exactOf(right)];
  if (a === undefined || b === undefined) return "number";
  if (operator === "//") return "number";
  const scale = operator === "*" ? a.scale + b.scale : Math.max(a.scale, b.scale);
  const whole = operator === "*" ? a.whole + b.whole : Math.max(a.whole, b.whole) + (operator === "%" ? 0 : 1);
  return scale > MAX_DIGITS ? "number" : decimal(whole + scale, scale);
}

/** Families of types between which casts are possible; from and to text and json they always are. */
const CASTS: readonly (readonly string[])[] = [
  ["integer", "number", "decimal", "boolean"],
  ["date", "timestamp", "timestamptz"],
  ["timestamp", "timestamptz", "time"],
];
const ANY_CAST: readonly string[] = ["text", "json", "null", "unknown"];

const familyOf = (type: ExpressionType): string => (decimalOf(type) === undefined ? type : "decimal");

/** Whether a value of one type may become one of another at all; single values may still not fit. */
export function canCast(from: ExpressionType, to: ExpressionType): boolean {
  const [a, b] = [familyOf(from), familyOf(to)];
  if (a === b || ANY_CAST.includes(a)) return true;
  if (b === "text") return a !== "interval";
  if (b === "json") return a !== "binary" && a !== "interval";
  return CASTS.some((family) => family.includes(a) && family.includes(b));
}

/** Whether every value of one type is one of the other as it is, so that no cast needs to be written. */
export function fits(from: ExpressionType, to: ExpressionType): boolean {
  return isOpen(from) || isOpen(to) || unify(from, to) === to;
}
