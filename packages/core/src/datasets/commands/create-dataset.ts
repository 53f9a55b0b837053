import { isUniqueViolation } from "@granary/db";
import { type Id, newId } from "@granary/kernel";
import { type Batch, type Dataset, problem } from "@granary/protocol";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import { findBatchRow } from "../batch-store.ts";
import { presentBatch, presentDataset } from "../present.ts";
import { requireDataset } from "../queries/get-dataset.ts";
import { discardUpload, type ReceivedUpload } from "../receive-upload.ts";
import { isNameTaken } from "../store.ts";

/** Somebody waits for the answer. */
const INTERACTIVE = 10;

export interface NewDataset {
  readonly name: string;
  readonly description?: string | undefined;
  readonly visibility?: "private" | "workspace" | undefined;
}

export interface CreatedDataset {
  readonly dataset: Dataset;
  readonly batch: Batch;
  readonly jobId: Id<"job">;
}

/** Refuses a taken name before a large file is received for nothing; the index decides in the end. */
export async function refuseTakenName(ctx: Ctx, name: string): Promise<void> {
  if (await isNameTaken(ctx.db, name)) throw problem("dataset.name_taken", { name });
}

/** Creates a dataset from a received file: its first batch is imported by a job queued in the same transaction. */
export async function createDataset(ctx: Ctx, input: NewDataset, upload: ReceivedUpload): Promise<CreatedDataset> {
  try {
    return await ctx.tx((ctx) => insertDataset(ctx, input, upload));
  } catch (error) {
    await discardUpload(ctx.services.config.dataDir, upload.id);
    if (isUniqueViolation(error, "datasets_name_key")) throw problem("dataset.name_taken", { name: input.name }, { cause: error });
    throw error;
  }
}

async function insertDataset(ctx: TxCtx, input: NewDataset, upload: ReceivedUpload): Promise<CreatedDataset> {
  const workspace_id = ctx.workspaceId;
  const userId = requireUser(ctx.principal);
  const id = newId("dataset", ctx.now.getTime());
  const batchId = newId("batch", ctx.now.getTime());
  const { fileName: file_name, bytes, sha256 } = upload;
  await ctx.db.insertInto("uploads").values({ id: upload.id, workspace_id, file_name, bytes, sha256, uploaded_by: userId }).execute();
  await ctx.db
    .insertInto("datasets")
    .values({
      id,
      workspace_id,
      name: input.name,
      description: input.description ?? "",
      visibility: input.visibility ?? "private",
      owner_id: userId,
      table_name: id,
    })
    .execute();
  const jobId = await ctx.enqueue("dataset.import", { batchId }, { priority: INTERACTIVE, startedBy: userId });
  await ctx.db.insertInto("batches").values({ id: batchId, workspace_id, dataset_id: id, upload_id: upload.id, job_id: jobId }).execute();
  await ctx.record({ type: "dataset.created", subject: { id, label: input.name }, data: { batchId, fileName: file_name, bytes, sha256 } });
  const batch = await findBatchRow(ctx.db, batchId);
  if (batch === undefined) throw problem("dataset.not_found");
  return { dataset: presentDataset(ctx.principal, await requireDataset(ctx, id)), batch: presentBatch(batch), jobId };
}
