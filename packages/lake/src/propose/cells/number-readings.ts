import { and, arithmetic, call, cast, compare, type Expression, literal, or, type SqlType, tryCast } from "@granary/engine";
import { isLike, isSame, NUMBER, SCIENTIFIC, when } from "./text-parts.ts";

const DOUBLE: SqlType = { kind: "double" };

/** `1234,5`, `1.234,50`: what stands behind the comma is no group of three, or points stand before it. */
const COMMA = "[+-]?([0-9]+,([0-9]{1,2}|[0-9]{4,})|[0-9]{1,3}([.' \\x{A0}\\x{202F}’][0-9]{3})+,[0-9]+|0,[0-9]+)";
/** `1,234.5`, `1,234,567`, `1 234`: groups that cannot be a fraction. */
const GROUPS = "[+-]?([0-9]{1,3}(,[0-9]{3})+\\.[0-9]+|[0-9]{1,3}(,[0-9]{3}){2,}|[0-9]{1,3}([' \\x{A0}\\x{202F}’][0-9]{3})+(\\.[0-9]+)?)";
/** `1,234`: the one or the other. */
const EITHER = "[+-]?[1-9][0-9]{0,2},[0-9]{3}";
const SEPARATORS = "[,' \\x{A0}\\x{202F}’]";

const fromComma = (text: Expression): Expression =>
  call("replace", call("regex_replace", text, literal("[.' \\x{A0}\\x{202F}’]"), literal("")), literal(","), literal("."));
const ungrouped = (text: Expression): Expression => call("regex_replace", text, literal(SEPARATORS), literal(""));

/** The texts a number may have meant, as the engine writes numbers. */
export const plainNumbers = (text: Expression): readonly Expression[] => [
  when(or(isLike(text, NUMBER), isLike(text, SCIENTIFIC)), text),
  when(or(isLike(text, COMMA), isLike(text, EITHER)), fromComma(text)),
  when(or(isLike(text, GROUPS), isLike(text, EITHER)), ungrouped(text)),
];

const fraction = (text: Expression): Expression =>
  call("length", call("trim_right", call("regex_extract", text, literal("\\.([0-9]*)$"), literal(1)), literal("0")));

/** A plain number as an exact value; null where the type has no room for its digits. */
function exact(text: Expression, type: SqlType): Expression {
  const scale = type.kind === "decimal" ? type.scale : 0;
  // A whole number may come with a point and zeros.
  const value = type.kind === "decimal" ? tryCast(text, type) : tryCast(tryCast(text, { kind: "decimal", precision: 38, scale: 0 }), type);
  const asDouble = tryCast(text, DOUBLE);
  const isKept = or(
    and(isLike(text, NUMBER), compare(fraction(text), "<=", literal(scale))),
    and(isLike(text, SCIENTIFIC), isSame(cast(value, DOUBLE), asDouble), compare(call("abs", asDouble), "<", literal(1e38))),
  );
  return when(isKept, value);
}

const SPECIAL = "(?i)[+-]?(nan|inf|infinity)";

/** The values a text may have meant in a column of numbers. */
export function numberReadings(text: Expression, type: SqlType): readonly Expression[] {
  if (type.kind !== "double" && type.kind !== "float") return plainNumbers(text).map((plain) => exact(plain, type));
  return [...plainNumbers(text).map((plain) => tryCast(plain, type)), when(isLike(text, SPECIAL), tryCast(text, type))];
}

const MAX_EXACT = 28;
const WIDE: SqlType = { kind: "decimal", precision: 38, scale: 10 };
const WHOLE: SqlType = { kind: "decimal", precision: 38, scale: 0 };

/** How far two texts of numbers are apart, exactly where they have room in 38 digits; null where they are none. */
export function distance(left: Expression, right: Expression): Expression {
  const apart = (type: SqlType): Expression => cast(call("abs", arithmetic(tryCast(left, type), "-", tryCast(right, type))), DOUBLE);
  const isShort = and(compare(call("length", left), "<=", literal(MAX_EXACT)), compare(fraction(left), "<=", literal(10)));
  const areWhole = compare(call("position", left, literal(".")), "=", literal(0));
  return call("coalesce", when(isShort, apart(WIDE)), when(areWhole, apart(WHOLE)), apart(DOUBLE));
}
