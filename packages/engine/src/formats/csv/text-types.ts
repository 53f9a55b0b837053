import {
  and,
  call,
  caseWhen,
  cast,
  compare,
  type Expression,
  inList,
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

const DATE_LENGTH = 10;
const FIRST_COLON = 14;

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

/** With more, the list of ways to write a number gets longer than looking at its digits takes. */
const MAX_PADDED_SCALE = 9;

/** A decimal is written as it is printed, but for zeros at its end and the point in front of nothing but them. */
function isDecimalOf(text: Expression, type: SqlType & { readonly kind: "decimal" }): Expression {
  const { precision, scale } = type;
  if (scale > MAX_PADDED_SCALE) {
    const fits = and(compare(integerDigits(text), "<=", literal(precision - scale)), compare(fractionDigits(text), "<=", literal(scale)));
    return and(isDecimalText(text), fits);
  }
  const printed = cast(tryCast(text, type), TEXT);
  const padded = Array.from({ length: scale }, (_, zeros) => (zeros === 0 ? text : call("concat_or_null", text, literal("0".repeat(zeros)))));
  const whole = scale === 0 ? text : call("concat_or_null", text, literal(`.${"0".repeat(scale)}`));
  return inList(printed, [...padded, whole]);
}

type Test = (text: Expression, type: SqlType) => Expression;

const TESTS: Readonly<Record<SqlTypeKind, Test>> = {
  boolean: (text) => or(compare(call("lower", text), "=", literal("true")), compare(call("lower", text), "=", literal("false"))),
  integer: roundTrips,
  bigint: roundTrips,
  decimal: (text, type) => (type.kind === "decimal" ? isDecimalOf(text, type) : literal(false)),
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

const VERBATIM: Readonly<Partial<Record<SqlTypeKind, Test>>> = {
  boolean: (text) => or(compare(text, "=", literal("true")), compare(text, "=", literal("false"))),
  bigint: roundTrips,
  decimal: roundTrips,
  // Ten characters that come out as they went in are a year of four digits, a month and a day.
  date: (text, type) => and(compare(call("length", text), "=", literal(DATE_LENGTH)), roundTrips(text, type)),
  // Where the first colon stands in years of four digits; those before our era have a bracket near it.
  timestamp: (text, type) => and(compare(call("substring", text, literal(FIRST_COLON), literal(1)), "=", literal(":")), roundTrips(text, type)),
};

/**
 * Whether a text is exactly how a value of the type is printed, or null; never null itself. What `fitsType` takes as equal is not.
 * Much quicker than `fitsType` for some types, as the way back says it all.
 */
export function isVerbatim(text: Expression, type: SqlType): Expression {
  const own = VERBATIM[type.kind];
  const test = own === undefined ? and(TESTS[type.kind](text, type), roundTrips(text, type)) : own(text, type);
  return or(isNull(text), call("coalesce", test, literal(false)));
}

/** The value of a text, or null where it is no value of the type. */
export const tryTextToType = (text: Expression, type: SqlType): Expression => tryCast(type.kind === "timestamp" ? withSpace(text) : text, type);

/** The value of a text that `fitsType` accepted; fails on any other. */
export function textToType(text: Expression, type: SqlType): Expression {
  if (type.kind === "text") return text;
  return cast(type.kind === "timestamp" ? withSpace(text) : text, type);
}
