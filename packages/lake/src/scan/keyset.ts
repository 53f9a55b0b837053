import { and, column, compare, type Expression, isNull, literal, not, or, type SortKey } from "@granary/engine";
import { FILE_ORDINAL, ROW_PLACE } from "./planned-rows.ts";

/** A sort key with the value it has in the row a page begins behind; null is a value too. */
export interface KeyValue {
  readonly key: SortKey;
  /** A constant of the key's type. */
  readonly value: Expression;
  readonly isNull: boolean;
}

/** The order of rows backwards. */
export const reversed = (keys: readonly SortKey[]): readonly SortKey[] =>
  keys.map((key) => ({ expression: key.expression, direction: key.direction === "asc" ? "desc" : "asc", nulls: key.nulls === "first" ? "last" : "first" }));

/** Rows with equal keys are in stored order, so that every row has one place. */
export const PLACE_KEYS: readonly SortKey[] = [FILE_ORDINAL, ROW_PLACE].map((name) => ({ expression: column(name), direction: "asc", nulls: "last" }));

function strictlyAfter({ key, value, isNull: isNullValue }: KeyValue): Expression {
  const { expression } = key;
  if (isNullValue) return key.nulls === "first" ? not(isNull(expression)) : literal(false);
  const beyond = compare(expression, key.direction === "asc" ? ">" : "<", value);
  return key.nulls === "first" ? beyond : or(beyond, isNull(expression));
}

function equal({ key, value, isNull: isNullValue }: KeyValue): Expression {
  return isNullValue ? isNull(key.expression) : compare(key.expression, "=", value);
}

/** The rows that are not behind a row by its first key, equal ones among them. */
export function notBehind({ key, value, isNull: isNullValue }: KeyValue): Expression {
  const { expression } = key;
  if (isNullValue) return key.nulls === "first" ? isNull(expression) : literal(true);
  const upTo = compare(expression, key.direction === "asc" ? "<=" : ">=", value);
  return key.nulls === "first" ? or(upTo, isNull(expression)) : upTo;
}

/** The rows behind a row, by its keys in order: beyond in the first one, or equal there and beyond in the second, and so on. */
export function behind(values: readonly KeyValue[]): Expression {
  const [first] = values;
  const steps = values.map((value, index) => and(...values.slice(0, index).map(equal), strictlyAfter(value)));
  // The same said of the first key alone, which reaches the files' statistics.
  const atLeast = first === undefined ? [] : [or(equal(first), strictlyAfter(first))];
  return and(...atLeast, or(...steps));
}
