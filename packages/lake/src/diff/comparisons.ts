import type { Catalog, LakeTransaction } from "../catalog/index.ts";
import { readChanges } from "./changes.ts";
import { checkKeys } from "./check-keys.ts";
import { diff, type DiffParts } from "./diff.ts";
import { discardChangeSet, keepChangeSet } from "./keep-change-set.ts";
import type { ChangePage, ChangeSet, ChangesRequest, DiffRequest, DiffResult, KeyCheck, KeyCheckRequest } from "./types.ts";

/** What compares states of tables. */
export interface Comparisons {
  /** Compares two snapshots, or a snapshot and proposed rows, and stores the difference; then `keepChangeSet` or `discardChangeSet` it. */
  diff(request: DiffRequest): Promise<DiffResult>;
  /** A page of a stored difference, as a read plan shows both sides. */
  changes(changeSet: ChangeSet, request: ChangesRequest): Promise<ChangePage>;
  /** Keeps the sweep from taking a change set for an orphan. */
  keepChangeSet(tx: LakeTransaction, changeSet: ChangeSet): Promise<void>;
  /** Deletes a change set, and forgets it when it was kept. */
  discardChangeSet(tx: LakeTransaction, changeSet: ChangeSet): Promise<void>;
  /** Whether columns identify every row. */
  checkKeys(request: KeyCheckRequest): Promise<KeyCheck>;
}

export function comparisons(parts: DiffParts & { readonly catalog: Catalog }): Comparisons {
  return {
    diff: (request) => diff(parts, request),
    changes: (changeSet, request) => readChanges(parts, changeSet, request),
    keepChangeSet: (tx, changeSet) => keepChangeSet(parts, tx, changeSet),
    discardChangeSet: (tx, changeSet) => discardChangeSet(parts, tx, changeSet),
    checkKeys: (request) => checkKeys(parts, request),
  };
}
