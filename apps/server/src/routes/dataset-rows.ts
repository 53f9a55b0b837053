import { countRows, getColumnStats, getRowByKey, listRowHistory, readRows } from "@granary/core/datasets";
import type { datasetRowRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const datasetRowHandlers: HandlersOf<typeof datasetRowRoutes> = {
  "datasets.rows": (ctx, { params, query }) => readRows(ctx, params.dataset, query),
  "datasets.countRows": (ctx, { params, query }) => countRows(ctx, params.dataset, query),
  "datasets.rowByKey": (ctx, { params, query }) => getRowByKey(ctx, params.dataset, query),
  "datasets.rowHistory": (ctx, { params, query }) => listRowHistory(ctx, params.dataset, query),
  "datasets.columnStats": (ctx, { params, query }) => getColumnStats(ctx, params.dataset, query),
};
