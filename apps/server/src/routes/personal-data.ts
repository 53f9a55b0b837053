import {
  acceptFinding,
  cancelScan,
  getDatasetPersonalData,
  getSettings,
  listFindings,
  refuseFinding,
  releaseDataset,
  startScan,
  updateSettings,
} from "@granary/core/personal-data";
import type { personalDataRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const personalDataHandlers: HandlersOf<typeof personalDataRoutes> = {
  "personalData.list": (ctx, { query }) => listFindings(ctx, query),
  "personalData.settings": (ctx) => getSettings(ctx),
  "personalData.updateSettings": (ctx, { body, version }) => updateSettings(ctx, version, body),
  "personalData.ofDataset": (ctx, { params }) => getDatasetPersonalData(ctx, params.dataset),
  "personalData.scan": (ctx, { params }) => startScan(ctx, params.dataset),
  "personalData.cancelScan": async (ctx, { params }) => {
    await cancelScan(ctx, params.dataset);
  },
  "personalData.accept": (ctx, { params, body }) => acceptFinding(ctx, params.dataset, params.finding, body),
  "personalData.refuse": (ctx, { params }) => refuseFinding(ctx, params.dataset, params.finding),
  "personalData.release": async (ctx, { params }) => {
    await releaseDataset(ctx, params.dataset);
  },
};
