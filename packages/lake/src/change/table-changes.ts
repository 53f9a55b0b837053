import type { LakeTransaction, TableRef } from "../catalog/index.ts";
import { dropRef, type PartitionFieldInput, setPartitionSpec, setProperties, setSortOrder, type SortFieldInput } from "../metadata/index.ts";
import type { At } from "../table/index.ts";
import { changeMetadata, type CreatedTable, createTable, type NewTable } from "./change-metadata.ts";
import { commit, type CommitInput, discard, settle } from "./commit.ts";
import type { CommitParts } from "./commit-parts.ts";
import { evolveColumns, type EvolvedSchema, type SchemaChangesInput } from "./evolve-columns.ts";
import { fastForwardBranch, type MovedRef, type NewRef, setTableRef } from "./move-branch.ts";
import { publish } from "./publish.ts";
import type { Committed, Published, PublishOptions } from "./published.ts";
import { rollBack, type RollbackInput } from "./roll-back.ts";
import type { StagedChange } from "./staged-change.ts";

/**
 * What changes tables. Each commit is part of the caller's transaction and real once that has committed; give the result to
 * `settle` then. Errors leave the transaction unusable for this table: let it roll back.
 */
export interface TableChanges {
  /** Makes a staged change a snapshot, together with whatever else the caller's transaction does. */
  publish(tx: LakeTransaction, staged: StagedChange, options?: PublishOptions): Promise<Published>;
  /** Stages and publishes in transactions of its own, again when somebody else was faster. */
  commit(input: CommitInput): Promise<Published>;
  /** Deletes a staged change's files. Never call it after `publish` committed. */
  discard(staged: StagedChange): Promise<void>;
  /** Deletes old metadata a commit made obsolete. Only after its transaction committed; the sweep does it otherwise. */
  settle(committed: Committed): Promise<void>;
  /** Enters a table without rows. */
  createTable(tx: LakeTransaction, table: NewTable): Promise<CreatedTable>;
  /** Changes columns: add, drop, rename, widen, move, describe, require, name as keys. */
  evolveSchema(tx: LakeTransaction, ref: TableRef, input: SchemaChangesInput): Promise<EvolvedSchema>;
  /** Sets how rows written from now on are partitioned; an empty list ends it. */
  setPartitionSpec(tx: LakeTransaction, ref: TableRef, fields: readonly PartitionFieldInput[]): Promise<Committed>;
  /** Sets how rows are sorted within the files written from now on; an empty list ends it. */
  setSortOrder(tx: LakeTransaction, ref: TableRef, fields: readonly SortFieldInput[]): Promise<Committed>;
  setProperties(
    tx: LakeTransaction,
    ref: TableRef,
    input: { readonly set?: Readonly<Record<string, string>>; readonly remove?: readonly string[] },
  ): Promise<Committed>;
  /** Names a snapshot: a tag stays, a branch moves with what is published to it. */
  setRef(tx: LakeTransaction, ref: TableRef, input: NewRef): Promise<MovedRef>;
  /** Removes a tag or branch; its snapshots stay until they expire. */
  dropRef(tx: LakeTransaction, ref: TableRef, name: string): Promise<Committed>;
  /** Moves a branch, `main` by default, on to a snapshot made from its head. Throws `lake.not_fast_forward` when it has moved. */
  fastForward(tx: LakeTransaction, ref: TableRef, input: { readonly branch?: string; readonly to: At }): Promise<MovedRef>;
  /** Gives a branch the rows and columns of an older snapshot again, as a new snapshot. */
  rollback(tx: LakeTransaction, ref: TableRef, input: RollbackInput): Promise<Published>;
}

export function tableChanges(parts: CommitParts): TableChanges {
  return {
    publish: (tx, staged, options) => publish(parts, tx, staged, options),
    commit: (input) => commit(parts, input),
    discard: (staged) => discard(parts.fileIo, staged),
    settle: (committed) => settle(parts.fileIo, committed),
    createTable: (tx, table) => createTable(parts, tx, table),
    evolveSchema: (tx, ref, input) => evolveColumns(parts, tx, ref, input),
    setPartitionSpec: (tx, ref, fields) => changeMetadata(parts, tx, ref, (metadata) => setPartitionSpec(metadata, fields)),
    setSortOrder: (tx, ref, fields) => changeMetadata(parts, tx, ref, (metadata) => setSortOrder(metadata, fields)),
    setProperties: (tx, ref, input) => changeMetadata(parts, tx, ref, (metadata) => setProperties(metadata, input)),
    setRef: (tx, ref, input) => setTableRef(parts, tx, ref, input),
    dropRef: (tx, ref, name) => changeMetadata(parts, tx, ref, (metadata) => dropRef(metadata, name)),
    fastForward: (tx, ref, input) => fastForwardBranch(parts, tx, ref, input),
    rollback: (tx, ref, input) => rollBack(parts, tx, ref, input),
  };
}
