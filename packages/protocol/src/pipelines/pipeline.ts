import { z } from "zod";
import { can, id, instant } from "../schemas.ts";
import { graphFault, parameterValues, pipelineDocument } from "./document.ts";
import { RUN_STATES, runSummary } from "./runs.ts";
import { timeZone } from "./triggers.ts";

/** A pipeline as lists show it. */
export const pipelineSummary = z
  .object({
    id: id("pipeline"),
    name: z.string(),
    description: z.string(),
    tags: z.array(z.string()),
    owner: z.object({ id: z.string(), name: z.string() }).nullable(),
    /** Runs by itself only while true. */
    enabled: z.boolean(),
    /** The newest version of its document. */
    documentVersion: z.number().int(),
    nodeCount: z.number().int(),
    nextRunAt: instant.nullable(),
    triggers: z.array(z.object({ id: z.string(), kind: z.string(), text: z.string(), enabled: z.boolean() })),
    lastRun: runSummary.nullable(),
    /** States of the last ten runs, newest first. */
    recent: z.array(z.object({ id: z.string(), number: z.number().int(), state: z.enum(RUN_STATES), seconds: z.number().nullable() })),
    createdAt: instant,
    updatedAt: instant,
    can: can("update", "delete", "run", "schedule"),
  })
  .meta({ id: "PipelineSummary" });
export type PipelineSummary = z.infer<typeof pipelineSummary>;

export const pipeline = pipelineSummary
  .extend({
    version: z.number().int(),
    document: pipelineDocument,
    faults: z.array(graphFault),
    hook: z.object({ path: z.string(), hasSecret: z.boolean() }),
    /** In whose name it runs. */
    runsAs: z.object({ id: z.string(), name: z.string() }).nullable(),
  })
  .meta({ id: "Pipeline" });
export type Pipeline = z.infer<typeof pipeline>;

/** What differs between two documents, in the words of pipelines. */
export const pipelineDifference = z
  .object({
    nodes: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        kind: z.string(),
        change: z.enum(["added", "removed", "changed", "moved"]),
        settings: z.array(z.object({ path: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
      }),
    ),
    edges: z.array(z.object({ from: z.string(), to: z.string(), change: z.enum(["added", "removed"]) })),
    triggers: z.array(z.object({ id: z.string(), change: z.enum(["added", "removed", "changed"]), from: z.string().nullable(), to: z.string().nullable() })),
    settings: z.array(z.object({ path: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
    /** In one line, such as `2 nodes added, 1 changed, schedule changed`. */
    text: z.string(),
  })
  .meta({ id: "PipelineDifference" });
export type PipelineDifference = z.infer<typeof pipelineDifference>;

export const pipelineVersion = z.object({
  number: z.number().int(),
  author: z.object({ id: z.string(), name: z.string() }).nullable(),
  note: z.string(),
  restoredFrom: z.number().int().nullable(),
  text: z.string(),
  createdAt: instant,
});
export type PipelineVersion = z.infer<typeof pipelineVersion>;

export const backfillSpec = z.strictObject({
  unit: z.enum(["hour", "day", "week", "month"]),
  timeZone,
  from: z.iso.datetime(),
  until: z.iso.datetime(),
  select: z.enum(["all", "missing", "failed"]).default("missing"),
  order: z.enum(["oldest", "newest"]).default("oldest"),
  maxParallel: z.int().min(1).max(10).default(1),
  stopAfterFailures: z.int().min(1).max(1_000).default(3),
  parameters: parameterValues,
});

export const backfill = z
  .object({
    id: id("backfill"),
    spec: backfillSpec,
    state: z.enum(["running", "paused", "succeeded", "failed", "cancelled"]),
    counts: z.object({
      waiting: z.number().int(),
      running: z.number().int(),
      succeeded: z.number().int(),
      failed: z.number().int(),
      cancelled: z.number().int(),
      skipped: z.number().int(),
    }),
    startedBy: z.string().nullable(),
    createdAt: instant,
    endedAt: instant.nullable(),
    can: can("pause", "resume", "cancel", "retry"),
  })
  .meta({ id: "Backfill" });
export type Backfill = z.infer<typeof backfill>;
export type BackfillSpec = z.output<typeof backfillSpec>;

/** What was read of a stream at one time, and what came of it. */
export const streamStateEntry = z.object({
  seq: z.number().int(),
  kind: z.enum(["sync", "reset", "undo"]),
  state: z.unknown(),
  runId: z.string().nullable(),
  produced: z.record(z.string(), z.number().int()),
  rows: z.number().int(),
  isCurrent: z.boolean(),
  by: z.string().nullable(),
  at: instant,
});
