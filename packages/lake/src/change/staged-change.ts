import type { TableRef } from "../catalog/index.ts";
import type { StoredFile } from "../file-io/index.ts";
import type { ContentFile, IcebergSchema } from "../iceberg/index.ts";
import type { TableDefinition } from "./table-definition.ts";

/** A data or delete file lying in the warehouse, durable, that no snapshot has yet. */
export interface StagedFile extends ContentFile, StoredFile {
  /**
   * The sequence number of the rows' own past, where a file only holds rows of older files (compaction): delete files that
   * applied to those still apply to it. Left out for new rows, which get that of the commit.
   */
  readonly sequenceNumber?: string;
}

/** A file of the table that leaves it. */
export interface RemovedFile {
  readonly uri: string;
  readonly content: ContentFile["content"];
  readonly records: number;
  readonly bytes: number;
}

/** What keys a change concerns, in one column: the range they lie in. A missing side is open. Single values in base 64. */
export interface KeyRange {
  readonly fieldId: number;
  readonly lower?: string;
  readonly upper?: string;
}

/**
 * What must still hold when a change is published although others may have committed since it was computed. Otherwise
 * publishing throws `lake.commit_conflict` and the change has to be staged again.
 *
 * - `none`: nothing; new rows fit any state of the table with the same columns.
 * - `files`: those data files (removed ones, and ones that staged delete files refer to) are still in the table, and no
 *   delete file came that may concern their rows.
 * - `keys`: as `files`, and no data file came that may hold one of the keys, judged by its bounds.
 * - `head`: nobody committed anything to the branch.
 */
export type Guard =
  | { readonly kind: "none" }
  | { readonly kind: "files"; readonly uris: readonly string[] }
  | { readonly kind: "keys"; readonly uris: readonly string[]; readonly keys: readonly KeyRange[] }
  | { readonly kind: "head" };

/** How many rows a change adds, takes away, and replaces by another version of the same row. */
export interface ChangeCounts {
  readonly addedRows: number;
  readonly deletedRows: number;
  readonly replacedRows: number;
}

/** The stored rows of a difference between two snapshots, kept beside the commit that made it. */
export interface StoredChangeSet extends StoredFile {
  readonly rows: number;
}

/**
 * A change of a table's rows: its files lie in the warehouse, durable but invisible until published. Plain data: it may
 * be stored as JSON and published by another process later.
 */
export interface StagedChange extends TableRef {
  /** Null: publishing creates the table. */
  readonly tableUuid: string | null;
  readonly location: string;
  /** `main` unless said otherwise. */
  readonly branch: string;
  /** Iceberg's words: `append` only adds data files, `delete` only takes rows away, `overwrite` does both, `replace` keeps all rows as they are (compaction). */
  readonly operation: "append" | "overwrite" | "delete" | "replace";
  /** The branch's head it was computed from; null for a table without a snapshot. */
  readonly baseSnapshotId: string | null;
  /** The columns the files were written with; for a new table its first ones. */
  readonly schema: IcebergSchema;
  /** For a new table alone. */
  readonly definition?: TableDefinition;
  readonly added: readonly StagedFile[];
  readonly removed: readonly RemovedFile[];
  readonly guard: Guard;
  readonly counts: ChangeCounts;
  readonly changeSet?: StoredChangeSet;
}
