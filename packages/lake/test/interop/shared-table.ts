import type { IcebergSchema, OpenTable, StagedChange, TableDefinition } from "@granary/lake";
import { sql } from "kysely";
import type { TestLake } from "../lake.ts";
import { type Cell, rowsFor } from "../rows.ts";

/** A row as it should be: texts for values of any type, lists, objects, null. */
export type Row = Readonly<Record<string, unknown>>;

/** A state of a table: the newest of `main`, or a snapshot. */
export interface SharedState {
  readonly tableName: string;
  readonly snapshotId?: string;
  readonly rows: readonly Row[];
}

export const MERGE_ON_READ: TableDefinition = { properties: { "write.merge.mode": "merge-on-read", "write.delete.mode": "merge-on-read" } };

export const refTo = (bed: TestLake, tableName: string) => ({ workspaceId: bed.workspaceId, tableName });

export async function apply(bed: TestLake, staged: StagedChange): Promise<OpenTable> {
  await bed.publish(staged);
  return bed.open(staged.tableName);
}

export interface NewShared {
  readonly tableName: string;
  readonly schema: IcebergSchema;
  readonly names: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly definition?: TableDefinition;
}

export async function create(bed: TestLake, { tableName, schema, names, rows, definition = {} }: NewShared): Promise<OpenTable> {
  const source = rows.length === 0 ? {} : { source: rowsFor(schema, names, rows) };
  return apply(bed, await bed.lake.stageCreate({ ...refTo(bed, tableName), schema, definition, ...source }));
}

export const append = async (bed: TestLake, table: OpenTable, names: readonly string[], rows: readonly (readonly Cell[])[]): Promise<OpenTable> =>
  apply(bed, await bed.lake.stageAppend({ table, source: rowsFor(table.schema, names, rows) }));

/** Where the catalog says that a table's newest metadata lies. */
export async function metadataLocation(bed: TestLake, tableName: string): Promise<string> {
  const { rows } = await bed.tx((tx) =>
    sql<{ metadata_location: string }>`select metadata_location from iceberg_tables where table_name = ${tableName}`.execute(tx),
  );
  return rows[0]?.metadata_location ?? "";
}

/** Rows by their ids: no reader promises an order. */
export const inOrder = (rows: readonly Row[]): readonly Row[] => rows.toSorted((left, right) => Number(left["id"]) - Number(right["id"]));
