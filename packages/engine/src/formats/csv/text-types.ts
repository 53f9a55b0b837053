import {
  and,
  call,
  caseWhen,
  cast,
  compare,
  type Expression,
  isNull,
  literal,
  not,
  or,
  regexMatch,
  type SqlType,
  type SqlTypeKind,
  tryCast,
} from "../../sql/index.ts";

const TEXT: SqlType = { kind: "text" };
const DECIMAL_SHAPE = "-?(0|[1-9][0-9]*)(\\.[0-9]+)?";
/** A negative zero has no decimal form: it would come back without its sign. */
const NEGATIVE_ZERO = "-0(\\.0+)?";
const DOUBLE_SHAPE = "-?[0-9]+(\\.[0-9]+)?(e[+-]?[0-9]+)?";
const DATE_SHAPE = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
const TIMESTAMP_SHAPE = "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?";

const matches = (text: Expression, pattern: string): Expression => regexMatch(text, literal(pattern), { extent: "whole" });
const roundTrips = (text: Expression, type: SqlType): Expression => compare(cast(tryCast(text, type), TEXT), "=", text);

/** How many digits stand before and behind the point of a number. */
export const integerDigits = (text: Expression): Expression => call("length", call("regex_extract", text, literal("^-?([0-9]+)"), literal(1)));
export const fractionDigits = (text: Expression): Expression => call("length", call("regex_extract", text, literal("\\.([0-9]+)$"), literal(1)));

/** Whether a text is a plain decimal number, whatever its length. */
export const isDecimalText = (text: Expression): Expression => and(matches(text, DECIMAL_SHAPE), not(matches(text, NEGATIVE_ZERO)));

const isDoubleText = (text: Expression, type: SqlType): Expression =>
  and(
    matches(text, DOUBLE_SHAPE),
    not(matches(text, NEGATIVE_ZERO)),
    or(roundTrips(text, type), compare(cast(tryCast(text, type), TEXT), "=", call("concat", text, literal(".0")))),
  );

const withSpace = (text: Expression): Expression => call("replace", text, literal("T"), literal(" "));

function trimmedFraction(text: Expression): Expression {
  const trimmed = call("trim_right", call("trim_right", text, literal("0")), literal("."));
  return caseWhen([{ when: call("contains", text, literal(".")), then: trimmed }], text);
}

function isTimestampText(text: Expression, type: SqlType): Expression {
  const spaced = withSpace(text);
  return and(matches(text, TIMESTAMP_SHAPE), compare(cast(tryCast(spaced, type), TEXT), "=", trimmedFraction(spaced)));
}

type Test = (text: Expression, type: SqlType) => Expression;

const TESTS: Readonly<Record<SqlTypeKind, Test>> = {
  boolean: (text) => or(compare(call("lower", text), "=", literal("true")), compare(call("lower", text), "=", literal("false"))),
  integer: roundTrips,
  bigint: roundTrips,
  decimal: (text, type) => {
    if (type.kind !== "decimal") return literal(false);
    const fits = and(compare(integerDigits(text), "<=", literal(type.precision - type.scale)), compare(fractionDigits(text), "<=", literal(type.scale)));
    return and(isDecimalText(text), fits);
  },
  float: isDoubleText,
  double: isDoubleText,
  date: (text, type) => and(matches(text, DATE_SHAPE), roundTrips(text, type)),
  time: roundTrips,
  timestamp: isTimestampText,
  timestamptz: roundTrips,
  text: () => literal(true),
  uuid: roundTrips,
  binary: () => literal(false),
  list: () => literal(false),
  struct: () => literal(false),
  map: () => literal(false),
};

/**
 * Whether a text can become a value of the type and back without loss; never null. Besides the exact round trip
 * these are taken as equal: `TRUE` and `true`, `2` and `2.00` in a column of decimals, `2` and `2.0` in a column of
 * doubles, `T` and a blank between date and time, trailing zeros of a second's fraction.
 */
export function fitsType(text: Expression, type: SqlType): Expression {
  return or(isNull(text), call("coalesce", TESTS[type.kind](text, type), literal(false)));
}

/** The value of a text, or null where it is no value of the type. */
export const tryTextToType = (text: Expression, type: SqlType): Expression => tryCast(type.kind === "timestamp" ? withSpace(text) : text, type);

/** The value of a text that `fitsType` accepted; fails on any other. */
export function textToType(text: Expression, type: SqlType): Expression {
  if (type.kind === "text") return text;
  return cast(type.kind === "timestamp" ? withSpace(text) : text, type);
}
