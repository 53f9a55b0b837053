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

/** The table under its lock. Throws `lake.table_not_found`. */
export async function lockExisting(parts: CommitParts, tx: LakeTransaction, ref: TableRef): Promise<CommitBase & { readonly metadataLocation: string }> {
  const base = await lockTable(parts, tx, ref);
  if (base?.metadataLocation === undefined) throw problem("lake.table_not_found");
  if (base.isForeign === true) await adoptForeignFiles(parts, tx, ref, base);
  return { ...base, metadataLocation: base.metadataLocation };
}

/**
 * Commits a change of a table's metadata that makes no snapshot: columns, names, layout, properties. A change that changes
 * nothing commits nothing.
 */
export async function changeMetadata(
  parts: CommitParts,
  tx: LakeTransaction,
  ref: TableRef,
  change: (metadata: TableMetadata, nowMs: number) => TableMetadata,
): Promise<Committed & { readonly metadata: TableMetadata }> {
  const base = await lockExisting(parts, tx, ref);
  const metadata = change(base.metadata, parts.now().getTime());
  if (metadata === base.metadata) return { metadataLocation: base.metadataLocation, schemaId: metadata["current-schema-id"], obsolete: [], metadata };
  return { ...(await writeCommit(parts, tx, { ref, base, metadata, files: [], staged: [] })), metadata };
}
