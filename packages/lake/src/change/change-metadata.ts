import { randomUUID } from "node:crypto";
import { problem } from "@granary/protocol";
import { checkTableRef, type LakeTransaction, type TableRef } from "../catalog/index.ts";
import type { IcebergSchema, TableMetadata } from "../iceberg/index.ts";
import { adoptForeignFiles } from "./adopt-foreign-files.ts";
import { type CommitBase, type CommitParts, lockTable } from "./commit-parts.ts";
import { newTable } from "./new-table.ts";
import type { Committed } from "./published.ts";
import type { TableDefinition } from "./table-definition.ts";
import { writeCommit } from "./write-commit.ts";

/** A table to be made without any rows. */
export interface NewTable extends TableRef {
  /** Its columns with all their field ids. */
  readonly schema: IcebergSchema;
  readonly definition?: TableDefinition;
}

export interface CreatedTable extends Committed {
  readonly tableUuid: string;
  readonly location: string;
}

/** Enters a table without rows. Throws `lake.table_exists`, or `lake.layout_invalid` for a definition that fits no table. */
export async function createTable(parts: CommitParts, tx: LakeTransaction, input: NewTable): Promise<CreatedTable> {
  checkTableRef(input);
  if ((await lockTable(parts, tx, input)) !== undefined) throw problem("lake.table_exists");
  const location = `${parts.warehouseUri}/${input.workspaceId}/${input.tableName}-${randomUUID()}`;
  const metadata = newTable({ ...input, location }, parts.now());
  const committed = await writeCommit(parts, tx, { ref: input, base: { metadata, metadataLocation: undefined }, metadata, files: [], staged: [] });
  return { ...committed, tableUuid: metadata["table-uuid"], location };
}

/** A table's state under its lock. */
export interface ExistingTable extends CommitBase {
  readonly metadataLocation: string;
}

/** Locks a table and adopts what other engines did to it. Throws `lake.table_not_found`. */
export async function lockExisting(parts: CommitParts, tx: LakeTransaction, ref: TableRef): Promise<ExistingTable> {
  const base = await lockTable(parts, tx, ref);
  if (base?.metadataLocation === undefined) throw problem("lake.table_not_found");
  if (base.isForeign === true) await adoptForeignFiles(parts, tx, ref, base);
  return { ...base, metadataLocation: base.metadataLocation };
}

/** Commits metadata that makes no snapshot. What stayed the same is not committed. */
export async function commitMetadata(
  parts: CommitParts,
  tx: LakeTransaction,
  ref: TableRef,
  { base, metadata }: { readonly base: ExistingTable; readonly metadata: TableMetadata },
): Promise<Committed> {
  if (metadata === base.metadata) return { metadataLocation: base.metadataLocation, schemaId: metadata["current-schema-id"], obsolete: [] };
  return writeCommit(parts, tx, { ref, base, metadata, files: [], staged: [] });
}

/** Commits a change of a table's names, layout or properties. */
export async function changeMetadata(
  parts: CommitParts,
  tx: LakeTransaction,
  ref: TableRef,
  change: (metadata: TableMetadata, nowMs: number) => TableMetadata,
): Promise<Committed> {
  const base = await lockExisting(parts, tx, ref);
  return commitMetadata(parts, tx, ref, { base, metadata: change(base.metadata, parts.now().getTime()) });
}
