import type { LakeTransaction, TableRef } from "../../catalog/index.ts";
import type { StoredFile } from "../../file-io/index.ts";
import type { Source } from "../../write/index.ts";
import type { Transaction } from "../maintain-parts.ts";

export interface EraseRequest extends TableRef {
  /** For the erasure's own transactions: the commit, and the deletion of what it replaced. */
  readonly transaction: Transaction;
  /** The keys whose rows are erased; its columns are named like the table's key columns. It is read more than once. */
  readonly keysIn: Source;
  /** Field ids; by default the table's key columns. */
  readonly keys?: readonly number[];
  /** Called in the transaction that commits the erasure: what the caller stores of change sets has to change with them. */
  readonly alongside?: (tx: LakeTransaction, replaced: readonly ReplacedChangeSet[]) => Promise<void>;
  readonly signal?: AbortSignal;
}

/** A kept change set that held erased rows, and what came in its place; null when nothing is left of it. */
export interface ReplacedChangeSet {
  readonly uri: string;
  readonly file: (StoredFile & { readonly records: number }) | null;
  readonly removedRows: number;
}

/** How many rows a reader of a snapshot does not see any more. */
export interface ErasedSnapshot {
  readonly snapshotId: string;
  readonly sequenceNumber: string;
  readonly rows: number;
}

/** What an erasure did, without a word about the keys. */
export interface Erasure {
  readonly erasedAt: Date;
  /** Different keys that were asked for. */
  readonly keys: number;
  /** Files of the table that were searched after the erasure. */
  readonly filesScanned: number;
  /** Data and delete files, manifests and lists, metadata and change sets that others came in place of, or nothing. */
  readonly filesRewritten: number;
  /** Files deleted at once: those that were replaced, and what no snapshot needed. */
  readonly filesDeleted: number;
  /** Rows in data files; a row that several files hold counts for each. */
  readonly rowsRemoved: number;
  /** Snapshots whose files changed, oldest first. None when an earlier run was stopped after its commit: their summaries tell. */
  readonly snapshots: readonly ErasedSnapshot[];
  readonly changeSets: readonly ReplacedChangeSet[];
  /** Every file of the table was searched afterwards and holds none of the keys; otherwise `erase` throws. */
  readonly proof: true;
}
