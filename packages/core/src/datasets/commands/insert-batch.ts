import { type Id, newId } from "@granary/kernel";
import { type Batch, type FileOptions, type Frequency, type LoadMode, type MaxRejects, type NewColumns, problem } from "@granary/protocol";
import type { TxCtx } from "../../context/index.ts";
import { type BatchRow, findBatchRow, type SourceQuery } from "../batch-store.ts";
import { OWN_BATCH, presentBatch } from "../present.ts";

/** Somebody waits for the answer. */
const INTERACTIVE = 10;

/** One load as it was asked for. */
export interface NewBatch {
  readonly uploadId: string;
  readonly mode: LoadMode;
  readonly onNewColumns?: NewColumns | undefined;
  /** Names of the columns an upsert matches rows by; left out for the dataset's own key columns. */
  readonly keys?: readonly string[] | undefined;
  readonly batchDate?: string | undefined;
  readonly frequency?: Frequency | undefined;
  /** How the file is to be read; the rest is detected. */
  readonly options?: FileOptions | undefined;
  /** With `map`: the dataset's column for a column of the file, null to leave it out. */
  readonly mapping?: Readonly<Record<string, string | null>> | undefined;
  /** With more rejected records nothing is loaded. */
  readonly maxRejects?: MaxRejects | undefined;
  /** The query whose rows it brings; the upload is its text then. */
  readonly query?: SourceQuery | undefined;
  /** The load whose corrected records it brings. */
  readonly repairs?: string | undefined;
}

/** A load under way, and the job to follow. */
export interface StartedLoad {
  readonly batch: Batch;
  readonly jobId: Id<"job">;
}

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

/** What the job that runs a query is to know of whoever asked for it; who that is, the upload tells. */
const askerOf = ({ principal, request }: TxCtx): NonNullable<BatchRow["asker"]> => ({
  permissions: [...principal.permissions],
  apiKeyId: principal.apiKeyId,
  purpose: request.purpose ?? null,
});

/** Enters a load of a dataset and queues the job that carries it out. */
export async function insertBatch(ctx: TxCtx, datasetId: string, input: NewBatch): Promise<StartedLoad> {
  const id = newId("batch", ctx.now.getTime());
  const jobId = await ctx.enqueue(input.query === undefined ? "dataset.import" : "sql.store", { batchId: id }, { priority: INTERACTIVE });
  await ctx.db
    .insertInto("batches")
    .values({
      id,
      workspace_id: ctx.workspaceId,
      dataset_id: datasetId,
      upload_id: input.uploadId,
      job_id: jobId,
      mode: input.mode,
      new_columns: input.onNewColumns ?? "refuse",
      key_columns: input.keys === undefined ? null : [...input.keys],
      batch_date: input.batchDate ?? null,
      frequency: input.frequency ?? null,
      file_options: json(input.options),
      column_mapping: json(input.mapping),
      max_rejects: json(input.maxRejects),
      repairs: input.repairs ?? null,
      query: json(input.query),
      query_asker: json(input.query === undefined ? undefined : askerOf(ctx)),
    })
    .execute();
  const row = await findBatchRow(ctx.db, id);
  if (row === undefined) throw problem("batch.not_found");
  return { batch: presentBatch(row, OWN_BATCH), jobId };
}
