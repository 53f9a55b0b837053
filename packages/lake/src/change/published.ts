/** How a staged change is published. */
export interface PublishOptions {
  /** `create` fails when the table exists, `change` when it does not. By default as the change was staged. */
  readonly mode?: "create" | "change";
  /** Refuses with `lake.commit_conflict` unless this snapshot is still the branch's head, whatever the change's own guard says. */
  readonly baseSnapshotId?: string;
  /** Kept in the snapshot's summary under `granary.` names: batch, actor, and the like. */
  readonly summary?: Readonly<Record<string, string>>;
}

/** A commit as far as the caller's transaction goes: it is real once that transaction committed. */
export interface Committed {
  readonly metadataLocation: string;
  readonly schemaId: number;
  /**
   * Old metadata files the commit dropped out of the table's log. Give it to `lake.settle` after the transaction committed;
   * what nobody settles, the orphan sweep removes.
   */
  readonly obsolete: readonly string[];
}

/** A published snapshot. Ids and sequence numbers are texts: they may have 63 bits. */
export interface Published extends Committed {
  readonly snapshotId: string;
  /** Null for the first one. */
  readonly parentId: string | null;
  /** What people see as "version N" of the stored table; grows with every commit on any branch. */
  readonly sequenceNumber: string;
  readonly branch: string;
  /** Rows the branch has now. */
  readonly rows: number;
}
