import type { Engine } from "@granary/engine";
import type { CommitParts } from "../change/index.ts";
import type { LakeTransaction } from "../catalog/index.ts";

/** What maintenance is done with. */
export interface MaintainParts extends CommitParts {
  readonly engine: Engine;
}

/** Opens a transaction, commits it when the work returns, and rolls it back when it throws. */
export type Transaction = <T>(work: (tx: LakeTransaction) => Promise<T>) => Promise<T>;

/** What became free, or will when readers had time to finish. */
export interface Freed {
  readonly files: number;
  readonly bytes: number;
}

/** How long files stay after the last snapshot that needed them expired: the longest read, and more. */
export const READERS_GRACE_MS = 3_600_000;
