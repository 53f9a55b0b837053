import type { StepFields } from "../move-run.ts";
import type { StepOutput } from "../store.ts";

/** A row that did not fit, with why. */
export interface RejectedRow {
  readonly column: string | null;
  readonly reason: string;
  readonly row: Readonly<Record<string, string | null>>;
}

/** What carrying out a piece came to. */
export interface StepResult {
  readonly output: StepOutput | undefined;
  readonly fields: Omit<StepFields, "output" | "fault" | "waitingFor">;
  /** Things people should look at; they make the step `warned`. */
  readonly warnings?: readonly string[];
  /** The statements of what was computed, by node. */
  readonly sql?: Readonly<Record<string, string>>;
  /** Rows kept apart, the first of them; all are counted in `fields.rejected`. */
  readonly rejects?: readonly RejectedRow[];
}

/** Rows kept apart that are kept for replaying, per step; beyond, they are counted. */
export const MAX_KEPT_REJECTS = 10_000;
