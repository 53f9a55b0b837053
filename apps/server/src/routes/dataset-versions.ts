import { compareVersions, getVersion, listVersions, nameVersion, restoreVersion, unnameVersion } from "@granary/core/datasets";
import type { datasetVersionRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const datasetVersionHandlers: HandlersOf<typeof datasetVersionRoutes> = {
  "datasets.versions": (ctx, { params, query }) => listVersions(ctx, params.dataset, query),
  "datasets.version": (ctx, { params }) => getVersion(ctx, params.dataset, params.version),
  "datasets.nameVersion": (ctx, { params, body }) => nameVersion(ctx, params.dataset, params.version, body.name),
  "datasets.unnameVersion": (ctx, { params }) => unnameVersion(ctx, params.dataset, params.version),
  "datasets.restoreVersion": (ctx, { params, body }) => restoreVersion(ctx, params.dataset, params.version, body.reason),
  "datasets.diff": (ctx, { params, query }) => compareVersions(ctx, params.dataset, query),
};
