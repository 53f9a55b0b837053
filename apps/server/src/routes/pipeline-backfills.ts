import { actOnBackfill, getBackfill, listBackfills, listPartitions, listStates, resetState, startBackfill, undoState } from "@granary/core/pipelines";
import type { pipelineBackfillRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const pipelineBackfillHandlers: HandlersOf<typeof pipelineBackfillRoutes> = {
  "pipelines.states": (ctx, { params, query }) => listStates(ctx, params.pipeline, params.node, query),
  "pipelines.resetState": (ctx, { params }) => resetState(ctx, params.pipeline, params.node),
  "pipelines.undoState": (ctx, { params }) => undoState(ctx, params.pipeline, params.node),
  "pipelines.backfills": (ctx, { params, query }) => listBackfills(ctx, params.pipeline, query),
  "pipelines.backfill": (ctx, { params, body }) => startBackfill(ctx, params.pipeline, body),
  "backfills.get": (ctx, { params }) => getBackfill(ctx, params.backfill),
  "backfills.partitions": (ctx, { params, query }) => listPartitions(ctx, params.backfill, query),
  "backfills.act": (ctx, { params }) => actOnBackfill(ctx, params.backfill, params.action),
};
