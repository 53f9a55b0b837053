import { z } from "zod";
import { fileOptions, maxRejects } from "../file-options.ts";
import { route } from "../route.ts";
import { id } from "../schemas.ts";
import { batch, datasetParams, FREQUENCIES, LOAD_MODES, loading, NEW_COLUMNS } from "./datasets.ts";

const TAG = "Datasets";

const params = datasetParams.extend({ batch: id("batch") });

const changed = z.object({
  batch,
  /** The dataset's new version. */
  version: z.number().int(),
  /** Rows that went or came back. */
  rows: z.number().int(),
});

/** Loads of a dataset that is there: each is a batch whose rows can be told apart, taken out and put back. */
export const datasetBatchRoutes = {
  "datasets.load": route({
    method: "POST",
    path: "/datasets/{dataset}/batches",
    tag: TAG,
    summary: "Load an uploaded file into a dataset",
    description:
      "Adds the file's rows, puts them in place of all rows, or matches them with the rows by key. Columns are matched by name and every value must be one of its column's " +
      "type; nothing is loaded otherwise. Answers at once with the job to follow, or with `?wait=true` when the load has ended.",
    access: "dataset:update",
    params: datasetParams,
    query: z.strictObject({ wait: z.stringbool().default(false) }),
    body: z.strictObject({
      uploadId: id("upload"),
      mode: z.enum(LOAD_MODES).default("append"),
      onNewColumns: z.enum(NEW_COLUMNS).default("refuse"),
      mapping: z
        .record(z.string().min(1).max(1_000), z.string().min(1).max(255).nullable())
        .optional()
        .meta({ description: "With `onNewColumns: map`: the dataset's column for a column of the file, null to leave it out. Others go by their names." }),
      options: fileOptions.optional(),
      maxRejects: maxRejects.optional(),
      keys: z
        .array(z.string().min(1))
        .min(1)
        .max(50)
        .optional()
        .meta({ description: "Columns an upsert matches rows by; the dataset's key columns when absent." }),
      batchDate: z.iso.date().optional().meta({ description: "The day the rows are about." }),
      frequency: z.enum(FREQUENCIES).optional(),
    }),
    responses: { 202: loading, 201: loading },
    errors: ["dataset.not_found", "batch.no_keys", "upload.not_found", "upload.not_complete", "upload.refused"],
  }),
  "datasets.batch": route({
    method: "GET",
    path: "/datasets/{dataset}/batches/{batch}",
    tag: TAG,
    summary: "Show a load",
    access: "dataset:read",
    viewAs: true,
    params,
    responses: { 200: batch },
    errors: ["dataset.not_found", "batch.not_found"],
  }),
  "datasets.cancelBatch": route({
    method: "POST",
    path: "/datasets/{dataset}/batches/{batch}/cancel",
    tag: TAG,
    summary: "Stop a load that has not ended, so that nothing of it is loaded",
    access: "dataset:update",
    params,
    responses: { 200: batch },
    errors: ["dataset.not_found", "batch.not_found", "job.ended"],
  }),
  "datasets.deleteBatch": route({
    method: "DELETE",
    path: "/datasets/{dataset}/batches/{batch}",
    tag: TAG,
    summary: "Take exactly the rows of a load out, as a new version",
    access: "dataset:update",
    params,
    responses: { 200: changed },
    errors: ["dataset.not_found", "batch.not_found", "batch.not_loaded", "batch.no_rows"],
  }),
  "datasets.restoreBatch": route({
    method: "POST",
    path: "/datasets/{dataset}/batches/{batch}/restore",
    tag: TAG,
    summary: "Put the rows of a deleted load back, as a new version",
    description: "Possible until the dataset changes again.",
    access: "dataset:update",
    params,
    responses: { 200: changed },
    errors: ["dataset.not_found", "batch.not_found", "batch.not_deleted", "batch.overtaken", "lake.snapshot_not_found"],
  }),
} as const;
