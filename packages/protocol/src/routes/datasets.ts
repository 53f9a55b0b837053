import { z } from "zod";
import { route } from "../route.ts";
import { can, id, instant, line, page, pageQuery } from "../schemas.ts";

const TAG = "Datasets";

/** The types a column can have, as people see them. */
export const COLUMN_TYPES = ["boolean", "integer", "decimal", "number", "date", "timestamp", "text"] as const;

/** A column as the caller sees it. */
export const column = z
  .object({
    name: z.string(),
    type: z.enum(COLUMN_TYPES),
    /** The exact stored type, such as `decimal(18,2)`. */
    storedType: z.string(),
    /** Whether the caller sees this column's values masked. */
    masked: z.boolean(),
  })
  .meta({ id: "Column" });

/** How a load changes the rows that are there: added to them, in place of all of them, or matched with them by key. */
export const LOAD_MODES = ["append", "replace", "upsert"] as const;
/** What becomes of a file's columns that the dataset does not have: the load is refused, or the dataset gets them. */
export const NEW_COLUMNS = ["refuse", "evolve"] as const;
/** How often loads are to come. */
export const FREQUENCIES = ["once", "hourly", "daily", "weekly", "monthly", "quarterly", "yearly"] as const;

export type LoadMode = (typeof LOAD_MODES)[number];
export type NewColumns = (typeof NEW_COLUMNS)[number];
export type Frequency = (typeof FREQUENCIES)[number];

export const batch = z
  .object({
    id: id("batch"),
    /** `deleted`: its rows were taken out of the dataset again. */
    status: z.enum(["importing", "loaded", "failed", "deleted"]),
    mode: z.enum(LOAD_MODES),
    /** The day the rows are about, as the sender said. */
    date: z.iso.date().nullable(),
    frequency: z.enum(FREQUENCIES).nullable(),
    fileName: z.string(),
    bytes: z.number().int(),
    sha256: z.string(),
    /** Rows loaded and rows rejected; together they are the records of the file. Null while importing. */
    rows: z.number().int().nullable(),
    rejected: z.number().int().nullable(),
    /** The dataset's version this batch made. */
    version: z.number().int().nullable(),
    /** The version of the columns it was loaded with. */
    schemaVersion: z.number().int().nullable(),
    /** Of an upsert: rows that were new, that replaced another, and that were there with the very values. */
    matched: z.object({ added: z.number().int(), updated: z.number().int(), unchanged: z.number().int() }).nullable(),
    /** The version that took its rows out. */
    deletedIn: z.number().int().nullable(),
    jobId: id("job").nullable(),
    error: z
      .object({
        code: z.string(),
        message: z.string(),
        /** Each thing that is wrong. They may quote the file, so they are for those who may load; others get none. */
        issues: z.array(z.object({ path: z.string(), message: z.string() })),
      })
      .nullable(),
    createdAt: instant,
  })
  .meta({ id: "Batch" });

const dataset = z
  .object({
    id: id("dataset"),
    name: z.string(),
    description: z.string(),
    visibility: z.enum(["private", "workspace"]),
    /** Null when the owner has left the workspace; administrators act as owners then. */
    owner: z.object({ id: id("user"), name: z.string() }).nullable(),
    status: z.enum(["importing", "ready", "failed"]),
    rows: z.number().int().nullable(),
    columns: z.array(column),
    /** The number of the newest data version, 0 before the first load. */
    dataVersion: z.number().int(),
    version: z.number().int(),
    createdAt: instant,
    updatedAt: instant,
    can: can("update", "delete", "download", "share"),
  })
  .meta({ id: "Dataset" });

export type Column = z.infer<typeof column>;
export type Batch = z.infer<typeof batch>;
export type Dataset = z.infer<typeof dataset>;

/** Names a dataset in an address. */
export const datasetParams = z.strictObject({ dataset: z.string().min(1).max(100).describe("Id or unique name") });

const visibility = z.enum(["private", "workspace"]);

const created = z.object({ dataset, batch, jobId: id("job") });

/** Datasets: table-shaped data that keeps every version. */
export const datasetRoutes = {
  "datasets.create": route({
    method: "POST",
    path: "/datasets",
    tag: TAG,
    summary: "Create a dataset from a file",
    description:
      "A multipart form with the fields `name`, `description`, `visibility` and, last, the `file`: `curl -F name=orders -F file=@orders.csv`. " +
      "A file that was uploaded before (`POST /uploads`) is named in JSON instead: `{name, uploadId}`. " +
      "Answers at once with the job to follow, or with `?wait=true` when the import has ended.",
    access: "dataset:create",
    query: z.strictObject({ wait: z.stringbool().default(false) }),
    bodyKind: "multipart",
    body: z.object({
      name: line(100),
      description: z.string().max(10_000).optional(),
      visibility: visibility.optional(),
      batchDate: z.iso.date().optional().meta({ description: "The day the first load is about." }),
      frequency: z.enum(FREQUENCIES).optional(),
      file: z.any().optional().meta({ description: "The file, as the last part of a form." }),
      uploadId: id("upload").optional().meta({ description: "In JSON: an upload of yours that is complete." }),
    }),
    alsoJson: true,
    responses: { 202: created, 201: created },
    errors: [
      "dataset.name_taken",
      "upload.empty",
      "upload.missing_file",
      "upload.not_found",
      "upload.not_complete",
      "upload.refused",
      "request.too_large",
      "request.unsupported_media",
      "storage.full",
    ],
    rate: "upload",
  }),
  "datasets.list": route({
    method: "GET",
    path: "/datasets",
    tag: TAG,
    summary: "List the datasets you may read",
    access: "dataset:read",
    query: pageQuery.extend({ q: z.string().trim().max(200).optional().describe("Part of a name or description"), owner: z.enum(["me"]).optional() }),
    responses: { 200: page(dataset) },
  }),
  "datasets.get": route({
    method: "GET",
    path: "/datasets/{dataset}",
    tag: TAG,
    summary: "Show a dataset",
    access: "dataset:read",
    params: datasetParams,
    responses: { 200: dataset },
    errors: ["dataset.not_found"],
    versioned: true,
  }),
  "datasets.delete": route({
    method: "DELETE",
    path: "/datasets/{dataset}",
    tag: TAG,
    summary: "Move a dataset to the trash",
    access: "dataset:read",
    params: datasetParams,
    responses: { 204: null },
    errors: ["dataset.not_found"],
  }),
  "datasets.restore": route({
    method: "POST",
    path: "/datasets/{dataset}/restore",
    tag: TAG,
    summary: "Take a dataset out of the trash",
    access: "dataset:read",
    params: datasetParams,
    responses: { 200: dataset },
    errors: ["dataset.not_found", "dataset.name_taken"],
  }),
  "datasets.batches": route({
    method: "GET",
    path: "/datasets/{dataset}/batches",
    tag: TAG,
    summary: "List the loads of a dataset, newest first",
    access: "dataset:read",
    params: datasetParams,
    query: pageQuery,
    responses: { 200: page(batch) },
    errors: ["dataset.not_found"],
  }),
  "datasets.rejects": route({
    method: "GET",
    path: "/datasets/{dataset}/batches/{batch}/rejects",
    tag: TAG,
    summary: "List records of a file that were not loaded, with line and reason",
    access: "dataset:update",
    params: datasetParams.extend({ batch: id("batch") }),
    query: pageQuery,
    responses: { 200: page(z.object({ line: z.number().int(), reason: z.string(), raw: z.string() })) },
    errors: ["dataset.not_found"],
  }),
} as const;
