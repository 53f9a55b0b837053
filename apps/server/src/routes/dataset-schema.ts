import { applySchemaDocument, changeSchema, getSchema, getSchemaDocument, listSchemaHistory } from "@granary/core/datasets";
import type { datasetSchemaRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const datasetSchemaHandlers: HandlersOf<typeof datasetSchemaRoutes> = {
  "datasets.schema": (ctx, { params, query }) => getSchema(ctx, params.dataset, query.version),
  "datasets.schemaHistory": (ctx, { params, query }) => listSchemaHistory(ctx, params.dataset, query),
  "datasets.changeSchema": (ctx, { params, query, body, version }) =>
    changeSchema(ctx, params.dataset, body.changes, { ...query, version, reason: body.reason }),
  "datasets.schemaDocument": (ctx, { params }) => getSchemaDocument(ctx, params.dataset),
  "datasets.applySchemaDocument": (ctx, { params, query, body, version }) => applySchemaDocument(ctx, params.dataset, body, { ...query, version }),
};
