import { and, call, column, compare, type Expression, inQuery, isNull, literal, not, type Query, type SelectQuery } from "@granary/engine";
import type { ComparedColumn } from "./align-columns.ts";
import { DUPLICATES, keyName, NEW, OLD, REST } from "./names.ts";

const keyColumns = (keys: readonly ComparedColumn[]): readonly Expression[] => keys.map((key) => column(keyName(key.fieldId)));

const keyItems = (keys: readonly ComparedColumn[]): SelectQuery["items"] =>
  keys.map((key) => ({ expression: column(keyName(key.fieldId)), as: keyName(key.fieldId) }));

/** Whether no key column is null. */
export const isWhole = (keys: readonly ComparedColumn[]): Expression => and(...keyColumns(keys).map((key) => not(isNull(key))));

/**
 * Whether a row's key is among those of a query; false for a null in it. Asked in this way the engine keeps the rows
 * flowing past a table of the keys; a join may turn that around, for it has no idea how many rows Parquet files hold
 * once columns are found by field id.
 */
export const isAmong = (keys: readonly ComparedColumn[], query: Query): Expression => call("coalesce", inQuery(keyColumns(keys), query), literal(false));

const selectKeys = (keys: readonly ComparedColumn[], table: string): SelectQuery => ({
  kind: "select",
  items: keyItems(keys),
  from: { kind: "table", name: table },
});

/** All keys of both sides' compared rows. */
const comparedKeys = (keys: readonly ComparedColumn[]): Query => ({ kind: "unionAll", queries: [selectKeys(keys, OLD), selectKeys(keys, NEW)] });

/** The keys of one side. */
export const keysOfSide = (keys: readonly ComparedColumn[], side: typeof OLD | typeof NEW): Query => selectKeys(keys, side);

const repeated = (keys: readonly ComparedColumn[], table: string): Query => ({
  ...selectKeys(keys, table),
  where: isWhole(keys),
  groupBy: keyColumns(keys),
  having: compare(call("count_rows"), ">", literal(1)),
});

/** Keys that do not identify a row: they occur twice on a side, or again among the rows both sides share. */
export function duplicateKeys(keys: readonly ComparedColumn[], hasRest: boolean): Query {
  const again: Query = { ...selectKeys(keys, REST), distinct: true, where: isAmong(keys, comparedKeys(keys)) };
  return { kind: "union", queries: [repeated(keys, OLD), repeated(keys, NEW), ...(hasRest ? [again] : [])] };
}

/** How many keys are duplicates, and whether any row lacks a key. */
export function faultCounts(keys: readonly ComparedColumn[]): Query {
  const withoutKey = (table: string): Query => ({
    kind: "select",
    items: [{ expression: call("count_rows"), as: "rows" }],
    from: { kind: "table", name: table },
    where: not(isWhole(keys)),
  });
  const duplicates: Query = { kind: "select", items: [{ expression: call("count_rows"), as: "rows" }], from: { kind: "table", name: DUPLICATES } };
  return { kind: "unionAll", queries: [duplicates, withoutKey(OLD), withoutKey(NEW)] };
}

/** Whether a row has a key and it identifies the row. */
export const isIdentified = (keys: readonly ComparedColumn[]): Expression => and(isWhole(keys), not(isAmong(keys, selectKeys(keys, DUPLICATES))));

/** Whether a row's key is one of the duplicates. */
export const isDuplicate = (keys: readonly ComparedColumn[]): Expression => isAmong(keys, selectKeys(keys, DUPLICATES));
