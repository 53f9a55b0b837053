import { awaitBatch, cancelBatch, deleteBatch, getBatch, loadBatch, restoreBatch } from "@granary/core/datasets";
import type { datasetBatchRoutes } from "@granary/protocol";
import { answer, type HandlersOf } from "../http/answer.ts";

export const datasetBatchHandlers: HandlersOf<typeof datasetBatchRoutes> = {
  "datasets.load": async (ctx, { params, query, body }) => {
    const loading = await loadBatch(ctx, params.dataset, body);
    if (!query.wait) return answer(loading, { status: 202 });
    return answer({ ...loading, batch: await awaitBatch(ctx, loading.batch.id) }, { status: 201 });
  },
  "datasets.batch": (ctx, { params }) => getBatch(ctx, params.dataset, params.batch),
  "datasets.cancelBatch": (ctx, { params }) => cancelBatch(ctx, params.dataset, params.batch),
  "datasets.deleteBatch": (ctx, { params }) => deleteBatch(ctx, params.dataset, params.batch),
  "datasets.restoreBatch": (ctx, { params }) => restoreBatch(ctx, params.dataset, params.batch),
};
