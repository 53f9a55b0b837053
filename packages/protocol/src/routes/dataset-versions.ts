import { z } from "zod";
import { route } from "../route.ts";
import { can, id, instant, line, page, pageQuery } from "../schemas.ts";
import { READ_ERRORS } from "./dataset-rows.ts";
import { column, datasetParams } from "./datasets.ts";

const TAG = "Datasets";

/** What made a version: a load, a load taken out or put back, an older version that came back, or other columns. */
const VERSION_OPERATIONS = ["loaded", "batch_deleted", "batch_restored", "restored", "schema_changed", "merged", "run"] as const;

const count = z.number().int();
const person = z.object({ id: id("user"), name: z.string() });

export const datasetVersion = z
  .object({
    number: count,
    at: instant,
    /** Null for what the platform did, and for accounts that are gone. */
    by: person.nullable(),
    operation: z.enum(VERSION_OPERATIONS),
    reason: z.string(),
    /** This and the other counts are null for whoever sees only some of the rows. */
    rows: count.nullable(),
    /** Rows that came, went, and were replaced by others of the same key; null where they were not counted. */
    added: count.nullable(),
    removed: count.nullable(),
    replaced: count.nullable(),
    names: z.array(z.string()),
    batch: z.object({ id: id("batch"), fileName: z.string() }).nullable(),
    schemaVersion: count,
    /** The version whose rows and columns came back. */
    restoredFrom: count.nullable(),
    /** The change request that was merged by it; null for others, and for whoever may not read change requests. */
    change: z.object({ id: id("change"), number: count, title: z.string() }).nullable(),
    /** Whether it can still be read; old versions without a name are let go one day. */
    isKept: z.boolean(),
    isNewest: z.boolean(),
    can: can("name", "restore"),
  })
  .meta({ id: "DatasetVersion" });

export type DatasetVersion = z.infer<typeof datasetVersion>;

const params = datasetParams.extend({ version: z.string().min(1).max(200).describe("Number or name of a version, or an instant (RFC 3339)") });

/** Digits alone are a number and instants a time, so that neither can be a name. */
const name = line(100)
  .regex(/^[^\s/?#%"'\\]+( [^\s/?#%"'\\]+)*$/, "must not contain quotes, slashes or any of ? # %")
  .refine((text) => !/^\d+$/.test(text), "must not be a number, which is what versions are called already")
  .refine((text) => !/^\d{4}-\d{2}-\d{2}T/i.test(text), "must not be an instant")
  .refine((text) => text.toLowerCase() !== "main", "must not be main");

const side = z.object({ number: count, rows: count, at: instant });

const difference = z.object({
  from: side,
  to: side,
  /** Columns rows were matched by; without any, changed rows are one removed and one added. */
  keys: z.array(z.string()),
  added: count,
  removed: count,
  modified: count,
  unchanged: count,
  /** Modified rows by column. */
  changedCells: z.array(z.object({ column: z.string(), rows: count })),
  /** Columns that only one of the versions has, or that are called or typed otherwise. */
  columnChanges: z.array(z.object({ kind: z.enum(["added", "dropped", "renamed", "retyped"]), column: z.string(), from: z.string(), to: z.string() })),
  columns: z.array(column),
  changes: z.array(
    z.object({
      /** `duplicate_key`, `null_key`: rows that their key cannot identify, so that they are not matched. */
      kind: z.enum(["added", "removed", "modified", "duplicate_key", "null_key"]),
      copies: count,
      old: z.array(z.string().nullable()).nullable(),
      new: z.array(z.string().nullable()).nullable(),
      changed: z.array(z.boolean()),
    }),
  ),
  next: z.string().nullable(),
});

export type DatasetDifference = z.infer<typeof difference>;

const ERRORS = ["dataset.not_found", "dataset.not_ready", "dataset.version_not_found"] as const;

/** Versions of the data of datasets. */
export const datasetVersionRoutes = {
  "datasets.versions": route({
    method: "GET",
    path: "/datasets/{dataset}/versions",
    tag: TAG,
    summary: "List the versions of a dataset, newest first",
    access: "dataset:read",
    viewAs: true,
    params: datasetParams,
    query: pageQuery,
    responses: { 200: page(datasetVersion) },
    errors: ["dataset.not_found"],
  }),
  "datasets.version": route({
    method: "GET",
    path: "/datasets/{dataset}/versions/{version}",
    tag: TAG,
    summary: "Show a version of a dataset",
    access: "dataset:read",
    viewAs: true,
    params,
    responses: { 200: datasetVersion },
    errors: ERRORS,
  }),
  "datasets.nameVersion": route({
    method: "PUT",
    path: "/datasets/{dataset}/versions/{version}/name",
    tag: TAG,
    summary: "Give a version a name, in place of the one it had",
    description: "A version with a name is kept for good and can be asked for by it. For contributors of the dataset.",
    access: "dataset:update",
    params,
    body: z.strictObject({ name }),
    responses: { 200: datasetVersion },
    errors: [...ERRORS, "version.name_taken", "lake.snapshot_not_found", "lake.ref_invalid"],
  }),
  "datasets.unnameVersion": route({
    method: "DELETE",
    path: "/datasets/{dataset}/versions/{version}/name",
    tag: TAG,
    summary: "Take a version's name away",
    access: "dataset:update",
    params,
    responses: { 200: datasetVersion },
    errors: [...ERRORS, "version.not_named"],
  }),
  "datasets.restoreVersion": route({
    method: "POST",
    path: "/datasets/{dataset}/versions/{version}/restore",
    tag: TAG,
    summary: "Bring the rows and columns of an older version back, as a new version",
    description:
      "Columns, rules and keys come back with the rows, for rows have to keep to the rules of their time. For contributors of the dataset; where columns " +
      "would change, for its owners. Nothing is lost: the versions between stay, and restoring the newest of them undoes it.",
    access: "dataset:update",
    params,
    body: z.strictObject({ reason: z.string().trim().max(500).default("") }),
    responses: { 200: datasetVersion },
    errors: [...ERRORS, "version.is_newest", "lake.snapshot_not_found"],
  }),
  "datasets.diff": route({
    method: "GET",
    path: "/datasets/{dataset}/diff",
    tag: TAG,
    summary: "Compare two versions row by row",
    description: "Rows are matched by the dataset's key columns. Only columns that you see unmasked are compared.",
    access: "dataset:read",
    viewAs: true,
    params: datasetParams,
    query: pageQuery.extend({
      from: params.shape.version,
      to: params.shape.version.optional().describe("As `from`; the newest version when absent"),
      kind: z.enum(["added", "removed", "modified"]).optional().describe("Only rows of this kind"),
    }),
    responses: { 200: difference },
    errors: [...READ_ERRORS, "lake.diff_invalid", "lake.cursor_invalid"],
  }),
} as const;
