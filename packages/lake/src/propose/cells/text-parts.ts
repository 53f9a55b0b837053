import { call, caseWhen, compare, type Expression, literal, regexMatch, type SqlType } from "@granary/engine";

export const TEXT: SqlType = { kind: "text" };

const NOTHING: Expression = literal(null);

/** A value where a condition is true, and otherwise null. */
export const when = (condition: Expression, value: Expression): Expression => caseWhen([{ when: condition, then: value }], NOTHING);

/** A condition that is false where it would be null. */
export const surely = (condition: Expression): Expression => call("coalesce", condition, literal(false));

export const isLike = (text: Expression, pattern: string): Expression => regexMatch(text, literal(pattern), { extent: "whole" });

export const isSame = (left: Expression, right: Expression): Expression => compare(left, "=", right);

/** White space as people and programs put it around values, the unbreakable kinds included. */
const SPACES = "[\\s\\x{A0}\\x{202F}\\x{2007}\\x{FEFF}]+";

export const collapsed = (text: Expression): Expression => call("regex_replace", text, literal(SPACES), literal(" "));
export const trimmed = (text: Expression): Expression => call("regex_replace", text, literal(`^${SPACES}|${SPACES}$`), literal(""));

/** What spreadsheets begin a formula with; our own downloads put an apostrophe in front of it. */
const GUARDED = "^'([\\s\\x00]*[=+\\-@\uFF1D\uFF0B\uFF0D\uFF20]|[\\t\\r])";

/** A text without the apostrophe by which a download made it harmless. */
export const unguarded = (text: Expression): Expression =>
  caseWhen([{ when: surely(regexMatch(text, literal(GUARDED), { extent: "part" })), then: call("substring", text, literal(2)) }], text);

/** A number as people and spreadsheets write it, with a point. */
export const NUMBER = "[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)";
export const SCIENTIFIC = `${NUMBER}[eE][+-]?[0-9]{1,3}`;

/** The digits of a number that mean something: without sign, point, exponent, zeros in front and at the end. */
export function significantDigits(text: Expression): Expression {
  const mantissa = call("regex_replace_first", text, literal("[eE].*$"), literal(""));
  const digits = call("regex_replace", mantissa, literal("[^0-9]"), literal(""));
  return call("length", call("trim", digits, literal("0")));
}
