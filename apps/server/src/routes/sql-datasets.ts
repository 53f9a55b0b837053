import { awaitBatch, awaitImport } from "@granary/core/datasets";
import { createFromQuery, loadFromQuery } from "@granary/core/sql-console";
import type { sqlDatasetRoutes } from "@granary/protocol";
import { answer, type HandlersOf } from "../http/answer.ts";

export const sqlDatasetHandlers: HandlersOf<typeof sqlDatasetRoutes> = {
  "sql.createDataset": async (ctx, { query, body }) => {
    const created = await createFromQuery(ctx, body);
    if (!query.wait) return answer(created, { status: 202 });
    return answer(await awaitImport(ctx, created), { status: 201 });
  },
  "sql.loadDataset": async (ctx, { params, query, body }) => {
    const loading = await loadFromQuery(ctx, params.dataset, body);
    if (!query.wait) return answer(loading, { status: 202 });
    return answer({ ...loading, batch: await awaitBatch(ctx, loading.batch.id) }, { status: 201 });
  },
};
