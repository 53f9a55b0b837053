import { and, call, caseWhen, cast, compare, type Expression, isNull, literal, not, or, regexMatch, type SqlType, tryCast } from "@granary/engine";
import type { FormatDamage } from "@granary/protocol";
import { serialTimestamp, timestampReadings } from "../cells/date-readings.ts";
import { plainNumbers } from "../cells/number-readings.ts";
import { collapsed, isLike, isSame, NUMBER, SCIENTIFIC, surely, TEXT, trimmed, when } from "../cells/text-parts.ts";
import { wrongEncoding } from "./encoding.ts";
import { isRounded, isScientific, mayBeCut } from "./number-damage.ts";

const DOUBLE: SqlType = { kind: "double" };
const EXACT: SqlType = { kind: "decimal", precision: 38, scale: 10 };

const starts = (text: Expression, start: string): Expression => call("starts_with", text, literal(start));
const rest = (text: Expression): Expression => call("substring", text, literal(2));

const withoutZeros = (text: Expression): Expression => call("coalesce", call("null_if", call("trim_left", text, literal("0")), literal("")), literal("0"));

/** `007` as `7`, and `007.50` as `7.5`. */
function lostZeros(old: Expression, fresh: Expression): Expression {
  const whole = and(isLike(old, "0+[0-9]+"), isSame(withoutZeros(old), fresh));
  return or(whole, and(isLike(old, "-?0+[0-9]+(\\.[0-9]+)?"), isLike(fresh, NUMBER), isSame(tryCast(old, EXACT), tryCast(fresh, EXACT))));
}

const isTrailing = (old: Expression, fresh: Expression): Expression =>
  and(
    isLike(old, NUMBER),
    isLike(fresh, NUMBER),
    or(call("contains", old, literal(".")), call("contains", fresh, literal("."))),
    isSame(tryCast(old, EXACT), tryCast(fresh, EXACT)),
  );

/** The same number written with a comma for the point, or the other way round, with or without groups. */
function otherComma(old: Expression, fresh: Expression): Expression {
  const numbers = (text: Expression): readonly Expression[] => plainNumbers(text).map((plain) => tryCast(plain, EXACT));
  const [plain] = numbers(old);
  const alike = plain === undefined ? [] : numbers(fresh).map((value) => isSame(plain, value));
  const [again] = numbers(fresh);
  const back = again === undefined ? [] : numbers(old).map((value) => isSame(again, value));
  const hasSign = or(isLike(old, ".*[0-9][.,' ].*"), isLike(fresh, ".*[0-9][.,' ].*"));
  return and(hasSign, surely(or(...alike, ...back)));
}

const DATE_TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?)?";
/** What may be a day: short, with digits, and a sign or a name of a month in it. */
const LOOKS_LIKE_DATE = "(?i)[0-9]{1,8}([./ -].*)?|.*[0-9]{4}-[0-9]{2}.*";
const MAX_DATE_LENGTH = 32;

/** The one instant an old text means; null where it means none, or one of several. */
function instantOf(text: Expression): Expression {
  const iso = when(isLike(text, DATE_TIME), tryCast(call("replace", text, literal("T"), literal(" ")), { kind: "timestamp" }));
  const found = call("list_distinct", call("list_of", iso, ...timestampReadings(text)));
  return when(compare(call("list_length", found), "=", literal(1)), call("list_element", found, literal(1)));
}

/** `1-Sep` for `SEP1`: what spreadsheets make of names that look like a day. */
function isDayOfName(old: Expression, fresh: Expression): Expression {
  const month = call("upper", call("left", old, literal(3)));
  const day = call("regex_extract", old, literal("([0-9]{1,2})$"), literal(1));
  const isName = isLike(old, "(?i)(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[ -]?[0-9]{1,2}");
  const made = call("concat", withoutZeros(day), literal("-"), month);
  return and(isName, isSame(made, call("upper", call("regex_replace_first", fresh, literal("^0"), literal("")))));
}

function otherDate(old: Expression, fresh: Expression): Expression {
  const short = (text: Expression): Expression => and(compare(call("length", text), "<=", literal(MAX_DATE_LENGTH)), isLike(text, LOOKS_LIKE_DATE));
  const readings = [...timestampReadings(fresh), serialTimestamp(fresh), when(isLike(fresh, DATE_TIME), tryCast(fresh, { kind: "timestamp" }))];
  const instant = instantOf(old);
  const isAgain = or(...readings.map((value) => surely(isSame(value, instant))));
  return or(isDayOfName(old, fresh), caseWhen([{ when: and(short(old), short(fresh)), then: isAgain }], literal(false)));
}

type Test = readonly [damage: FormatDamage, isDamage: (old: Expression, fresh: Expression) => Expression];

const isPlus = (old: Expression, fresh: Expression): Expression =>
  and(isLike(old, "\\+[0-9][0-9 ()/.-]*"), or(isSame(rest(old), fresh), and(isLike(fresh, NUMBER), isSame(tryCast(old, EXACT), tryCast(fresh, EXACT)))));

const isWritten = (old: Expression, fresh: Expression): Expression =>
  and(isLike(old, SCIENTIFIC), isLike(fresh, NUMBER), isSame(tryCast(old, DOUBLE), tryCast(fresh, DOUBLE)));

/** In the order in which they are looked for: the first that holds is told. */
const OF_TEXTS: readonly Test[] = [
  ["formula", (old, fresh) => and(starts(old, "="), not(starts(fresh, "=")))],
  ["spaces", (old, fresh) => isSame(trimmed(collapsed(old)), trimmed(collapsed(fresh)))],
  ["letter_case", (old, fresh) => and(isLike(old, "(?i)true|false"), isSame(call("lower", old), call("lower", fresh)))],
  ["encoding", wrongEncoding],
];

/** Looked for only in texts with digits before and after. */
const OF_DIGITS: readonly Test[] = [
  ["plus_sign", isPlus],
  ["leading_zeros", lostZeros],
  ["trailing_zeros", isTrailing],
  ["decimal_comma", otherComma],
  ["date_format", otherDate],
];

const OF_LONG: readonly Test[] = [
  ["scientific", (old, fresh) => or(isScientific(old, fresh), isWritten(old, fresh))],
  ["rounded", isRounded],
];

/** The kind of damage that made one text of another; null where it is a change that somebody meant. Asked only of texts that differ. */
export function textDamage(old: Expression, fresh: Expression): Expression {
  const lost = or(and(isNull(fresh), compare(old, "=", literal(""))), and(isNull(old), compare(fresh, "=", literal(""))));
  const named = (damage: FormatDamage): Expression => cast(literal(damage), TEXT);
  const branches = (tests: readonly Test[]) => tests.map(([damage, isDamage]) => ({ when: surely(isDamage(old, fresh)), then: named(damage) }));
  const hasDigit = (text: Expression): Expression => regexMatch(text, literal("[0-9]"), { extent: "part" });
  const long = caseWhen([{ when: mayBeCut(old, fresh), then: caseWhen(branches(OF_LONG), literal(null)) }], literal(null));
  const ofDigits = call("coalesce", long, caseWhen(branches(OF_DIGITS), literal(null)));
  return caseWhen(
    [
      { when: surely(lost), then: named("empty_text") },
      { when: or(isNull(old), isNull(fresh)), then: literal(null) },
      ...branches(OF_TEXTS),
      { when: and(hasDigit(old), hasDigit(fresh)), then: ofDigits },
    ],
    literal(null),
  );
}
