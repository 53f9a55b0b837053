import {
  arithmetic,
  call,
  caseWhen,
  cast,
  compare,
  type Expression,
  type FunctionName,
  FUNCTIONS,
  listTransform,
  literal,
  parameter,
  regexMatch,
} from "@granary/engine";
import type { ExpressionType } from "@granary/graph";
import { decimalOf } from "@granary/protocol";
import { castTo } from "./casts.ts";
import { sqlTypeOf } from "./types.ts";

/** An operand with what is known of it. */
export interface Operand {
  readonly value: Expression;
  readonly type: ExpressionType;
}

const INT: { readonly kind: "integer" } = { kind: "integer" };
const TEXT = sqlTypeOf("text");
const one = literal(1);

type Print = (...operands: readonly Operand[]) => Expression;

const none: Operand = { value: literal(null), type: "null" };
const valueAt = (operands: readonly Operand[], index: number): Expression => (operands[index] ?? none).value;

const datePart =
  (part: string): Print =>
  (value = none) =>
    call("date_part", literal(part), value.value);

/** Engine's makers of spans of time, and how many of their unit one of ours is. */
const SPANS: Readonly<Record<string, readonly [FunctionName, number]>> = {
  microsecond: ["to_micros", 1],
  millisecond: ["to_micros", 1000],
  second: ["to_seconds", 1],
  minute: ["to_minutes", 1],
  hour: ["to_hours", 1],
  day: ["to_days", 1],
  week: ["to_days", 7],
  month: ["to_months", 1],
  quarter: ["to_months", 3],
  year: ["to_years", 1],
};

function unitOf(operand: Expression): string {
  return operand.kind === "literal" ? String(operand.value).toLowerCase() : "";
}

function addSpan(value: Operand = none, unit: Operand = none, count: Operand = none): Expression {
  const [name, times] = SPANS[unitOf(unit.value)] ?? ["to_days", 1];
  const counted = times === 1 ? count.value : arithmetic(cast(count.value, { kind: "bigint" }), "*", literal(times));
  return arithmetic(value.value, "+", call(name, cast(counted, name === "to_micros" || name === "to_seconds" ? { kind: "bigint" } : INT)));
}

const asInstant = ({ value, type }: Operand): Expression => (type === "timestamptz" ? value : cast(value, { kind: "timestamptz" }));

const dated =
  (name: "parse_time" | "try_parse_time"): Print =>
  (text = none, format = none) =>
    cast(call(name, text.value, format.value), { kind: "date" });

function capitalized(text: Operand = none): Expression {
  const word = parameter("word");
  const begun = call("concat_or_null", call("upper", call("left", word, one)), call("substring", word, literal(2)));
  return call("list_join", listTransform(call("split", call("lower", text.value), literal(" ")), "word", begun), literal(" "));
}

const MOST_PLACES = 18;

function formatted(value: Operand = none, places: Operand = none): Expression {
  const count = places.value.kind === "literal" ? Math.min(Number(places.value.value), MOST_PLACES) : 0;
  return cast(cast(value.value, { kind: "decimal", precision: 38, scale: count }), TEXT);
}

/** The engine rounds decimals to places that are written down alone. */
function rounded(value: Operand = none, places?: Operand): Expression {
  if (places === undefined) return call("round", value.value);
  const isWritten = places.value.kind === "literal" || places.value.kind === "negate";
  const of = isWritten || decimalOf(value.type) === undefined ? value.value : cast(value.value, { kind: "double" });
  return call("round", of, isWritten ? places.value : cast(places.value, INT));
}

const withInt =
  (name: FunctionName, index: number): Print =>
  (...operands) =>
    call(name, ...operands.map(({ value }, at) => (at === index ? cast(value, INT) : value)));

const matching =
  (extent: "part" | "whole"): Print =>
  (text = none, pattern = none) =>
    regexMatch(text.value, pattern.value, { extent });

/** Functions of the language that the engine's tree has under no one name. */
export const SPECIAL_FUNCTIONS: Readonly<Record<string, Print>> = {
  capitalize: capitalized,
  collapse_blanks: (text = none) => call("trim", call("regex_replace", text.value, literal("\\s+"), literal(" "))),
  format_number: formatted,
  regex_matches: matching("part"),
  regex_full_match: matching("whole"),
  if: (...operands) => caseWhen([{ when: valueAt(operands, 0), then: valueAt(operands, 1) }], valueAt(operands, 2)),
  is_blank: (text = none) => compare(call("coalesce", call("trim", text.value), literal("")), "=", literal("")),
  round: rounded,
  round_even: (value = none, places = none) => call("round_even", cast(value.value, { kind: "double" }), cast(places.value, INT)),
  character: withInt("character", 0),
  date_trunc: (unit = none, value = none) => call("date_trunc", literal(unitOf(unit.value)), value.value),
  date_part: (unit = none, value = none) => datePart(unitOf(unit.value))(value),
  date_diff: (unit = none, from = none, until = none) => call("date_diff", literal(unitOf(unit.value)), from.value, until.value),
  date_diff_whole: (unit = none, from = none, until = none) => call("date_diff_whole", literal(unitOf(unit.value)), from.value, until.value),
  date_add: addSpan,
  year: datePart("year"),
  quarter: datePart("quarter"),
  month: datePart("month"),
  week: datePart("week"),
  day: datePart("day"),
  weekday: datePart("day_of_week"),
  day_of_year: datePart("day_of_year"),
  hour: datePart("hour"),
  minute: datePart("minute"),
  second: datePart("second"),
  to_date: dated("parse_time"),
  try_to_date: dated("try_parse_time"),
  at_time_zone: (zone = none, value = none) => call("at_time_zone", zone.value, asInstant(value)),
  from_time_zone: (zone = none, value = none) => call("at_time_zone", zone.value, cast(value.value, { kind: "timestamp" })),
  to_json: (value = none) => (value.type === "json" ? value.value : cast(call("to_json", value.value), TEXT)),
  concat: (...operands) => call("concat", ...operands.map(asText)),
  concat_with: (separator = none, ...operands) => call("concat_with", separator.value, ...operands.map(asText)),
};

/** A value as text where texts are joined. */
export const asText = ({ value, type }: Operand): Expression => (type === "text" ? value : castTo({ value, from: type, to: "text", onFault: "fail" }));

/** What the engine answers in a type of its own, which is brought to ours. */
const RETYPED: ReadonlySet<string> = new Set([
  "sign",
  "bit_count",
  "code_point",
  "count_if",
  "sum",
  "date_trunc",
  "date_add",
  "json_array_length",
  "json_extract",
  "list_position",
  "list_element",
  "null_if",
  "list_sum",
  "round",
  "ceil",
  "floor",
  "trunc",
  "parse_time",
  "try_parse_time",
  "last_day",
  "at_time_zone",
]);

export const isRetyped = (name: string): boolean => RETYPED.has(name);

/** The engine's function of a name of the language. */
export function engineName(name: string): FunctionName | undefined {
  return Object.hasOwn(FUNCTIONS, name) ? (name as FunctionName) : undefined;
}
