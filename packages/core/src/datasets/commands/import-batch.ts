import type { RunningJob } from "@granary/jobs";
import type { Id } from "@granary/kernel";
import { isAppError } from "@granary/kernel";
import type { OpenTable, StagedColumn } from "@granary/lake";
import { errorSpec, type FileOptions, type LoadMode, type MaxRejects, problem } from "@granary/protocol";
import { type Ctx, onBehalfOf, type Principal, type TxCtx } from "../../context/index.ts";
import { type BatchRow, findBatchRow } from "../batch-store.ts";
import { columnTypeOf } from "../column-types.ts";
import { toEngineOptions, uploadPath } from "../../uploads/index.ts";
import { insertRejected, keepRecordForm } from "../rejects/index.ts";
import type { StoredColumn } from "../store.ts";
import type { SchemaState } from "../schema/schema-state.ts";
import { addVersion } from "./add-version.ts";
import { type CheckedLoad, openTarget, requireSameTarget } from "./load-target.ts";
import { withRestaging } from "./with-restaging.ts";

/** Rejected records kept for repair; the count beside them is always exact. */
const MAX_KEPT_REJECTS = 10_000;

/** A file that a load's rows are made into before they are read; it goes when this is disposed. */
export interface MadeFile extends AsyncDisposable {
  readonly path: string;
}

export interface ImportResult {
  readonly rows: number;
  readonly rejected: number;
  readonly version: number;
}

/**
 * Reads a batch's file into the dataset's table. Table pointer, version, batch, rejected records, event and the job's own
 * end commit together; run again after a crash it does its work once. With `makeFile` the rows are those of the file it makes.
 */
export async function importBatch(ctx: Ctx, batchId: string, job: RunningJob, makeFile?: (batch: BatchRow) => Promise<MadeFile>): Promise<ImportResult> {
  const batch = await findBatchRow(ctx.db, batchId);
  if (batch === undefined) throw problem("dataset.not_found");
  if (batch.data_version !== null) return { rows: batch.row_count ?? 0, rejected: batch.rejected_count ?? 0, version: batch.data_version };
  try {
    await using made = await makeFile?.(batch);
    const path = made?.path ?? uploadPath(ctx.services.config.dataDir, batch.upload_id);
    return await withRestaging(
      ctx,
      () => stageBatch(ctx, { batch, path }, job),
      (staged) => ctx.tx((ctx) => publishBatch(ctx, batch, staged, job)),
    );
  } catch (error) {
    await keepFailure(ctx, batch, error);
    throw error;
  }
}

/** Field ids of the columns an upsert is to match by; undefined for the table's own keys. */
function keysOf(batch: BatchRow, table: OpenTable): readonly number[] | undefined {
  return batch.key_columns?.map((name) => {
    const found = table.columns.find((item) => item.name === name && !item.isSystem);
    if (found === undefined) throw problem("lake.keys_missing", { reason: `the dataset has no column called ${name}` });
    return found.fieldId;
  });
}

/** How the file is to be read: as its sender said, with columns under the dataset's names where they were mapped. */
function optionsOf({ options, mapping }: BatchRow): FileOptions {
  const own = options ?? {};
  if (mapping === null) return own;
  const mapped = Object.entries(mapping).map(([source, target]) => [
    source,
    { ...own.columns?.[source], ...(target === null ? { skip: true } : { name: target }) },
  ]);
  return { ...own, columns: { ...own.columns, ...Object.fromEntries(mapped) } };
}

function limitsOf(limit: MaxRejects | null): { readonly maxRejected?: number; readonly maxRejectedShare?: number } {
  if (limit === null) return {};
  return "count" in limit ? { maxRejected: limit.count } : { maxRejectedShare: limit.share };
}

const PHASES = { reading: "Reading", typing: "Proving types", writing: "Storing" } as const;

async function stageBatch(ctx: Ctx, { batch, path }: { readonly batch: BatchRow; readonly path: string }, job: RunningJob): Promise<CheckedLoad> {
  const target = await openTarget(ctx, batch.dataset_id);
  const keys = target === undefined ? undefined : keysOf(batch, target.table);
  const staged = await ctx.services.lake.stageFile({
    path,
    workspaceId: ctx.workspaceId,
    tableName: batch.dataset_id,
    batch: batch.id,
    ...(target === undefined ? {} : { target: target.table, rules: target.rules, mode: batch.mode as LoadMode, mayAddColumns: batch.new_columns === "evolve" }),
    ...(keys === undefined ? {} : { keys }),
    options: toEngineOptions(optionsOf(batch)),
    ...limitsOf(batch.limit),
    maxListed: MAX_KEPT_REJECTS,
    signal: ctx.signal,
    onProgress: ({ phase, bytes, rows }) =>
      job.progress(bytes ?? 0, batch.source_query === null ? batch.bytes : undefined, `${PHASES[phase]}${rows > 0 ? `: ${rows} records` : ""}`),
  });
  job.log("info", `Read ${batch.file_name}`, { rows: staged.loaded, rejected: staged.rejectedCount, columns: staged.columns.length });
  return { ...staged, target };
}

async function uploaderOf(ctx: Ctx | TxCtx, batch: BatchRow): Promise<Principal | undefined> {
  if (batch.uploaded_by === null) return undefined;
  const person = await ctx.db.selectFrom("users").select(["id", "name"]).where("id", "=", batch.uploaded_by).executeTakeFirst();
  return person === undefined ? undefined : onBehalfOf(ctx.workspaceId, { id: person.id as Id<"user">, name: person.name });
}

const storedColumns = (columns: readonly StagedColumn[]): StoredColumn[] =>
  columns.map(({ fieldId, name, type }) => ({ fieldId, name, type: columnTypeOf(type), storedType: type }));

/** Gives the table the columns the file has beyond it. Their ids were written into the staged files, so they must come out the same. */
async function addColumns(ctx: TxCtx, batch: BatchRow, staged: CheckedLoad): Promise<SchemaState | undefined> {
  const { target } = staged;
  if (target === undefined) return { columns: storedColumns(staged.columns), keys: [] };
  if (staged.newColumns.length === 0) return undefined;
  const ref = { workspaceId: ctx.workspaceId, tableName: batch.dataset_id };
  const { schema } = await ctx.services.lake.evolveSchema(ctx.db, ref, { changes: staged.newColumns, baseSchemaId: staged.schema["schema-id"] });
  const added = staged.columns.filter((column) => staged.newColumns.some(({ name }) => name === column.name));
  const isAsWritten = added.every(({ fieldId, name }) => schema.fields.some((field) => field.id === fieldId && field.name === name));
  if (!isAsWritten) throw problem("lake.commit_conflict");
  return { columns: [...target.schema.columns, ...storedColumns(added)], keys: target.schema.keys };
}

async function publishBatch(ctx: TxCtx, batch: BatchRow, staged: CheckedLoad, job: RunningJob): Promise<ImportResult> {
  const { dataset_id } = batch;
  const schema = await addColumns(ctx, batch, staged);
  const published = await ctx.services.lake.publish(ctx.db, staged, { summary: { batch: batch.id } });
  await requireSameTarget(ctx, dataset_id, staged);
  const { addedRows: added, deletedRows: removed, replacedRows: replaced } = staged.counts;
  const counts = { added, removed, replaced };
  const personId = batch.uploaded_by;
  const principal = await uploaderOf(ctx, batch);
  const by = { personId, by: principal };
  const version = await addVersion(ctx, { datasetId: dataset_id, published, operation: "loaded", batchId: batch.id, ...by, counts, schema });
  await ctx.db
    .updateTable("batches")
    .set({ snapshot_id: published.snapshotId, schema_version: version.schemaVersion, data_version: version.number, row_count: staged.loaded })
    .set({ rejected_count: staged.rejectedCount, ended_at: ctx.now, error_code: null, error_message: null, error_issues: null })
    .set({ added_count: staged.matched?.added ?? null, updated_count: staged.matched?.updated ?? null, unchanged_count: staged.matched?.unchanged ?? null })
    .where("id", "=", batch.id)
    .execute();
  await keepRecordForm(ctx.db, batch.id, staged);
  await insertRejected(ctx.db, ctx.workspaceId, batch.id, staged.rejected);
  const result = { rows: staged.loaded, rejected: staged.rejectedCount, version: version.number };
  await ctx.record({
    type: "dataset.imported",
    subject: { id: dataset_id, label: version.name },
    data: { batchId: batch.id, ...result },
    ...(principal === undefined ? {} : { principal }),
  });
  // Whatever is published is looked through for personal data; queued here, no version goes unseen.
  await ctx.enqueue("personal_data.scan", { datasetId: dataset_id }, { uniqueKey: `${dataset_id}@${version.number}` });
  await job.finish(ctx.db, result);
  return result;
}

/** Notes why a file can never be loaded. Errors that another attempt may cure leave the batch as it is. */
async function keepFailure(ctx: Ctx, batch: BatchRow, error: unknown): Promise<void> {
  if (!isAppError(error) || errorSpec(error.code).retry === "later" || ctx.signal.aborted) return;
  await ctx.tx(async (ctx) => {
    const principal = await uploaderOf(ctx, batch);
    await ctx.db
      .updateTable("batches")
      .set({ error_code: error.code, error_message: error.message, error_issues: JSON.stringify(error.issues), ended_at: ctx.now })
      .where("id", "=", batch.id)
      .execute();
    await ctx.record({
      type: "dataset.import_failed",
      subject: { id: batch.dataset_id, label: batch.file_name },
      result: "failure",
      data: { batchId: batch.id, code: error.code },
      ...(principal === undefined ? {} : { principal }),
    });
  });
}
