import { z } from "zod";
import { route } from "../route.ts";
import { rowFilter } from "../row-filter.ts";
import { id, instant, page, pageQuery } from "../schemas.ts";
import { READ_ERRORS, rowChoice, sort } from "./dataset-rows.ts";
import { datasetParams } from "./datasets.ts";

const TAG = "Downloads";

/** The kinds of files rows can be taken out as. */
export const DOWNLOAD_FORMATS = ["csv", "ndjson", "json", "parquet", "xlsx"] as const;
export type DownloadFormat = (typeof DOWNLOAD_FORMATS)[number];

const DELIMITERS = { comma: ",", semicolon: ";", tab: "\t", pipe: "|" } as const;

const delimiter = z
  .enum([",", ";", "\t", "|", "comma", "semicolon", "tab", "pipe"])
  .transform((name) => (name in DELIMITERS ? DELIMITERS[name as keyof typeof DELIMITERS] : (name as "," | ";" | "\t" | "|")))
  .meta({ description: "Between the values of a CSV file: `comma`, `semicolon`, `tab`, `pipe` or the character itself" });

/** What kind of file is wanted. How the values of a switch are read: from an address as texts, from a body as they are. */
export function fileOptions<B extends z.ZodType<boolean>>(flag: B) {
  return {
    format: z.enum(DOWNLOAD_FORMATS).default("csv"),
    delimiter: delimiter.optional(),
    header: flag.optional().describe("CSV: whether the first line names the columns; it does unless said"),
    bom: flag.optional().describe("CSV: begins with a byte order mark, by which Excel knows UTF-8"),
    spreadsheetSafe: flag.optional().describe("CSV: puts an apostrophe before texts that a spreadsheet would take for a formula"),
  };
}

const download = z
  .object({
    id: id("download"),
    /** Null for the result of a query. */
    dataset: z.object({ id: id("dataset"), name: z.string() }).nullable(),
    /** The query whose result it is. Owners of a dataset are told only that it was read, neither the query nor what else it read. */
    query: z
      .object({
        id: id("query").nullable(),
        /** The beginning of its text. */
        label: z.string().nullable(),
        datasets: z.array(z.object({ id: id("dataset"), name: z.string(), version: z.number().int() })),
      })
      .nullable(),
    /** Null when they have left. */
    by: z.object({ id: id("user"), name: z.string() }).nullable(),
    /** `streamed` was sent as it was asked for; the others were made by a job and are kept until `expiresAt`. */
    status: z.enum(["streamed", "waiting", "ready", "failed", "cancelled", "expired"]),
    format: z.enum(DOWNLOAD_FORMATS),
    /** Null for the result of a query. */
    dataVersion: z.number().int().nullable(),
    /** The columns it holds, and which rows: as they were asked for. */
    columns: z.array(z.string()),
    filter: z.unknown(),
    sort: z.string().nullable(),
    q: z.string().nullable(),
    batchId: id("batch").nullable(),
    fileName: z.string(),
    /** Null until it is known. */
    rows: z.number().int().nullable(),
    bytes: z.number().int().nullable(),
    jobId: id("job").nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    createdAt: instant,
    expiresAt: instant.nullable(),
  })
  .meta({ id: "Download" });

export type Download = z.infer<typeof download>;

const listQuery = pageQuery.extend({
  q: z.string().trim().max(200).optional().describe("An id, or a part of the name of a dataset, file, query or, for owners, person"),
});

const downloadParams = z.strictObject({ download: id("download") });

/** Taking rows out of datasets as files. */
export const datasetDownloadRoutes = {
  "datasets.download": route({
    method: "GET",
    path: "/datasets/{dataset}/download",
    tag: TAG,
    summary: "Download the rows you may see as a file",
    description:
      "The file is sent while it is written. Its id, in the header `Granary-Download-Id` and in the file's name, tells later which version, columns and rows it holds.",
    access: "dataset:download",
    params: datasetParams,
    query: z.strictObject({ ...fileOptions(z.stringbool()), ...rowChoice, sort: sort.optional() }),
    responses: { 200: "bytes" },
    errors: [...READ_ERRORS, "download.too_large", "storage.full"],
  }),
  "downloads.create": route({
    method: "POST",
    path: "/datasets/{dataset}/downloads",
    tag: TAG,
    summary: "Have a large file made in the background",
    description: "Answers at once. The job tells how far it is; you are notified when the file can be fetched, which it can for seven days.",
    access: "dataset:download",
    params: datasetParams,
    body: z.strictObject({ ...fileOptions(z.boolean()), ...rowChoice, filter: rowFilter.optional(), sort: sort.optional() }),
    responses: { 202: download },
    errors: [...READ_ERRORS, "download.too_large"],
  }),
  "datasets.downloads": route({
    method: "GET",
    path: "/datasets/{dataset}/downloads",
    tag: TAG,
    summary: "List who downloaded from a dataset, newest first",
    description: "For owners of the dataset: rows of it, and results of queries that read it.",
    access: "dataset:read",
    params: datasetParams,
    query: listQuery,
    responses: { 200: page(download) },
    errors: ["dataset.not_found", "dataset.not_shared", "access.denied"],
  }),
  "downloads.list": route({
    method: "GET",
    path: "/downloads",
    tag: TAG,
    summary: "List what you downloaded, rows of datasets and results of queries, newest first",
    access: "dataset:download",
    query: listQuery,
    responses: { 200: page(download) },
  }),
  "downloads.get": route({
    method: "GET",
    path: "/downloads/{download}",
    tag: TAG,
    summary: "Show one of your downloads",
    access: "dataset:download",
    params: downloadParams,
    responses: { 200: download },
    errors: ["download.not_found"],
  }),
  "downloads.file": route({
    method: "GET",
    path: "/downloads/{download}/file",
    tag: TAG,
    summary: "Fetch the file a job made for you",
    access: "dataset:download",
    params: downloadParams,
    responses: { 200: "bytes" },
    errors: ["download.not_found", "download.not_ready", "download.expired", "dataset.not_found"],
  }),
  "downloads.delete": route({
    method: "DELETE",
    path: "/downloads/{download}",
    tag: TAG,
    summary: "Cancel a download that is being made, or remove its file",
    access: "dataset:download",
    params: downloadParams,
    responses: { 204: null },
    errors: ["download.not_found"],
  }),
} as const;
