import { isUniqueViolation } from "@granary/db";
import { type Id, newId } from "@granary/kernel";
import { type Batch, type Dataset, type FileOptions, type Frequency, type MaxRejects, problem, type Visibility } from "@granary/protocol";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import { presentDataset } from "../present.ts";
import { requireDataset } from "../queries/get-dataset.ts";
import { quarantineNewDataset } from "../../quarantine/index.ts";
import { discardUpload, insertUpload, type ReceivedUpload, takeUpload } from "../../uploads/index.ts";
import { formatOf, writeWords } from "../catalog/index.ts";
import { isNameTaken } from "../store.ts";
import type { SourceQuery } from "../batch-store.ts";
import { insertBatch } from "./insert-batch.ts";

export interface NewDataset {
  readonly name: string;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly visibility?: Visibility | undefined;
  /** The day the first load is about. */
  readonly batchDate?: string | undefined;
  /** How often loads are to come. */
  readonly frequency?: Frequency | undefined;
  /** How the file is to be read; the rest is detected. */
  readonly options?: FileOptions | undefined;
  /** With more rejected records nothing is loaded. */
  readonly maxRejects?: MaxRejects | undefined;
  /** The query whose rows the first load brings; the file is its text then. */
  readonly query?: SourceQuery | undefined;
}

/** What a dataset is made of: a file that was received with the request, or one that was uploaded before. */
export type DatasetSource = { readonly received: ReceivedUpload } | { readonly uploadId: string };

export interface CreatedDataset {
  readonly dataset: Dataset;
  readonly batch: Batch;
  readonly jobId: Id<"job">;
}

/** Refuses a taken name before a large file is received for nothing; the index decides in the end. */
export async function refuseTakenName(ctx: Ctx, name: string): Promise<void> {
  if (await isNameTaken(ctx.db, name)) throw problem("dataset.name_taken", { name });
}

/** Creates a dataset from a file: its first batch is imported by a job queued in the same transaction. */
export async function createDataset(ctx: Ctx, input: NewDataset, source: DatasetSource): Promise<CreatedDataset> {
  try {
    return await ctx.tx((ctx) => insertDataset(ctx, input, source));
  } catch (error) {
    if ("received" in source) await discardUpload(ctx.services.config.dataDir, source.received.id);
    if (isUniqueViolation(error, "datasets_name_key")) throw problem("dataset.name_taken", { name: input.name }, { cause: error });
    throw error;
  }
}

async function uploadOf(ctx: TxCtx, source: DatasetSource): Promise<ReceivedUpload> {
  if ("uploadId" in source) return takeUpload(ctx, source.uploadId);
  await insertUpload(ctx, source.received);
  return source.received;
}

async function insertDataset(ctx: TxCtx, input: NewDataset, source: DatasetSource): Promise<CreatedDataset> {
  const workspace_id = ctx.workspaceId;
  const id = newId("dataset", ctx.now.getTime());
  const upload = await uploadOf(ctx, source);
  await ctx.db
    .insertInto("datasets")
    .values({
      id,
      workspace_id,
      name: input.name,
      description: input.description ?? "",
      tags: [...(input.tags ?? [])],
      frequency: input.frequency ?? null,
      format: formatOf(upload.fileName),
      visibility: input.visibility ?? "private",
      owner_id: requireUser(ctx.principal),
      table_name: id,
    })
    .execute();
  await writeWords(ctx, id);
  await quarantineNewDataset(ctx, { id, name: input.name });
  const { batchDate, frequency, options, maxRejects, query } = input;
  const { batch, jobId } = await insertBatch(ctx, id, { uploadId: upload.id, mode: "append", batchDate, frequency, options, maxRejects, query });
  const { fileName, bytes, sha256 } = upload;
  await ctx.record({ type: "dataset.created", subject: { id, label: input.name }, data: { batchId: batch.id, fileName, bytes, sha256, sql: query?.sql } });
  return { dataset: presentDataset(ctx, await requireDataset(ctx, id)), batch, jobId };
}
