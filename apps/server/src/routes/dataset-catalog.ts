import { createView, deleteView, listChanges, listDatasets, listViews, updateDataset } from "@granary/core/datasets";
import type { datasetCatalogRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const datasetCatalogHandlers: HandlersOf<typeof datasetCatalogRoutes> = {
  "datasets.list": (ctx, { query }) => listDatasets(ctx, query),
  "datasets.update": (ctx, { params, body, version }) => updateDataset(ctx, params.dataset, version, body),
  "datasets.history": (ctx, { params, query }) => listChanges(ctx, params.dataset, query),
  "datasetViews.list": (ctx, { query }) => listViews(ctx, query),
  "datasetViews.create": (ctx, { body }) => createView(ctx, body),
  "datasetViews.delete": async (ctx, { params }) => {
    await deleteView(ctx, params.view);
  },
};
