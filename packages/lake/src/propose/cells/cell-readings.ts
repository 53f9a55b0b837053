import { call, caseWhen, cast, compare, type Expression, fitsType, isNull, literal, not, or, type SqlType, tryCast } from "@granary/engine";
import { timestampReadings } from "./date-readings.ts";
import { numberReadings } from "./number-readings.ts";
import { isLike, trimmed, when } from "./text-parts.ts";

const STRUCTURES: Readonly<Partial<Record<SqlType["kind"], string>>> = {
  boolean: "BOOLEAN",
  integer: "INTEGER",
  bigint: "BIGINT",
  float: "FLOAT",
  double: "DOUBLE",
  date: "DATE",
  time: "TIME",
  timestamp: "TIMESTAMP",
  timestamptz: "TIMESTAMPTZ",
  text: "VARCHAR",
  uuid: "UUID",
  binary: "BLOB",
};

const typeName = (type: SqlType): string => {
  if (type.kind === "decimal") return `DECIMAL(${type.precision}, ${type.scale})`;
  if (type.kind === "list") return `${typeName(type.element)}[]`;
  if (type.kind === "map") return `MAP(${typeName(type.key)}, ${typeName(type.value)})`;
  if (type.kind === "struct") return `STRUCT(${type.fields.map((field) => `"${field.name.replaceAll('"', '""')}" ${typeName(field.type)}`).join(", ")})`;
  return STRUCTURES[type.kind] ?? "VARCHAR";
};

function structureOf(type: SqlType): unknown {
  if (type.kind === "list") return [structureOf(type.element)];
  if (type.kind === "struct") return Object.fromEntries(type.fields.map((field) => [field.name, structureOf(field.type)]));
  return typeName(type);
}

export const isNested = ({ kind }: SqlType): boolean => kind === "list" || kind === "struct" || kind === "map";

const nested = (text: Expression, type: SqlType): Expression => call("json_parse", text, literal(JSON.stringify(structureOf(type))));

const ZONED = ".*[0-9]([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)";

/** What a text may have meant in a column, where it is not written as the platform writes it: the values, null for readings that do not hold. */
function looseReadings(text: Expression, type: SqlType): readonly Expression[] {
  const own = trimmed(text);
  if (type.kind === "boolean") {
    const is = (words: string, value: boolean) => ({ when: isLike(own, `(?i)${words}`), then: literal(value) });
    return [caseWhen([is("true|1", true), is("false|0", false)], literal(null))];
  }
  if (["integer", "bigint", "decimal", "float", "double"].includes(type.kind)) return numberReadings(own, type);
  if (type.kind === "timestamp") return timestampReadings(own);
  if (type.kind === "date") {
    const midnight = (value: Expression): Expression => when(compare(value, "=", call("date_trunc", literal("day"), value)), cast(value, type));
    return timestampReadings(own).map(midnight);
  }
  if (type.kind === "timestamptz") return [when(isLike(own, ZONED), tryCast(own, type))];
  return [tryCast(own, type)];
}

/** Whether a text stands for no value in a column that is none of texts. */
export const isEmpty = (text: Expression): Expression => or(isNull(text), compare(text, "=", literal("")));

/**
 * The different values a text may have meant in a column of another type than text, as a list: one where it is written
 * as the platform writes values, or can be read in one way only; none where it is no value. Null for an empty text.
 */
export function readingsOf(text: Expression, type: SqlType): Expression {
  const list = (...values: readonly Expression[]): Expression => call("list_of", ...values.map((value) => cast(value, type)));
  if (isNested(type)) {
    const value = nested(text, type);
    return when(not(isEmpty(text)), caseWhen([{ when: isNull(value), then: cast(call("list_of"), { kind: "list", element: type }) }], list(value)));
  }
  const loose = call("list_distinct", list(...looseReadings(text, type)));
  return when(not(isEmpty(text)), caseWhen([{ when: fitsType(text, type), then: list(guardedCast(text, type)) }], loose));
}

/** The engine may compute a value before it knows whether it is wanted. */
const guardedCast = (text: Expression, type: SqlType): Expression => tryCast(textOfTime(text, type), type);

const textOfTime = (text: Expression, type: SqlType): Expression => (type.kind === "timestamp" ? call("replace", text, literal("T"), literal(" ")) : text);

/** The one value of a list of readings; null where there is none or more. */
export const onlyReading = (readings: Expression): Expression =>
  when(compare(call("list_length", readings), "=", literal(1)), call("list_element", readings, literal(1)));

/** The value of a text where it can be read in one way only; null for any other. */
export const valueOfText = (text: Expression, type: SqlType): Expression => (type.kind === "text" ? text : onlyReading(readingsOf(text, type)));
