import { setTimeout as delay } from "node:timers/promises";
import { isAppError } from "@granary/kernel";
import type { LakeTransaction } from "../catalog/index.ts";
import type { FileIo } from "../file-io/index.ts";
import type { CommitParts } from "./commit-parts.ts";
import { publish } from "./publish.ts";
import type { Committed, Published, PublishOptions } from "./published.ts";
import type { StagedChange } from "./staged-change.ts";

const DEFAULT_ATTEMPTS = 20;
const FIRST_WAIT_MS = 5;
const LONGEST_WAIT_MS = 500;

export interface CommitInput {
  /** Opens a transaction for each attempt and commits it when the work returns. */
  readonly transaction: (work: (tx: LakeTransaction) => Promise<Published>) => Promise<Published>;
  /** Computes the change from the table as it is now; called again after a conflict. */
  readonly stage: (attempt: number) => Promise<StagedChange>;
  readonly options?: PublishOptions;
  /** By default 20. */
  readonly maxAttempts?: number;
  readonly signal?: AbortSignal;
}

/** Deletes a staged change's files. Never call it after its publication committed. */
export async function discard(fileIo: FileIo, staged: StagedChange): Promise<void> {
  await fileIo.delete([...staged.added, ...(staged.changeSet === undefined ? [] : [staged.changeSet])].map((file) => file.uri));
}

/** Deletes what a commit made obsolete; only after its transaction committed. What is left the orphan sweep removes. */
export async function settle(fileIo: FileIo, committed: Committed): Promise<void> {
  if (committed.obsolete.length > 0) await fileIo.delete(committed.obsolete);
}

/**
 * Stages and publishes in transactions of its own, and starts over when somebody else was faster. For callers who have
 * nothing of their own to commit with it. Throws the last `lake.commit_conflict` when it lost too often.
 */
export async function commit(parts: CommitParts, input: CommitInput): Promise<Published> {
  for (let attempt = 1; ; attempt += 1) {
    input.signal?.throwIfAborted();
    const staged = await input.stage(attempt);
    try {
      const published = await input.transaction((tx) => publish(parts, tx, staged, input.options));
      await settle(parts.fileIo, published);
      return published;
    } catch (error) {
      // Any other error may come after a commit whose answer was lost; its files then belong to the table.
      if (!isAppError(error, "lake.commit_conflict")) throw error;
      await discard(parts.fileIo, staged);
      if (attempt >= (input.maxAttempts ?? DEFAULT_ATTEMPTS)) throw error;
    }
    await delay(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt) * (0.5 + Math.random()), undefined, { ref: true });
  }
}
