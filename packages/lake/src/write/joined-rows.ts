import { and, column, compare, type Expression, not, type Query, type Relation } from "@granary/engine";
import { type HeldFiles, type LiveDataFile, storedName } from "../files/index.ts";
import type { IcebergField } from "../iceberg/index.ts";
import { liveRows, rowsAmong } from "./live-rows.ts";

export interface Matching {
  readonly held: HeldFiles;
  /** Those of the held files that may hold one of the keys. */
  readonly files: readonly LiveDataFile[];
  readonly keys: readonly IcebergField[];
  readonly sourceRows: number;
  /** The columns that may differ: those of the source but for keys and batch. Undefined when it does not matter whether any does. */
  readonly compared: readonly IcebergField[] | undefined;
}

const keyColumns = (matching: Matching): readonly Expression[] => matching.keys.map((key) => column(storedName(key.id)));

/** Rows of the table that have the key of some row of a table of the session, with these of their columns and their places. */
function rowsWithKeys(matching: Matching, source: string, fields: readonly IcebergField[], files: readonly LiveDataFile[]): Query {
  const rows = liveRows(matching.held, files, [...new Set([...matching.keys, ...fields].map((field) => field.id))]);
  const isLarger = files.reduce((sum, item) => sum + item.file.records, 0) > matching.sourceRows;
  return isLarger ? rowsAmong(rows, keyColumns(matching), { table: source, columns: keyColumns(matching) }) : rows;
}

/** Rows of the table joined with those of the source, or of a part of it, by key. */
export function joined(matching: Matching, source: string, fields: readonly IcebergField[], files = matching.files): Relation {
  const sameKey = matching.keys.map((key) => compare(column(storedName(key.id), "t"), "=", column(storedName(key.id), "s")));
  return {
    kind: "join",
    join: "inner",
    left: { kind: "alias", as: "t", relation: { kind: "query", query: rowsWithKeys(matching, source, fields, files) } },
    right: { kind: "alias", as: "s", relation: { kind: "table", name: source } },
    on: and(...sameKey),
  };
}

/**
 * Whether a joined pair has the same values in all these columns, null being one. The two zeros are the same, as everywhere in
 * the engine: its Parquet writer keeps one of them where both are in a column of a row group.
 */
export const isSame = (fields: readonly IcebergField[]): Expression =>
  and(...fields.map((field) => compare(column(storedName(field.id), "t"), "is not distinct from", column(storedName(field.id), "s"))));

export const differs = (field: IcebergField): Expression => not(isSame([field]));
