import { problem } from "@granary/protocol";
import type { Expression, LiteralValue, TypedLiteralType } from "../expression.ts";
import { printText, printTextExpression } from "./text.ts";
import { printType } from "./types.ts";

const MAX_INTEGER = 10n ** 38n - 1n;
const MAX_INT64 = 2n ** 63n - 1n;

const parenthesised = (digits: string): string => (digits.startsWith("-") ? `(${digits})` : digits);

function printNumber(value: number): string {
  if (Object.is(value, -0)) return "CAST('-0.0' AS DOUBLE)";
  return Number.isSafeInteger(value) ? parenthesised(String(value)) : `CAST('${String(value)}' AS DOUBLE)`;
}

/** Longer ones would silently become doubles. */
function printBigint(value: bigint): string {
  if (value > MAX_INTEGER || value < -MAX_INTEGER) throw problem("engine.statement_invalid", { reason: "a whole number has more than 38 digits" });
  return value <= MAX_INT64 && value >= -MAX_INT64
    ? parenthesised(value.toString())
    : `CAST('${value}' AS ${value === -MAX_INT64 - 1n ? "BIGINT" : "HUGEINT"})`;
}

export function printLiteral(value: LiteralValue): string {
  if (value === null) return "NULL";
  if (typeof value === "string") return printTextExpression(value);
  if (typeof value === "number") return printNumber(value);
  return typeof value === "bigint" ? printBigint(value) : value ? "TRUE" : "FALSE";
}

const DAY = "[+-]?[0-9]{4,7}-[0-9]{2}-[0-9]{2}";
const CLOCK = "[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?";
const OFFSET = "(Z|[+-][0-9]{2}(:?[0-9]{2})?(:[0-9]{2})?)";
const BEFORE_CHRIST = "( \\(BC\\))?";
const ENDLESS = "-?infinity";

const SHAPES: { readonly [K in TypedLiteralType["kind"]]: RegExp } = {
  date: new RegExp(`^(${DAY}${BEFORE_CHRIST}|${ENDLESS})$`),
  time: new RegExp(`^${CLOCK}$`),
  timestamp: new RegExp(`^(${DAY}${BEFORE_CHRIST}[ T]${CLOCK}|${ENDLESS})$`),
  timestamptz: new RegExp(`^(${DAY}${BEFORE_CHRIST}[ T]${CLOCK}${OFFSET}|${ENDLESS})$`),
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  binary: /^([0-9a-f]{2})*$/i,
  decimal: /^-?[0-9]+(\.[0-9]+)?$/,
};

/** Of a decimal that has more digits than its type the engine would round the rest away. */
function checkDigits(text: string, { precision, scale }: Extract<TypedLiteralType, { kind: "decimal" }>): void {
  const [whole = "", fraction = ""] = text.replace("-", "").split(".");
  if (fraction.length > scale || whole.replace(/^0+/, "").length > precision - scale) {
    throw problem("engine.statement_invalid", { reason: `${text} does not fit decimal(${precision}, ${scale})` });
  }
}

export function printTypedLiteral({ type, text }: Extract<Expression, { kind: "typedLiteral" }>): string {
  if (!Object.hasOwn(SHAPES, type.kind)) throw problem("engine.statement_invalid", { reason: "the type of a value is not known" });
  if (!SHAPES[type.kind].test(text)) throw problem("engine.statement_invalid", { reason: `a value is written in no form of ${type.kind}` });
  if (type.kind === "decimal") checkDigits(text, type);
  return type.kind === "binary" ? `unhex(${printText(text)})` : `CAST(${printText(text)} AS ${printType(type)})`;
}

const MAX_SPAN = 2 ** 31 - 1;

export function printInterval({ months, days, micros }: Extract<Expression, { kind: "interval" }>): string {
  const valid = [months, days].every((span) => Number.isInteger(span) && Math.abs(span) <= MAX_SPAN) && /^-?[0-9]{1,18}$/.test(micros);
  if (!valid) throw problem("engine.statement_invalid", { reason: "a span of time is no whole number of months, days and microseconds" });
  return `(to_months(${parenthesised(String(months))}) + to_days(${parenthesised(String(days))}) + to_microseconds(${parenthesised(micros)}))`;
}
