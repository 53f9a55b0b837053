import { awaitBatch, listRejects, repairReject, resubmitRejects } from "@granary/core/datasets";
import type { datasetRejectRoutes } from "@granary/protocol";
import { answer, type HandlersOf } from "../http/answer.ts";

export const datasetRejectHandlers: HandlersOf<typeof datasetRejectRoutes> = {
  "datasets.rejects": (ctx, { params, query }) => listRejects(ctx, params.dataset, params.batch, query),
  "datasets.repairReject": (ctx, { params, body, version }) => repairReject(ctx, { ...params, version }, body),
  "datasets.resubmitRejects": async (ctx, { params, query }) => {
    const loading = await resubmitRejects(ctx, params.dataset, params.batch);
    if (!query.wait) return answer(loading, { status: 202 });
    return answer({ ...loading, batch: await awaitBatch(ctx, loading.batch.id) }, { status: 201 });
  },
};
