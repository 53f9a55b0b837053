import type { SqlType } from "@granary/engine";
import { problem } from "@granary/protocol";
import type { LakeTransaction, TableRef } from "../catalog/index.ts";
import type { ExpectedFile } from "../file-io/index.ts";
import {
  type IcebergField,
  type IcebergPartitionSpec,
  type IcebergSchema,
  type IcebergSortOrder,
  type IcebergType,
  type TableMetadata,
  toSqlType,
} from "../iceberg/index.ts";
import { isSystemName } from "../schema/index.ts";
import type { At } from "./at.ts";
import { findAt } from "./find-at.ts";
import type { LiveEntry } from "./live-entry.ts";
import type { TableStore } from "./table-store.ts";

/** A column of a table, found by `fieldId` whatever it is called in which snapshot. */
export interface LakeColumn {
  readonly fieldId: number;
  readonly name: string;
  /** As Iceberg spells it: `long`, `decimal(18, 2)`, `list<string>`. */
  readonly type: string;
  readonly sqlType: SqlType;
  readonly required: boolean;
  /** Kept by the platform, such as the batch a row came with; not shown to people. */
  readonly isSystem: boolean;
}

/** A data file that belongs to a snapshot. */
export interface LiveFile extends ExpectedFile {
  readonly records: number;
}

/** One snapshot of a table, ready to be read or changed; plain data that stays true while the snapshot is kept. */
export interface OpenTable extends TableRef {
  readonly tableUuid: string;
  readonly location: string;
  /** The branch that was opened, to which changes of it belong; null when a fixed state was. */
  readonly branch: string | null;
  /** Null for a table without any data yet. */
  readonly snapshotId: string | null;
  /** The snapshot's number, as people see it; "0" without one. */
  readonly sequenceNumber: string;
  readonly committedAt: Date | null;
  /** The columns it is read with: of a branch those the table has now, of a fixed state those of its time. */
  readonly schema: IcebergSchema;
  /** All columns the table ever had, oldest first. */
  readonly schemas: readonly IcebergSchema[];
  readonly partitionSpecs: readonly IcebergPartitionSpec[];
  readonly defaultSpecId: number;
  readonly sortOrder: IcebergSortOrder;
  readonly properties: Readonly<Record<string, string>>;
  readonly columns: readonly LakeColumn[];
  /** Data rows minus deleted positions; too high while another engine's equality deletes have not been compacted away. */
  readonly rows: number;
  /** Data and delete files in the order in which their rows came. */
  readonly entries: readonly LiveEntry[];
  /** The data files of `entries`. Throws `lake.unsupported` when there are delete files too. */
  readonly files: readonly LiveFile[];
}

/** A type as people read it: nested ones as `struct<a: int>`, `list<string>`, `map<string, long>`. */
function typeText(type: IcebergType): string {
  if (typeof type === "string") return type;
  if (type.type === "list") return `list<${typeText(type.element)}>`;
  if (type.type === "map") return `map<${typeText(type.key)}, ${typeText(type.value)}>`;
  return `struct<${type.fields.map((field) => `${field.name}: ${typeText(field.type)}`).join(", ")}>`;
}

function columnsOf(schema: IcebergSchema): readonly LakeColumn[] {
  return schema.fields.map(({ id, name, type, required }) => {
    const sqlType = toSqlType(type);
    if (sqlType === undefined) throw problem("lake.unsupported", { reason: `the column ${name} has the type ${typeText(type)}` });
    return { fieldId: id, name, type: typeText(type), sqlType, required, isSystem: isSystemName(name) };
  });
}

/** The table as it will be once columns are added; its rows have nothing in them. */
export function withFields(table: OpenTable, fields: readonly IcebergField[]): OpenTable {
  if (fields.length === 0) return table;
  const schema: IcebergSchema = { ...table.schema, fields: [...table.schema.fields, ...fields] };
  // Not spread: that would ask for `files`, which throws for a table with delete files.
  return Object.defineProperties({} as OpenTable, {
    ...Object.getOwnPropertyDescriptors(table),
    schema: { value: schema, enumerable: true },
    columns: { value: columnsOf(schema), enumerable: true },
  });
}

/** Rows of live files. Position deletes of files that are gone do not count; deletes without a known file are taken at their word. */
function countRows(entries: readonly LiveEntry[]): number {
  const data = new Set(entries.flatMap(({ file }) => (file.content === "data" ? [file.uri] : [])));
  let rows = 0;
  for (const { file } of entries) {
    if (file.content === "data") rows += file.records;
    else if (file.content === "positionDeletes" && (file.referencedDataFile === undefined || data.has(file.referencedDataFile))) rows -= file.records;
  }
  return rows;
}

function dataFiles(entries: readonly LiveEntry[]): readonly LiveFile[] {
  return entries.map(({ file }) => {
    if (file.content !== "data") throw problem("lake.unsupported", { reason: "it has delete files" });
    if (file.format !== "PARQUET") throw problem("lake.unsupported", { reason: `another engine wrote ${file.format} files to it` });
    return { uri: file.uri, bytes: file.bytes, records: file.records, ...(file.sha256 === undefined ? {} : { sha256: file.sha256 }) };
  });
}

const UNSORTED: IcebergSortOrder = { "order-id": 0, fields: [] };

function sortOrderOf(metadata: TableMetadata): IcebergSortOrder {
  return metadata["sort-orders"].find((order) => order["order-id"] === metadata["default-sort-order-id"]) ?? UNSORTED;
}

/**
 * Opens a table, by default the newest snapshot of `main`. Throws `lake.table_not_found`, `lake.snapshot_not_found` or
 * `lake.ref_not_found`. Takes memory for all its files' names and what is known about their columns.
 */
export async function openTable(tx: LakeTransaction, store: TableStore, ref: TableRef & { readonly at?: At }): Promise<OpenTable> {
  const { metadata } = await store.load(tx, ref);
  const { snapshot, schema, branch } = findAt(metadata, ref.at);
  const entries = snapshot === undefined ? [] : await store.liveEntries(tx, snapshot);
  return {
    workspaceId: ref.workspaceId,
    tableName: ref.tableName,
    tableUuid: metadata["table-uuid"],
    location: metadata.location,
    branch: branch ?? null,
    snapshotId: snapshot === undefined ? null : String(snapshot["snapshot-id"]),
    sequenceNumber: String(snapshot?.["sequence-number"] ?? 0),
    committedAt: snapshot === undefined ? null : new Date(snapshot["timestamp-ms"]),
    schema,
    schemas: metadata.schemas,
    partitionSpecs: metadata["partition-specs"],
    defaultSpecId: metadata["default-spec-id"],
    sortOrder: sortOrderOf(metadata),
    properties: metadata.properties ?? {},
    columns: columnsOf(schema),
    rows: countRows(entries),
    entries,
    get files() {
      return dataFiles(entries);
    },
  };
}
