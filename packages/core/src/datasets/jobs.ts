import type { JobHandlerGroup } from "@granary/jobs";
import type { Ctx } from "../context/index.ts";
import { importBatch } from "./commands/import-batch.ts";
import { tendCatalog } from "./catalog/index.ts";
import { runDownload, sweepDownloads } from "./downloads/index.ts";
import { sweepFiles } from "./commands/sweep-files.ts";
import { maintainTables } from "./maintenance/index.ts";

export const datasetJobs = {
  "dataset.import": (ctx, { batchId }, job) => importBatch(ctx, batchId, job),
  "dataset.download": (ctx, { downloadId }, job) => runDownload(ctx, downloadId, job),
  "maintenance.catalog": (ctx) => tendCatalog(ctx),
  "maintenance.downloads": (ctx) => sweepDownloads(ctx),
  "maintenance.tables": maintainTables,
  "maintenance.files": (ctx) => sweepFiles(ctx),
} satisfies JobHandlerGroup<Ctx>;
