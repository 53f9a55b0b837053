import type { RunningJob } from "@granary/jobs";
import type { Query } from "@granary/engine";
import type { OwnFunction } from "@granary/graph";
import type { GraphColumn, PipelineDocument, PipelineNode } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import type { RunRow, StepOutput, StepRow } from "../store.ts";
import type { Notices } from "./notices.ts";
import type { RunLog } from "./run-log.ts";

/** Places where a run may be stopped dead, for those who prove that it goes on rightly. */
export type RunPhase = "taken" | "stepEnded" | "staged" | "delivered" | "publishing" | "published";

export interface RunHooks {
  /** Called at the border of a phase; throwing is dying there. */
  at?(phase: RunPhase, node: string | null): void | Promise<void>;
  /** How long a wait may be that a worker sits out itself; longer ones give the job back. */
  readonly longestWaitMs?: number;
}

/** A dataset a run reads, with its rows as the run's person may see them. */
export interface OpenedDataset {
  readonly query: Query;
  readonly files: readonly string[];
  readonly columns: readonly GraphColumn[];
  readonly id: string;
  readonly name: string;
  readonly version: number;
  /** Undefined where not all rows may be seen: their number is nobody's business. */
  readonly rows: number | undefined;
  /** Columns that hold lists, structs or maps. */
  readonly nested: readonly string[];
}

/** A run in the hands of this process. */
export interface Work {
  /** The platform itself; every transaction asserts the job's lease. */
  readonly ctx: Ctx;
  /** The person in whose name the run reads and writes, with what they may do now. */
  readonly reader: Ctx;
  readonly row: RunRow;
  readonly document: PipelineDocument;
  readonly job: RunningJob;
  readonly signal: AbortSignal;
  readonly folder: string;
  readonly log: RunLog;
  readonly notices: Notices;
  readonly hooks: RunHooks;
  /** Newest attempts by node, as the database has them. */
  readonly steps: Map<string, StepRow>;
  /** What finished nodes left. */
  readonly outputs: Map<string, StepOutput>;
  /** Datasets that were opened, by node; let go of with the work. */
  readonly datasets: Map<string, OpenedDataset>;
  readonly held: AsyncDisposableStack;
  /** People's own functions, as expressions name them. */
  readonly functions: readonly OwnFunction[];
  /** Nodes whose outputs are kept as files or datasets; the others are computed on the way. */
  readonly own: ReadonlySet<string>;
}

export function nodeOf(work: Pick<Work, "document">, id: string): PipelineNode {
  const node = work.document.nodes.find((item) => item.id === id);
  if (node === undefined) throw new Error(`the document has no node ${id}`);
  return node;
}

/** Rows a dry run takes of each source. */
export const SAMPLE_ROWS = 1_000;
