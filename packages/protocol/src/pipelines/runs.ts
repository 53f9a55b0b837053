import { z } from "zod";
import { can, id, instant } from "../schemas.ts";
import { graphColumn } from "./columns.ts";
import { NODE_KINDS } from "./nodes.ts";

/** `succeeded`, `succeeded_with_warnings`, `failed` and `cancelled` end a run. */
export const RUN_STATES = ["queued", "running", "paused", "cancelling", "succeeded", "succeeded_with_warnings", "failed", "cancelled"] as const;
export type RunState = (typeof RUN_STATES)[number];

/** `reused`: the output of an earlier run was taken. `skipped` and `upstream_failed` never ran. */
export const STEP_STATES = [
  "pending",
  "ready",
  "running",
  "retry_wait",
  "waiting",
  "succeeded",
  "warned",
  "failed",
  "cancelled",
  "skipped",
  "upstream_failed",
  "reused",
] as const;
export type StepState = (typeof STEP_STATES)[number];

/** Why something failed, and with it whether trying again can help: `transient`, `rate_limited`, `timeout`, `resource` and `crashed` are tried again. */
export const FAILURE_CLASSES = ["config", "transient", "rate_limited", "data_gate", "timeout", "resource", "crashed", "internal"] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

const RUN_CAUSES = ["person", "api", "schedule", "dataset", "pipeline", "webhook", "backfill", "retry"] as const;

export const runFault = z.object({
  class: z.enum(FAILURE_CLASSES),
  code: z.string(),
  message: z.string(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});
export type RunFault = z.infer<typeof runFault>;

const count = z.number().int();

export const runCounts = z.object({ rowsIn: count, rowsOut: count, rejected: count, bytes: z.number() });
export type RunCounts = z.infer<typeof runCounts>;

/** A step as the run page shows it: its newest attempt, with how many there were. */
export const runStep = z
  .object({
    node: z.string(),
    kind: z.enum(NODE_KINDS),
    title: z.string(),
    state: z.enum(STEP_STATES),
    attempt: count,
    fault: runFault.nullable(),
    /** What a `waiting` or `retry_wait` step waits for. */
    waitingFor: z.object({ kind: z.enum(["retry", "rate_limit", "slot"]), until: instant.nullable(), text: z.string() }).nullable(),
    rowsIn: count.nullable(),
    rowsOut: count.nullable(),
    rejected: count.nullable(),
    bytes: z.number().nullable(),
    /** Of `rowsOut`, by output port where there are several. */
    ports: z.record(z.string(), count),
    /** 0 to 1 while it is running and its end can be told. */
    progress: z.number().nullable(),
    columns: z.array(graphColumn).nullable(),
    sql: z.string().nullable(),
    plan: z.string().nullable(),
    /** The node whose statement computed this one too; null where it ran by itself. */
    fusedInto: z.string().nullable(),
    reusedFrom: z.string().nullable(),
    /** Whether its output can be looked at. */
    hasOutput: z.boolean(),
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
  })
  .meta({ id: "RunStep" });
export type RunStep = z.infer<typeof runStep>;

export const runSummary = z
  .object({
    id: id("run"),
    /** Counts up in its pipeline. */
    number: count,
    pipeline: z.object({ id: z.string(), name: z.string(), version: count }),
    state: z.enum(RUN_STATES),
    cause: z.enum(RUN_CAUSES),
    /** Who started it, or the trigger's id. */
    by: z.string().nullable(),
    isDry: z.boolean(),
    partition: z.string().nullable(),
    fault: runFault.nullable(),
    counts: runCounts,
    /** 0 to 1, and when it will be over going by earlier runs; null while nobody knows. */
    progress: z.number().nullable(),
    expectedEndAt: instant.nullable(),
    /** What it waits for while it is queued. */
    waitingFor: z.string().nullable(),
    warnings: count,
    queuedAt: instant,
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
    can: can("cancel", "pause", "resume", "retry", "rollBack", "replay"),
  })
  .meta({ id: "RunSummary" });
export type RunSummary = z.infer<typeof runSummary>;

export const run = runSummary
  .extend({
    parameters: z.record(z.string(), z.string().nullable()),
    /** The interval `[start, end)` a scheduled or backfilled run is for. */
    interval: z.object({ start: instant, end: instant }).nullable(),
    steps: z.array(runStep),
    /** What came of it: versions that were made, files, change requests, deliveries. */
    results: z.array(
      z.object({
        node: z.string(),
        kind: z.enum(["version", "change", "file", "delivery"]),
        datasetId: z.string().nullable(),
        label: z.string(),
        version: count.nullable(),
        previousVersion: count.nullable(),
        changeId: z.string().nullable(),
        rows: count,
      }),
    ),
    retryOf: z.string().nullable(),
    replayOf: z.string().nullable(),
    backfillId: z.string().nullable(),
    jobId: z.string().nullable(),
  })
  .meta({ id: "Run" });
export type Run = z.infer<typeof run>;

export const runLogLine = z.object({
  seq: count,
  at: instant,
  level: z.enum(["debug", "info", "warn", "error"]),
  node: z.string().nullable(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).nullable(),
});
export type RunLogLine = z.infer<typeof runLogLine>;

export const runEvent = z.object({ seq: count, at: instant, node: z.string().nullable(), from: z.string().nullable(), to: z.string(), text: z.string() });
export type RunEvent = z.infer<typeof runEvent>;

/** A row that did not fit and was kept apart; it can be replayed once the pipeline or the row is right. */
export const runReject = z.object({
  seq: count,
  node: z.string(),
  column: z.string().nullable(),
  reason: z.string(),
  row: z.record(z.string(), z.string().nullable()),
  replayedIn: z.string().nullable(),
});
export type RunReject = z.infer<typeof runReject>;

/** Rows of a node's output, cut for looking at, as the caller may see them. */
export const nodeSample = z
  .object({
    node: z.string(),
    port: z.string(),
    columns: z.array(graphColumn),
    rows: z.array(z.array(z.string().nullable())),
    /** How many there are in all; null where nobody counted. */
    total: count.nullable(),
    /** Per column: nulls and different values among the rows shown, and the extremes. */
    profile: z.array(z.object({ nulls: count, distinct: count, min: z.string().nullable(), max: z.string().nullable() })),
    sql: z.string().nullable(),
    fault: z.string().nullable(),
  })
  .meta({ id: "NodeSample" });
export type NodeSample = z.infer<typeof nodeSample>;
