import type { LakeTransaction, TableRef } from "../catalog/index.ts";
import { problem } from "@granary/protocol";
import type { IcebergSnapshot } from "../iceberg/index.ts";
import { type At, findAt, headOf, type LiveEntry } from "../table/index.ts";
import { lockExisting } from "./change-metadata.ts";
import { commitFiles } from "./commit-files.ts";
import type { CommitParts } from "./commit-parts.ts";
import type { Published } from "./published.ts";

export interface RollbackInput {
  /** The snapshot whose rows come back. */
  readonly to: At;
  /** `main` unless said otherwise. */
  readonly branch?: string;
  /** Whether the columns stay as they are now. By default those of `main` come back too; other branches share them and never change them. */
  readonly keepColumns?: boolean;
  /** Kept in the new snapshot's summary under `granary.` names. */
  readonly summary?: Readonly<Record<string, string>>;
}

async function filesOf(parts: CommitParts, tx: LakeTransaction, snapshot: IcebergSnapshot | undefined): Promise<ReadonlyMap<string, LiveEntry>> {
  const entries = snapshot === undefined ? [] : await parts.store.liveEntries(tx, snapshot);
  return new Map(entries.map((entry) => [entry.file.uri, entry]));
}

/**
 * Gives a branch the rows, and the columns, of an older snapshot again, as a new snapshot: nothing of the history is lost,
 * and rolling back can itself be rolled back. No data is written. Throws `lake.snapshot_not_found` or `lake.ref_not_found`.
 */
export async function rollBack(parts: CommitParts, tx: LakeTransaction, ref: TableRef, input: RollbackInput): Promise<Published> {
  const { branch = "main" } = input;
  const base = await lockExisting(parts, tx, ref);
  const target = findAt(base.metadata, input.to).snapshot;
  if (target === undefined) throw problem("lake.snapshot_not_found");
  const [before, after] = [await filesOf(parts, tx, headOf(base.metadata, branch)), await filesOf(parts, tx, target)];
  const added = [...after.values()].filter((entry) => !before.has(entry.file.uri));
  const removed = [...before.keys()].filter((uri) => !after.has(uri));
  const own = { ...input.summary, "rolled-back-to": String(target["snapshot-id"]) };
  const schemaId = input.keepColumns === true || branch !== "main" ? undefined : target["schema-id"];
  return commitFiles(parts, tx, {
    ref,
    base,
    branch,
    operation: "overwrite",
    // With their old numbers, so that the delete files that come back with them apply to them again.
    added: added.map(({ file, sequenceNumber }) => ({ file, sequenceNumber })),
    removed: new Set(removed),
    staged: [],
    summary: Object.fromEntries(Object.entries(own).map(([name, value]) => [`granary.${name}`, value])),
    ...(schemaId === undefined ? {} : { schemaId }),
  });
}
