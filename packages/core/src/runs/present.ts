import type { Run, RunState, RunStep, RunSummary } from "@granary/protocol";
import { mayDo } from "../access/index.ts";
import type { Principal } from "../context/index.ts";
import { isDone, isEnded } from "./rules.ts";
import type { RunRow, StepRow } from "./store.ts";

/** How long runs of a pipeline took lately, in seconds. */
export interface Pace {
  readonly medianS: number | null;
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

function canDo(principal: Principal, row: RunRow): RunSummary["can"] {
  const runs = mayDo(principal, "pipeline:run");
  const over = isEnded(row.state);
  const isIn = (...states: readonly RunState[]): boolean => runs && states.includes(row.state);
  const isPast = runs && over && !row.is_dry;
  return {
    cancel: isIn("queued", "running", "paused"),
    pause: isIn("queued", "running") && !row.is_dry,
    resume: isIn("paused"),
    retry: isIn("failed", "cancelled"),
    rollBack: isPast && row.results.some((result) => result.kind === "version"),
    replay: isPast && row.counts.rejected > 0,
  };
}

/** Part done and expected end, going by earlier runs. */
function outlook(row: RunRow, pace: Pace | undefined, now: Date): Pick<RunSummary, "progress" | "expectedEndAt"> {
  const medianS = pace?.medianS ?? null;
  if (row.state !== "running" || row.started_at === null || medianS === null) return { progress: null, expectedEndAt: null };
  const passedS = (now.getTime() - row.started_at.getTime()) / 1_000;
  const progress = Math.min(0.99, passedS / Math.max(medianS, 0.1));
  return { progress, expectedEndAt: passedS > medianS ? null : new Date(row.started_at.getTime() + medianS * 1_000).toISOString() };
}

const CAUSES_OF_THINGS = ["schedule", "dataset", "pipeline", "webhook"];

export function presentSummary(
  principal: Principal,
  row: RunRow,
  { pace, now = new Date() }: { readonly pace?: Pace | undefined; readonly now?: Date } = {},
): RunSummary {
  return {
    id: row.id as RunSummary["id"],
    number: row.number,
    pipeline: { id: row.pipeline_id, name: row.pipeline_name, version: row.pipeline_version },
    state: row.state,
    cause: row.cause,
    by: CAUSES_OF_THINGS.includes(row.cause) ? row.trigger_id : row.starter_name,
    isDry: row.is_dry,
    partition: row.partition,
    fault: row.fault,
    counts: row.counts,
    ...outlook(row, pace, now),
    waitingFor: row.state === "queued" && row.job_id === null ? "Another run of the pipeline to end" : null,
    warnings: row.warnings,
    queuedAt: row.queued_at.toISOString(),
    startedAt: iso(row.started_at),
    endedAt: iso(row.ended_at),
    can: canDo(principal, row),
  };
}

/** A step; `node` is as the run's version of the document has it. */
export function presentStep(step: StepRow, node: { readonly kind: RunStep["kind"]; readonly title: string }): RunStep {
  // What a run writes for downloading lies under a port of its own.
  const hasFiles = Object.entries(step.output?.ports ?? {}).some(([port, { files }]) => port !== "file" && files.length > 0);
  return {
    node: step.node,
    kind: node.kind,
    title: node.title,
    state: step.state,
    attempt: step.attempt,
    fault: step.fault,
    waitingFor: step.waitingFor,
    rowsIn: step.rows_in,
    rowsOut: step.rows_out,
    rejected: step.rejected,
    bytes: step.bytes,
    ports: { ...step.ports },
    progress: step.progress,
    columns: step.columns === null ? null : [...step.columns],
    sql: step.sql,
    plan: step.plan,
    fusedInto: step.fused_into,
    reusedFrom: step.reused_from,
    hasOutput: hasFiles && isDone(step.state),
    startedAt: iso(step.started_at),
    endedAt: iso(step.ended_at),
  };
}

export function presentRun(summary: RunSummary, row: RunRow, steps: readonly RunStep[]): Run {
  const { interval_start: start, interval_end: end } = row;
  return {
    ...summary,
    parameters: { ...row.parameters },
    interval: start === null || end === null ? null : { start: start.toISOString(), end: end.toISOString() },
    steps: [...steps],
    results: row.results,
    retryOf: row.retry_of,
    replayOf: row.replay_of,
    backfillId: row.backfill_id,
    jobId: row.job_id,
  };
}
