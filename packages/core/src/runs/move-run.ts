import type { GraphColumn, RunCounts, RunFault, RunStep } from "@granary/protocol";
import { type EventType, problem } from "@granary/protocol";
import { sql } from "kysely";
import type { Principal, TxCtx } from "../context/index.ts";
import { isEnded, mayMoveRun, mayMoveStep, RUN_MOVES, type RunMove, STEP_MOVES, stateWords, type StepMove } from "./rules.ts";
import type { RunRow, StepOutput, StepRow } from "./store.ts";
import { tellEnd } from "./tell-end.ts";

/** Which event tells the world of a move. */
const EVENTS: Readonly<Partial<Record<RunMove, EventType>>> = {
  begin: "run.started",
  pause: "run.paused",
  resume: "run.resumed",
  cancel: "run.cancelled",
  succeed: "run.succeeded",
  succeed_with_warnings: "run.succeeded",
  fail: "run.failed",
};

/** What changes with a run's state. */
export interface RunFields {
  readonly fault?: RunFault | null;
  readonly counts?: RunCounts;
  readonly warnings?: number;
  readonly results?: readonly unknown[];
  readonly job_id?: string | null;
  readonly wanted?: "pause" | "cancel" | null;
}

export const labelOf = ({ pipeline_name, number }: Pick<RunRow, "pipeline_name" | "number">): string => `${pipeline_name} #${number}`;

/** The next place in the order of a run's events; the lock of the run's row orders those who ask at once. */
async function nextSeq(ctx: TxCtx, runId: string): Promise<number> {
  const { seq } = await ctx.db
    .updateTable("runs")
    .set((eb) => ({ event_seq: eb("event_seq", "+", 1) }))
    .where("id", "=", runId)
    .returning("event_seq as seq")
    .executeTakeFirstOrThrow();
  return seq;
}

interface LogEntry {
  readonly node: string | null;
  readonly from: string | null;
  readonly to: string;
  readonly text?: string | undefined;
}

/** Writes one line of what happened to a run. */
export async function writeRunEvent(ctx: TxCtx, runId: string, { node, from, to, text = "" }: LogEntry): Promise<void> {
  const seq = await nextSeq(ctx, runId);
  await ctx.db
    .insertInto("run_events")
    .values({ workspace_id: ctx.workspaceId, run_id: runId, seq, node, from_state: from, to_state: to, text: text.slice(0, 1_000) })
    .execute();
}

/**
 * The one way for a run from state to state, with its line in the run's own history and its event. To be called behind `holdRun`.
 * Throws `run.state_wrong`.
 */
export async function moveRun(
  ctx: TxCtx,
  row: RunRow,
  move: RunMove,
  { fields = {}, text, by }: { readonly fields?: RunFields; readonly text?: string; readonly by?: Principal } = {},
): Promise<void> {
  if (!mayMoveRun(row.state, move)) throw problem("run.state_wrong", { state: stateWords(row.state) });
  const { to } = RUN_MOVES[move];
  const { fault, counts, results, ...plain } = fields;
  await ctx.db
    .updateTable("runs")
    .set({ ...plain, state: to, ...(isEnded(to) ? { wanted: null } : {}) })
    .$if(fault !== undefined, (q) => q.set({ fault: fault === null ? null : JSON.stringify(fault) }))
    .$if(counts !== undefined, (q) => q.set({ counts: JSON.stringify(counts) }))
    .$if(results !== undefined, (q) => q.set({ results: JSON.stringify(results) }))
    .$if(move === "begin", (q) => q.set({ started_at: sql<Date>`coalesce(started_at, clock_timestamp())` }))
    .$if(isEnded(to), (q) => q.set({ ended_at: sql<Date>`clock_timestamp()` }))
    .where("id", "=", row.id)
    .execute();
  await writeRunEvent(ctx, row.id, { node: null, from: row.state, to, text });
  const type = EVENTS[move];
  if (type !== undefined) {
    await ctx.record({
      type,
      subject: { id: row.id, label: labelOf(row) },
      data: { pipelineId: row.pipeline_id, number: row.number, from: row.state, to, ...(fault ? { class: fault.class, code: fault.code } : {}) },
      ...(move === "fail" ? { result: "failure" as const } : {}),
      ...(by === undefined ? {} : { principal: by }),
    });
  }
  if (isEnded(to)) await tellEnd(ctx, row, { to, fault: fault ?? null });
}

/** What changes with a step's state. */
export interface StepFields {
  readonly fault?: RunFault | null;
  readonly waitingFor?: RunStep["waitingFor"];
  readonly rows_in?: number | null;
  readonly rows_out?: number | null;
  readonly rejected?: number | null;
  readonly bytes?: number | null;
  readonly ports?: Readonly<Record<string, number>>;
  readonly progress?: number | null;
  readonly columns?: readonly GraphColumn[] | null;
  readonly sql?: string | null;
  readonly plan?: string | null;
  readonly fused_into?: string | null;
  readonly reused_from?: string | null;
  readonly output?: StepOutput | null;
}

const ENDINGS: readonly string[] = ["succeeded", "warned", "failed", "cancelled", "skipped", "upstream_failed", "reused"];

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

/** The one way for a step from state to state, with its line in the run's history. Throws `run.state_wrong`. */
export async function moveStep(
  ctx: TxCtx,
  step: Pick<StepRow, "run_id" | "node" | "attempt" | "state">,
  move: StepMove,
  given: StepFields & { readonly text?: string } = {},
): Promise<void> {
  if (!mayMoveStep(step.state, move)) throw problem("run.state_wrong", { state: step.state });
  const { to } = STEP_MOVES[move];
  const { text, fault, waitingFor = null, ports, columns, output, ...plain } = given;
  await ctx.db
    .updateTable("run_steps")
    .set({ ...plain, state: to, waiting_for: json(waitingFor) })
    .$if(fault !== undefined, (q) => q.set({ fault: json(fault ?? null) }))
    .$if(ports !== undefined, (q) => q.set({ ports: JSON.stringify(ports) }))
    .$if(columns !== undefined, (q) => q.set({ columns: json(columns ?? null) }))
    .$if(output !== undefined, (q) => q.set({ output: json(output ?? null) }))
    .$if(to === "running", (q) => q.set({ started_at: sql<Date>`coalesce(started_at, clock_timestamp())`, progress: null }))
    .$if(ENDINGS.includes(to), (q) => q.set({ ended_at: sql<Date>`clock_timestamp()`, progress: null }))
    .where("run_id", "=", step.run_id)
    .where("node", "=", step.node)
    .where("attempt", "=", step.attempt)
    .execute();
  await writeRunEvent(ctx, step.run_id, { node: step.node, from: step.state, to, text });
}

/** Begins another attempt of a step, beside the one that failed. */
export async function addAttempt(ctx: TxCtx, step: Pick<StepRow, "run_id" | "node" | "attempt">): Promise<void> {
  await ctx.db
    .insertInto("run_steps")
    .values({ workspace_id: ctx.workspaceId, run_id: step.run_id, node: step.node, attempt: step.attempt + 1, state: "ready" })
    .execute();
  await writeRunEvent(ctx, step.run_id, { node: step.node, from: null, to: "ready", text: `Attempt ${step.attempt + 1}` });
}
