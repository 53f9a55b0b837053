import { z } from "zod";
import { backfill, backfillSpec, streamStateEntry } from "../pipelines/pipeline.ts";
import { slug } from "../pipelines/document.ts";
import { route } from "../route.ts";
import { id, instant, page, pageQuery } from "../schemas.ts";
import { pipelineParams } from "./pipelines.ts";

const TAG = "Pipelines";

const backfillParams = z.strictObject({ backfill: id("backfill") });

/** What pipelines have read of streams, and running them for stretches of time. */
export const pipelineBackfillRoutes = {
  "pipelines.states": route({
    method: "GET",
    path: "/pipelines/{pipeline}/nodes/{node}/states",
    tag: TAG,
    summary: "List the states of a stream, newest first: what was read when, and which versions came of it",
    access: "pipeline:read",
    params: pipelineParams.extend({ node: slug }),
    query: pageQuery,
    responses: { 200: page(streamStateEntry) },
    errors: ["pipeline.not_found"],
  }),
  "pipelines.resetState": route({
    method: "POST",
    path: "/pipelines/{pipeline}/nodes/{node}/reset",
    tag: TAG,
    summary: "Forget how far a stream was read: the next run begins anew",
    access: "pipeline:run",
    params: pipelineParams.extend({ node: slug }),
    responses: { 200: streamStateEntry },
    errors: ["pipeline.not_found", "pipeline.running"],
  }),
  "pipelines.undoState": route({
    method: "POST",
    path: "/pipelines/{pipeline}/nodes/{node}/undo",
    tag: TAG,
    summary: "Take the last reset or read of a stream back",
    access: "pipeline:run",
    params: pipelineParams.extend({ node: slug }),
    responses: { 200: streamStateEntry },
    errors: ["pipeline.not_found", "pipeline.running", "pipeline.nothing_to_undo"],
  }),
  "pipelines.backfills": route({
    method: "GET",
    path: "/pipelines/{pipeline}/backfills",
    tag: TAG,
    summary: "List backfills, newest first",
    access: "pipeline:read",
    params: pipelineParams,
    query: pageQuery,
    responses: { 200: page(backfill) },
    errors: ["pipeline.not_found"],
  }),
  "pipelines.backfill": route({
    method: "POST",
    path: "/pipelines/{pipeline}/backfills",
    tag: TAG,
    summary: "Run a pipeline for every part of a stretch of time",
    access: "pipeline:run",
    params: pipelineParams,
    body: backfillSpec,
    responses: { 201: backfill },
    errors: ["pipeline.not_found", "pipeline.invalid", "pipeline.backfill_too_large"],
  }),
  "backfills.get": route({
    method: "GET",
    path: "/backfills/{backfill}",
    tag: TAG,
    summary: "Show a backfill",
    access: "pipeline:read",
    params: backfillParams,
    responses: { 200: backfill },
    errors: ["pipeline.backfill_not_found"],
  }),
  "backfills.partitions": route({
    method: "GET",
    path: "/backfills/{backfill}/partitions",
    tag: TAG,
    summary: "List the parts of a backfill in order",
    access: "pipeline:read",
    params: backfillParams,
    query: pageQuery,
    responses: { 200: page(z.object({ partition: z.string(), startsAt: instant, endsAt: instant, state: z.string(), runId: z.string().nullable() })) },
    errors: ["pipeline.backfill_not_found"],
  }),
  "backfills.act": route({
    method: "POST",
    path: "/backfills/{backfill}/{action}",
    tag: TAG,
    summary: "Pause, resume or cancel a backfill, or run its failed parts again",
    access: "pipeline:run",
    params: backfillParams.extend({ action: z.enum(["pause", "resume", "cancel", "retry"]) }),
    responses: { 200: backfill },
    errors: ["pipeline.backfill_not_found", "pipeline.backfill_state_wrong"],
  }),
} as const;
