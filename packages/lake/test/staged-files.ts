import { randomUUID } from "node:crypto";
import type { Guard, OpenTable, StagedChange, StagedFile } from "@granary/lake";
import type { TestLake } from "./lake.ts";
import { warehouseLake } from "./warehouse-lake.ts";

export const LONGS = {
  type: "struct",
  "schema-id": 0,
  fields: [
    { id: 1, name: "id", required: false, type: "long" },
    { id: 2, name: "note", required: false, type: "string" },
  ],
} as const;

function long(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes.toString("base64");
}

export interface FileInput {
  /** Least and greatest id in the file. */
  readonly ids?: readonly [number, number];
  readonly records?: number;
  readonly content?: StagedFile["content"];
  /** The data file a delete file concerns. */
  readonly of?: string;
  readonly specId?: number;
  readonly partition?: readonly (string | null)[];
  readonly sequenceNumber?: string;
  readonly nulls?: number;
}

function columnsOf({ content = "data", ids, records = 10, nulls = 0 }: FileInput): StagedFile["columns"] {
  if (content !== "data") return [];
  const facts = { fieldId: 1, bytes: 80, values: records, nulls };
  return [ids === undefined ? facts : { ...facts, lower: long(ids[0]), upper: long(ids[1]) }];
}

/** A stored file with the facts a commit looks at. Nobody reads its content. */
export async function storeFile(bed: TestLake, location: string, input: FileInput = {}): Promise<StagedFile> {
  const { records = 10, content = "data", specId = 0, partition = [] } = input;
  const stored = await bed.fileIo.write(`${location}/data/${randomUUID()}.parquet`, Buffer.from(`${content} ${records}`));
  return {
    ...stored,
    content,
    format: "PARQUET",
    records,
    columns: columnsOf(input),
    splitOffsets: [4],
    specId,
    partition,
    sortOrderId: content === "data" ? 0 : null,
    ...(input.of === undefined ? {} : { referencedDataFile: input.of }),
    ...(content === "equalityDeletes" ? { equalityIds: [1] } : {}),
    ...(input.sequenceNumber === undefined ? {} : { sequenceNumber: input.sequenceNumber }),
  };
}

export interface ChangeParts {
  readonly operation?: StagedChange["operation"];
  readonly added?: readonly FileInput[];
  readonly removed?: readonly string[];
  readonly guard?: Guard;
  readonly branch?: string;
}

/** A change of an open table with files that hold nothing. */
export async function stageFiles(bed: TestLake, table: OpenTable, change: ChangeParts): Promise<StagedChange> {
  const added = await Promise.all((change.added ?? []).map((file) => storeFile(bed, table.location, file)));
  const removed = table.entries.filter((entry) => change.removed?.includes(entry.file.uri));
  return {
    workspaceId: table.workspaceId,
    tableName: table.tableName,
    tableUuid: table.tableUuid,
    location: table.location,
    branch: change.branch ?? table.branch ?? "main",
    operation: change.operation ?? "append",
    baseSnapshotId: table.snapshotId,
    schema: table.schema,
    added,
    removed: removed.map(({ file: { uri, content, records, bytes } }) => ({ uri, content, records, bytes })),
    guard: change.guard ?? { kind: "none" },
    counts: { addedRows: 0, deletedRows: 0, replacedRows: 0 },
  };
}

/** A key range for guards, over the column `id`. */
export const idRange = (lower: number, upper: number) => ({ fieldId: 1, lower: long(lower), upper: long(upper) });

/** A table of two columns without rows. */
export async function emptyTable(bed: TestLake, tableName: string, properties: Readonly<Record<string, string>> = {}): Promise<OpenTable> {
  await bed.tx((tx) => bed.lake.createTable(tx, { workspaceId: bed.workspaceId, tableName, schema: LONGS, definition: { properties } }));
  return bed.open(tableName);
}

/** Opens a table with nothing remembered, as after a restart. */
export function openAfresh(bed: TestLake, tableName: string): Promise<OpenTable> {
  return bed.tx((tx) => warehouseLake(bed.warehouse, bed.engine).open(tx, { workspaceId: bed.workspaceId, tableName }));
}
