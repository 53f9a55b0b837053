import { and, arithmetic, call, caseWhen, cast, compare, type Expression, isNull, literal, not, or, type SqlType, tryCast } from "@granary/engine";
import { toMinute } from "../cells/date-readings.ts";
import { distance } from "../cells/number-readings.ts";
import { isLike, NUMBER, SCIENTIFIC, significantDigits, surely, TEXT } from "../cells/text-parts.ts";

/** Spreadsheets keep so many digits of a number. */
const KEPT_DIGITS = 15;
const DOUBLE: SqlType = { kind: "double" };

/** How many digits stand in front of the point: what one more or less in the last kept digit comes to depends on it. */
const magnitude = (text: Expression): Expression => {
  const size = call("abs", tryCast(text, DOUBLE));
  return caseWhen([{ when: compare(size, ">", literal(0)), then: arithmetic(call("floor", call("log10", size)), "+", literal(1)) }], literal(0));
};

/** A tenth more than one in the last place: the floating distance itself is rounded. */
const ONE_IN_LAST = 1.000_001;

function isNear(old: Expression, fresh: Expression, digits: Expression): Expression {
  const last = call("power", literal(10), arithmetic(magnitude(old), "-", digits));
  return compare(distance(old, fresh), "<=", arithmetic(cast(last, DOUBLE), "*", literal(ONE_IN_LAST)));
}

/** Whether a number was cut or rounded to the digits that spreadsheets keep. */
export function isRounded(old: Expression, fresh: Expression): Expression {
  const areNumbers = and(or(isLike(old, NUMBER), isLike(old, SCIENTIFIC)), isLike(fresh, NUMBER));
  const isLonger = and(compare(significantDigits(old), ">", literal(KEPT_DIGITS)), compare(significantDigits(fresh), "<=", literal(KEPT_DIGITS)));
  return and(areNumbers, isLonger, isNear(old, fresh, literal(KEPT_DIGITS)));
}

/** Whether a number was written with an exponent, and lost the digits that are not shown then. */
export function isScientific(old: Expression, fresh: Expression): Expression {
  const isShort = compare(significantDigits(fresh), "<=", call("greatest", significantDigits(old), literal(1)));
  return and(isLike(old, NUMBER), isLike(fresh, SCIENTIFIC), isShort, isNear(old, fresh, call("greatest", significantDigits(fresh), literal(1))));
}

/** What says at little cost that a number can be neither rounded nor written with an exponent: most that differ are that plain. */
export const mayBeCut = (old: Expression, fresh: Expression): Expression =>
  or(
    compare(call("length", old), ">", literal(KEPT_DIGITS)),
    call("contains", call("lower", fresh), literal("e")),
    call("contains", call("lower", old), literal("e")),
  );

function damaged(old: Expression, fresh: Expression): Expression {
  const which = caseWhen(
    [
      { when: surely(isScientific(old, fresh)), then: cast(literal("scientific"), TEXT) },
      { when: surely(isRounded(old, fresh)), then: cast(literal("rounded"), TEXT) },
    ],
    literal(null),
  );
  return caseWhen([{ when: mayBeCut(old, fresh), then: which }], literal(null));
}

const NUMBERS: ReadonlySet<SqlType["kind"]> = new Set(["integer", "bigint", "decimal", "float", "double"]);

interface ValueDamage {
  readonly type: SqlType;
  readonly old: Expression;
  readonly oldText: Expression;
  readonly freshText: Expression;
  /** The one value the new text can be read as; null for none. */
  readonly fresh: Expression;
}

/** The kind of damage that made another value of a number or a time; null where it is a change that somebody meant. */
export function valueDamage({ type, old, oldText, freshText, fresh }: ValueDamage): Expression {
  const areThere = and(not(isNull(old)), not(isNull(freshText)));
  const within = (expression: Expression): Expression => caseWhen([{ when: areThere, then: expression }], literal(null));
  if (NUMBERS.has(type.kind)) return within(damaged(oldText, freshText));
  if (type.kind !== "timestamp") return literal(null);
  const isCut = and(isLike(freshText, ".*[0-9]:[0-9]{2}"), not(isLike(freshText, ".*:[0-9]{2}:[0-9]{2}.*")), compare(toMinute(old), "=", fresh));
  return within(caseWhen([{ when: surely(isCut), then: cast(literal("date_format"), TEXT) }], literal(null)));
}
