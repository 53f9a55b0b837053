import { and, arithmetic, call, cast, compare, type Expression, literal, type SqlType, tryCast } from "@granary/engine";
import { isLike, TEXT, when } from "./text-parts.ts";

const TIMESTAMP: SqlType = { kind: "timestamp" };

interface DayStyle {
  readonly shape: string;
  readonly format: string;
}

const DAY = "[0-9]{1,2}";

/** Ways in which people and spreadsheets write days, besides ISO 8601. */
const DAY_STYLES: readonly DayStyle[] = [
  { shape: `${DAY}/${DAY}/[0-9]{4}`, format: "%d/%m/%Y" },
  { shape: `${DAY}/${DAY}/[0-9]{4}`, format: "%m/%d/%Y" },
  { shape: `${DAY}/${DAY}/[0-9]{2}`, format: "%d/%m/%y" },
  { shape: `${DAY}/${DAY}/[0-9]{2}`, format: "%m/%d/%y" },
  { shape: `${DAY}\\.${DAY}\\.[0-9]{4}`, format: "%d.%m.%Y" },
  { shape: `${DAY}\\.${DAY}\\.[0-9]{2}`, format: "%d.%m.%y" },
  { shape: `${DAY}-${DAY}-[0-9]{4}`, format: "%d-%m-%Y" },
  { shape: `${DAY}-${DAY}-[0-9]{4}`, format: "%m-%d-%Y" },
  { shape: `[0-9]{4}[/.-]${DAY}[/.-]${DAY}`, format: "%Y-%m-%d" },
  { shape: "[0-9]{8}", format: "%Y%m%d" },
  { shape: `${DAY}[ -][A-Za-z]{3}[ -][0-9]{4}`, format: "%d-%b-%Y" },
  { shape: `${DAY}[ -][A-Za-z]{3}[ -][0-9]{2}`, format: "%d-%b-%y" },
];

const CLOCK = "([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?)?";

const dayPart = (text: Expression): Expression => call("regex_replace", text, literal("[ T][0-9]{1,2}:.*$"), literal(""));
const clockPart = (text: Expression): Expression => call("regex_extract", text, literal("[ T]([0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?)$"), literal(1));

/** The day with one sign between its parts, as the format has it. */
const even = (day: Expression, { format }: DayStyle): Expression => (format.includes("-") ? call("regex_replace", day, literal("[ /.]"), literal("-")) : day);

function inStyle(text: Expression, style: DayStyle): Expression {
  const day = cast(call("try_parse_time", even(dayPart(text), style), literal(style.format)), { kind: "date" });
  const clock = call("coalesce", call("null_if", clockPart(text), literal("")), literal("00:00:00"));
  const joined = call("concat_or_null", call("concat_or_null", cast(day, TEXT), literal(" ")), clock);
  return when(isLike(text, `${style.shape}${CLOCK}`), tryCast(joined, TIMESTAMP));
}

/** The instants a text may have meant, as timestamps without a zone. */
export const timestampReadings = (text: Expression): readonly Expression[] => DAY_STYLES.map((style) => inStyle(text, style));

const SECONDS_A_DAY = 86_400;
/** Days before it are counted otherwise by different programs. */
const FIRST_SERIAL = 61;

/** The instant a spreadsheet's number of days stands for. */
export function serialTimestamp(text: Expression): Expression {
  const days = tryCast(text, { kind: "double" });
  const seconds = cast(call("round", arithmetic(days, "*", literal(SECONDS_A_DAY))), { kind: "bigint" });
  const start = cast(literal("1899-12-30 00:00:00"), TIMESTAMP);
  const span = call("to_seconds", seconds);
  return when(and(isLike(text, "[0-9]{2,6}(\\.[0-9]+)?"), compare(days, ">=", literal(FIRST_SERIAL))), arithmetic(start, "+", span));
}

/** What is left of a time where seconds are not shown. */
export const toMinute = (value: Expression): Expression => call("date_trunc", literal("minute"), value);
