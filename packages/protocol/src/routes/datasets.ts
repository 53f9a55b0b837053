import { z } from "zod";
import { fileOptions, maxRejects } from "../file-options.ts";
import { route } from "../route.ts";
import { jobProgress } from "./jobs.ts";
import { can, id, instant, line, page, pageQuery } from "../schemas.ts";
import { ARRIVAL_ERRORS } from "./uploads.ts";

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
/** What becomes of a file's columns that the dataset does not have: the load is refused, the dataset gets them, or the sender says where each one goes. */
export const NEW_COLUMNS = ["refuse", "evolve", "map"] as const;
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
    /** The SQL query whose rows it brings, and what that read; null for files, and for those who may not load. */
    query: z
      .object({ sql: z.string(), at: z.string().nullable(), datasets: z.array(z.object({ id: id("dataset"), name: z.string(), version: z.number().int() })) })
      .nullable(),
    /** The load whose repaired records it brings. */
    repairs: id("batch").nullable(),
    /** The version that took its rows out. */
    deletedIn: z.number().int().nullable(),
    jobId: id("job").nullable(),
    /** While importing: bytes of the file that were read, and what is going on. */
    progress: jobProgress.nullable(),
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

/** Who may know of a dataset: those it is shared with; also those who have its address, who may then ask for access; everyone in the workspace. */
export const VISIBILITIES = ["private", "askable", "workspace"] as const;
/** What a person may do with a dataset; each level includes the ones before it. */
export const ACCESS_LEVELS = ["viewer", "contributor", "owner"] as const;
/** Kinds of files a dataset's data can come from. */
export const DATASET_FORMATS = ["csv", "tsv", "json", "ndjson", "parquet", "xlsx", "xml", "other"] as const;

export type Visibility = (typeof VISIBILITIES)[number];
export type AccessLevel = (typeof ACCESS_LEVELS)[number];
export type DatasetFormat = (typeof DATASET_FORMATS)[number];

const MAX_TAGS = 30;
const MAX_PROPERTIES = 50;

/** Labels of a dataset: in lower case, each once, in order. */
export const tagSet = z
  .array(line(50).transform((tag) => tag.toLowerCase()))
  .max(MAX_TAGS)
  .transform((tags) => [...new Set(tags)].toSorted());

/** Names and values of people's own choice. */
export const properties = z
  .record(line(60), z.string().trim().max(1_000))
  .refine((value) => Object.keys(value).length <= MAX_PROPERTIES, `must not have more than ${MAX_PROPERTIES} properties`);

export const dataset = z
  .object({
    id: id("dataset"),
    name: z.string(),
    description: z.string(),
    tags: z.array(z.string()),
    properties: z.record(z.string(), z.string()),
    /** How often new data is to come. */
    frequency: z.enum(FREQUENCIES).nullable(),
    /** What kind of file was loaded last. */
    format: z.enum(DATASET_FORMATS).nullable(),
    visibility: z.enum(VISIBILITIES),
    /** Null when the owner has left the workspace; administrators act as owners then. */
    owner: z.object({ id: id("user"), name: z.string() }).nullable(),
    status: z.enum(["importing", "ready", "failed"]),
    rows: z.number().int().nullable(),
    columns: z.array(column),
    /** The number of the newest data version, 0 before the first load. */
    dataVersion: z.number().int(),
    version: z.number().int(),
    /** What you may do with it. */
    level: z.enum(ACCESS_LEVELS),
    /** Null outside the trash; `purgeAt` is when it will be gone for good. */
    trash: z.object({ at: instant, purgeAt: instant }).nullable(),
    createdAt: instant,
    updatedAt: instant,
    can: can("update", "delete", "download", "share"),
  })
  .meta({ id: "Dataset" });

export type Column = z.infer<typeof column>;
export type Batch = z.infer<typeof batch>;
export type Dataset = z.infer<typeof dataset>;

/** A load that has begun, and the job to follow. */
export const loading = z.object({ batch, jobId: id("job") });

/** Names a dataset in an address. */
export const datasetParams = z.strictObject({ dataset: z.string().min(1).max(100).describe("Id or unique name") });

/** Fields of a form are texts: tags come there with commas between them. */
const newTags = z.preprocess((value) => (typeof value === "string" ? value.split(",").filter((tag) => tag.trim() !== "") : value), tagSet);

/** A dataset that was made, its first load, and the job to follow. */
export const created = z.object({ dataset, batch, jobId: id("job") });

/** Datasets: table-shaped data that keeps every version. */
export const datasetRoutes = {
  "datasets.create": route({
    method: "POST",
    path: "/datasets",
    tag: TAG,
    summary: "Create a dataset from a file",
    description:
      "A multipart form with the fields `name`, `description`, `tags`, `visibility`, `options` (as JSON) and, last, the `file`: `curl -F name=orders -F file=@orders.csv`. " +
      "A file that was uploaded before (`POST /uploads`) is named in JSON instead: `{name, uploadId}`. " +
      "Answers at once with the job to follow, or with `?wait=true` when the import has ended.",
    access: "dataset:create",
    query: z.strictObject({ wait: z.stringbool().default(false) }),
    bodyKind: "multipart",
    body: z.object({
      name: line(100),
      description: z.string().max(10_000).optional(),
      tags: newTags.optional().meta({ description: "Labels; in a form with commas between them." }),
      visibility: z.enum(VISIBILITIES).optional(),
      batchDate: z.iso.date().optional().meta({ description: "The day the first load is about." }),
      frequency: z.enum(FREQUENCIES).optional(),
      options: fileOptions.optional().meta({ description: "How the file is to be read; in a form as JSON." }),
      maxRejects: maxRejects.optional(),
      file: z.any().optional().meta({ description: "The file, as the last part of a form." }),
      uploadId: id("upload").optional().meta({ description: "In JSON: an upload of yours that is complete." }),
    }),
    alsoJson: true,
    responses: { 202: created, 201: created },
    errors: [
      "dataset.name_taken",
      "upload.empty",
      ...ARRIVAL_ERRORS,
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
  "datasets.get": route({
    method: "GET",
    path: "/datasets/{dataset}",
    tag: TAG,
    summary: "Show a dataset",
    access: "dataset:read",
    viewAs: true,
    params: datasetParams,
    responses: { 200: dataset },
    errors: ["dataset.not_found", "dataset.not_shared"],
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
    viewAs: true,
    params: datasetParams,
    query: pageQuery,
    responses: { 200: page(batch) },
    errors: ["dataset.not_found"],
  }),
} as const;
