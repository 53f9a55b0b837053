import { randomUUID } from "node:crypto";
import { cast, column, type Expression, literal, type Query, type SqlType } from "@granary/engine";
import type { StagedChange, StagedFile } from "@granary/lake";
import type { TestLake } from "./lake.ts";

/** A table's files written by hand, as another engine would: without facts about columns, and with the delete files a test wants. */
export interface HandMade {
  readonly columns: readonly { readonly fieldId: number; readonly name: string; readonly type: string; readonly sqlType: SqlType }[];
  readonly location: string;
}

type Cell = string | number | bigint | boolean | null;

export const rowsOf = (columns: HandMade["columns"], rows: readonly (readonly Cell[])[]): Query => ({
  kind: "select",
  items: columns.map((item) => ({ expression: column(item.name), as: item.name })),
  from: {
    kind: "values",
    columns: columns.map(({ name, sqlType }) => ({ name, type: sqlType })),
    rows: rows.map((row) => row.map((cell, index): Expression => cast(literal(cell), columns[index]?.sqlType ?? { kind: "text" }))),
  },
});

async function write(
  bed: TestLake,
  uri: string,
  query: Query,
  fieldIds: Readonly<Record<string, number>>,
): Promise<{ uri: string; bytes: number; sha256: string }> {
  const scratch = await bed.fileIo.scratchPath("hand.parquet");
  await bed.engine.use({ kind: "read" }, (session) =>
    session.run({ kind: "copy", query, path: scratch, format: { kind: "parquet", fieldIds, rowGroupRows: 2048, compression: "snappy" } }),
  );
  return bed.fileIo.publish(scratch, uri);
}

const FACTS = { format: "PARQUET", columns: [], splitOffsets: [4], specId: 0, partition: [], sortOrderId: null } as const;

export async function dataFile(bed: TestLake, table: HandMade, rows: readonly (readonly Cell[])[]): Promise<StagedFile> {
  const ids = Object.fromEntries(table.columns.map((item) => [item.name, item.fieldId]));
  const stored = await write(bed, `${table.location}/data/${randomUUID()}.parquet`, rowsOf(table.columns, rows), ids);
  return { ...stored, ...FACTS, content: "data", records: rows.length };
}

/** Position deletes; `isOpen` leaves out which data file they concern, as files over several of them do. */
export async function deleteFile(
  bed: TestLake,
  table: HandMade,
  positions: readonly { readonly uri: string; readonly position: number }[],
  isOpen = false,
): Promise<StagedFile> {
  const columns: HandMade["columns"] = [
    { fieldId: 2147483546, name: "file_path", type: "string", sqlType: { kind: "text" } },
    { fieldId: 2147483545, name: "pos", type: "long", sqlType: { kind: "bigint" } },
  ];
  const sorted = positions.toSorted((left, right) => (left.uri === right.uri ? left.position - right.position : left.uri < right.uri ? -1 : 1));
  const query = rowsOf(
    columns,
    sorted.map(({ uri, position }) => [uri, position]),
  );
  const stored = await write(bed, `${table.location}/data/${randomUUID()}-deletes.parquet`, query, { file_path: 2147483546, pos: 2147483545 });
  const [first] = sorted;
  return {
    ...stored,
    ...FACTS,
    content: "positionDeletes",
    records: sorted.length,
    ...(isOpen || first === undefined ? {} : { referencedDataFile: first.uri }),
  };
}

export async function equalityDeleteFile(bed: TestLake, table: HandMade, fieldIds: readonly number[], rows: readonly (readonly Cell[])[]): Promise<StagedFile> {
  const columns = table.columns.filter((item) => fieldIds.includes(item.fieldId));
  const ids = Object.fromEntries(columns.map((item) => [item.name, item.fieldId]));
  const stored = await write(bed, `${table.location}/data/${randomUUID()}-equality.parquet`, rowsOf(columns, rows), ids);
  return { ...stored, ...FACTS, content: "equalityDeletes", records: rows.length, equalityIds: fieldIds };
}

export type HandMadeChange = Partial<Pick<StagedChange, "added" | "removed" | "operation" | "tableUuid" | "baseSnapshotId" | "branch" | "schema">>;

/** A staged change of hand-made files, guarded by nothing. */
export function stagedChange(bed: TestLake, tableName: string, table: HandMade, change: HandMadeChange): StagedChange {
  const fields = table.columns.map(({ fieldId, name, type }) => ({ id: fieldId, name, type, required: false }));
  return {
    workspaceId: bed.workspaceId,
    tableName,
    tableUuid: null,
    location: table.location,
    branch: "main",
    operation: "overwrite",
    baseSnapshotId: null,
    schema: { type: "struct", "schema-id": 0, fields },
    added: [],
    removed: [],
    guard: { kind: "none" },
    counts: { addedRows: 0, deletedRows: 0, replacedRows: 0 },
    ...change,
  };
}
