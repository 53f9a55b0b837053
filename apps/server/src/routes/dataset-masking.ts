import { previewMask } from "@granary/core/datasets";
import type { datasetMaskingRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const datasetMaskingHandlers: HandlersOf<typeof datasetMaskingRoutes> = {
  "datasets.previewMask": (ctx, { params, body }) => previewMask(ctx, params.dataset, params.column, body.mask),
};
