import { and, call, caseWhen, cast, type Expression, inList, isNull, literal, not, or, regexMatch, type SqlType, tryCast } from "../../sql/index.ts";
import { fitsType, textToType } from "../csv/text-types.ts";

/** How the texts of a column become values. */
export interface Reading {
  readonly type: SqlType;
  /** Texts that stand for null. */
  readonly nullTokens: readonly string[];
  /** How numbers are written, when not with a point alone. */
  readonly number?: NumberStyle;
  /** How dates are written, in strptime's letters, when not as ISO 8601 has them. */
  readonly format?: string;
}

export interface NumberStyle {
  readonly decimal: "." | ",";
  /** Between groups of three digits; empty for none. */
  readonly thousands: string;
}

export const TEXT_READING: Reading = { type: { kind: "text" }, nullTokens: [] };

const quoteMeta = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|-]/g, "\\$&");

/** The shape of a number in a style: groups of three are complete or not there, no zero in front, no sign but minus. */
function numberShape({ decimal, thousands }: NumberStyle): string {
  const grouped = thousands === "" ? "" : `|[1-9][0-9]{0,2}(${quoteMeta(thousands)}[0-9]{3})+`;
  return `-?(0|[1-9][0-9]*${grouped})(${quoteMeta(decimal)}[0-9]+)?`;
}

const matches = (text: Expression, pattern: string): Expression => regexMatch(text, literal(pattern), { extent: "whole" });

/** The text, or null where it is one of the tokens. */
export const withoutTokens = (text: Expression, tokens: readonly string[]): Expression =>
  tokens.length === 0 ? text : caseWhen([{ when: inList(text, tokens.map(literal)), then: literal(null) }], text);

/** A number as the engine writes it. */
export function plainNumber(text: Expression, { decimal, thousands }: NumberStyle): Expression {
  const ungrouped = thousands === "" ? text : call("replace", text, literal(thousands), literal(""));
  return decimal === "." ? ungrouped : call("replace", ungrouped, literal(decimal), literal("."));
}

const PARTS: Readonly<Record<string, string>> = {
  d: "[0-9]{1,2}",
  m: "[0-9]{1,2}",
  H: "[0-9]{1,2}",
  I: "[0-9]{1,2}",
  M: "[0-9]{2}",
  S: "[0-9]{2}",
  Y: "[0-9]{4}",
  y: "[0-9]{2}",
  b: "[A-Za-z]{3}",
  B: "[A-Za-z]{3,9}",
  p: "(AM|PM|am|pm)",
};

/** The shape of texts of a format, as strict as the format can be read back. Undefined for letters that are not known. */
export function formatShape(format: string): string | undefined {
  let shape = "";
  for (let at = 0; at < format.length; at += 1) {
    const char = format[at] as string;
    if (char !== "%") {
      shape += quoteMeta(char);
      continue;
    }
    at += 1;
    const part = PARTS[format[at] ?? ""];
    if (part === undefined) return undefined;
    shape += part;
  }
  return shape;
}

/** The shape of texts of a reading other than the plain one, whose shapes are not told here. */
export const readingShape = ({ format, number }: Reading): string =>
  format !== undefined ? (formatShape(format) ?? "") : number === undefined ? "[^]*" : numberShape(number);

const parsed = (text: Expression, { format = "", type }: Reading): Expression => tryCast(call("try_parse_time", text, literal(format)), type);

/** Whether a text is a value of the reading, or null; never null itself. */
export function fitsReading(text: Expression, reading: Reading): Expression {
  const own = withoutTokens(text, reading.nullTokens);
  if (reading.type.kind === "text") return literal(true);
  if (reading.format !== undefined) {
    const shape = formatShape(reading.format) ?? "";
    return or(isNull(own), call("coalesce", and(matches(own, shape), not(isNull(parsed(own, reading)))), literal(false)));
  }
  if (reading.number === undefined) return fitsType(own, reading.type);
  return or(
    isNull(own),
    and(call("coalesce", matches(own, numberShape(reading.number)), literal(false)), fitsType(plainNumber(own, reading.number), reading.type)),
  );
}

/** The value of a text that `fitsReading` accepted. */
export function readText(text: Expression, reading: Reading): Expression {
  const own = withoutTokens(text, reading.nullTokens);
  if (reading.format !== undefined) return cast(call("parse_time", own, literal(reading.format)), reading.type);
  return textToType(reading.number === undefined ? own : plainNumber(own, reading.number), reading.type);
}
