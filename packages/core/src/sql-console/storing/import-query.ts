import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { RunningJob } from "@granary/jobs";
import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { type BatchRow, importBatch, type ImportResult, type MadeFile, readData, readerFor } from "../../datasets/index.ts";
import { openTables, queryTables } from "../open-tables.ts";
import { sqlTypeOf } from "../results/result-columns.ts";
import { type KeptResult, spoolResult } from "../results/spool-result.ts";
import type { ReadDataset } from "../store.ts";

/** More rows than any table here has; the bytes of the result are what is limited. */
const MAX_ROWS = 1_000_000_000;

async function runInto(ctx: Ctx, batch: BatchRow, path: string, job: RunningJob): Promise<KeptResult> {
  const { sql = "", at } = batch.source_query ?? {};
  const text = { sql, at: at ?? undefined };
  const { permissions = [], apiKeyId = null, purpose = null } = batch.asker ?? {};
  const reader = await readerFor(ctx, { personId: batch.uploaded_by, permissions, apiKeyId, purpose }, "sql:run");
  const { saveTimeoutS } = ctx.services.config.sql;
  const limits = { deadlineMs: saveTimeoutS * 1_000, maxRows: MAX_ROWS, maxBytes: ctx.services.config.uploadLimitBytes };
  return readData(reader, "sql", async (open) => {
    const opened = await openTables(reader, open, text, ctx.signal);
    await noteDatasets(ctx, batch.id, opened.datasets);
    await using result = await queryTables(reader, text, opened, { limits, signal: ctx.signal });
    const answer = await spoolResult(path, result, (rows) => job.progress(rows, undefined, "Running the query"));
    return { answer, rows: answer.rows };
  });
}

async function noteDatasets(ctx: Ctx, batchId: string, read: readonly ReadDataset[]): Promise<void> {
  const datasets = read.map(({ id, name, version }) => ({ id, name, version }));
  await ctx.tx((ctx) =>
    ctx.db
      .updateTable("batches")
      .set({ query_datasets: JSON.stringify(datasets) })
      .where("id", "=", batchId)
      .execute(),
  );
}

/** All rows of a load's query in a file with their types, for as long as they are loaded from it. */
async function makeFile(ctx: Ctx, batch: BatchRow, job: RunningJob): Promise<MadeFile> {
  const { dataDir, uploadLimitBytes } = ctx.services.config;
  const directory = join(dataDir, "tmp");
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `${batch.id}-${randomUUID()}.parquet`);
  const rows = `${path}.rows`;
  await using made = new AsyncDisposableStack();
  made.defer(() => rm(path, { force: true }));
  try {
    const { columns, cut } = await runInto(ctx, batch, rows, job);
    if (cut !== undefined) throw problem("sql.too_large_to_store", { limit: uploadLimitBytes });
    const typed = columns.map((column) => ({ name: column.name, sqlType: sqlTypeOf(column) }));
    await ctx.services.lake.exportResult({ from: rows, columns: typed, format: { kind: "parquet" }, to: path, work: "job", signal: ctx.signal });
  } finally {
    await rm(rows, { force: true });
  }
  const kept = made.move();
  return { path, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Runs the query of a load and loads its rows as those of a file: the same steps, the same end. */
export function importQuery(ctx: Ctx, batchId: string, job: RunningJob): Promise<ImportResult> {
  return importBatch(ctx, batchId, job, (batch) => makeFile(ctx, batch, job));
}
