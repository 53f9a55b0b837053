import type { PipelineNode, Run } from "@granary/protocol";
import type { TxCtx } from "../../context/index.ts";
import type { StepFields } from "../move-run.ts";
import type { RejectedRow } from "../steps/step-result.ts";
import type { End } from "./lineage.ts";

export type Result = Run["results"][number];

/** What a destination's end writes down of it. */
export interface Committed {
  readonly result: Result;
  readonly fields: StepFields;
  readonly rejects?: readonly RejectedRow[];
  readonly warning?: string;
  /** Where the rows are now, for lineage. */
  readonly end: End;
}

/** A destination whose rows are ready and which nobody sees yet. */
export interface Pending {
  readonly node: PipelineNode;
  /** Everybody commits in the order of these, so that nobody waits for each other in a circle. */
  readonly order: string;
  /** Makes it visible, in the transaction that ends the run. */
  commit(ctx: TxCtx): Promise<Committed>;
  /** Lets go of it where it is not wanted any more. */
  discard(): Promise<void>;
}

const NOTHING = { datasetId: null, version: null, previousVersion: null, changeId: null } as const;

/** A result that is no version. */
export const plainResult = (result: Pick<Result, "node" | "kind" | "label" | "rows"> & Partial<Result>): Result => ({ ...NOTHING, ...result });

export const noDiscard = (): Promise<void> => Promise.resolve();
