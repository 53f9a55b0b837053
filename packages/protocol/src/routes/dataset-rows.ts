import { z } from "zod";
import { route } from "../route.ts";
import { rowFilterText } from "../row-filter.ts";
import { id, instant, page, pageQuery } from "../schemas.ts";
import { column, datasetParams } from "./datasets.ts";

const TAG = "Datasets";

const MAX_NAMES = 8_000;

const version = z.coerce
  .string()
  .trim()
  .min(1)
  .max(200)
  .describe("Number or name of a version, or an instant (RFC 3339): the newest version there was by then. The newest of all when absent");
const names = z.string().min(1).max(MAX_NAMES);

/** What every way of reading takes: which rows, which columns, of which version. */
export const rowChoice = {
  version: version.optional(),
  filter: rowFilterText.optional(),
  columns: names.optional().describe("Names with commas between, or a JSON list of names; all columns when absent"),
  q: z.string().max(500).optional().describe("Rows with this text in one of the columns asked for, without regard to case"),
  batch_id: id("batch").optional().describe("Rows that this batch brought"),
} as const;

export const sort = names.describe("Names with commas between, or a JSON list of names; a minus before a name sorts downwards: `-price,name`");

/** What can go wrong whenever rows are read. */
export const READ_ERRORS = [
  "dataset.not_found",
  "dataset.not_ready",
  "dataset.version_not_found",
  "lake.snapshot_not_found",
  "lake.read_invalid",
  "engine.busy",
  "engine.deadline",
] as const;

const cells = z.array(z.string().nullable());

const count = z.number().int();

const columnStats = z
  .object({
    name: z.string(),
    type: column.shape.type,
    masked: z.boolean(),
    rows: count,
    nulls: count,
    /** How many different values; null for nested columns. */
    distinct: count.nullable(),
    /** Whether `distinct` is an estimate, mostly within 10 in a hundred. */
    isDistinctApproximate: z.boolean(),
    min: z.string().nullable(),
    max: z.string().nullable(),
    mean: z.number().nullable(),
    /** The rows above `from` up to `to`; `from` itself belongs to the first bin. For numbers, dates and times. */
    bins: z.array(z.object({ from: z.string(), to: z.string(), count })),
    /** The most frequent values. */
    top: z.array(z.object({ value: z.string(), count })),
  })
  .meta({ id: "ColumnStats" });

export type ColumnStats = z.infer<typeof columnStats>;

const key = z
  .string()
  .max(MAX_NAMES)
  .transform((text, context): readonly string[] => {
    try {
      const parsed = z.array(z.string()).min(1).safeParse(JSON.parse(text));
      if (parsed.success) return parsed.data;
    } catch {
      // Falls through to the one answer for what is no key.
    }
    context.addIssue({ code: "custom", message: "must be a JSON list of texts", input: text });
    return z.NEVER;
  })
  .meta({ description: "The values of the key columns in their order, as a JSON list of texts" });

const historyEntry = z.object({
  version: z.number().int(),
  at: instant,
  by: z.object({ id: id("user"), name: z.string() }).nullable(),
  operation: z.string(),
  change: z.object({ id: id("change"), number: z.number().int(), title: z.string() }).nullable(),
  kind: z.enum(["added", "modified", "removed"]),
  /** Columns whose value differs from the version before; of an added or removed row all that have one. */
  cells: z.array(z.object({ column: z.string(), before: z.string().nullable(), after: z.string().nullable() })),
});

export type RowHistoryEntry = z.infer<typeof historyEntry>;

/** Reading the rows of datasets. */
export const datasetRowRoutes = {
  "datasets.rows": route({
    method: "GET",
    path: "/datasets/{dataset}/rows",
    tag: TAG,
    summary: "Read rows, a page at a time",
    access: "dataset:read",
    viewAs: true,
    params: datasetParams,
    query: pageQuery.extend({
      ...rowChoice,
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
      sort: sort.optional(),
      direction: z.enum(["next", "previous"]).default("next").describe("Whether the page lies behind the cursor's row or before it"),
      full: z.stringbool().default(false).describe("Exact cells, however long; otherwise they are shortened to 500 characters"),
    }),
    responses: {
      200: z.object({
        columns: z.array(column),
        /** Cells as text, exactly as stored; null for missing values. */
        rows: z.array(cells),
        dataVersion: count,
        next: z.string().nullable(),
        /** For `direction=previous`; null at the start. */
        previous: z.string().nullable(),
        /** The cells that were shortened: row of the page and column, from 0. */
        cut: z.array(z.tuple([count, count])),
        /** What `/rows/by-key` finds each row by, where the dataset has key columns. */
        rowKeys: z.array(z.array(z.string()).nullable()).optional(),
      }),
    },
    errors: [...READ_ERRORS, "lake.cursor_invalid"],
  }),
  "datasets.countRows": route({
    method: "GET",
    path: "/datasets/{dataset}/rows/count",
    tag: TAG,
    summary: "Count rows",
    access: "dataset:read",
    viewAs: true,
    params: datasetParams,
    query: z.strictObject(rowChoice),
    responses: { 200: z.object({ rows: count, isExact: z.boolean(), dataVersion: count }) },
    errors: READ_ERRORS,
  }),
  "datasets.rowByKey": route({
    method: "GET",
    path: "/datasets/{dataset}/rows/by-key",
    tag: TAG,
    summary: "Show the row with a key",
    access: "dataset:read",
    viewAs: true,
    params: datasetParams,
    query: z.strictObject({ key, version: version.optional() }),
    responses: { 200: z.object({ columns: z.array(column), row: cells, dataVersion: count, isUnique: z.boolean() }) },
    errors: [...READ_ERRORS, "dataset.no_keys", "dataset.row_not_found"],
  }),
  "datasets.columnStats": route({
    method: "GET",
    path: "/datasets/{dataset}/columns/stats",
    tag: TAG,
    summary: "Show what columns hold: missing and different values, extremes, a histogram",
    access: "dataset:read",
    viewAs: true,
    params: datasetParams,
    query: z.strictObject(rowChoice),
    responses: { 200: z.object({ dataVersion: count, rows: count, columns: z.array(columnStats) }) },
    errors: READ_ERRORS,
  }),
  "datasets.rowHistory": route({
    method: "GET",
    path: "/datasets/{dataset}/rows/history",
    tag: TAG,
    summary: "Tell how a row came to be: who set what, when, in which request",
    access: "dataset:read",
    viewAs: true,
    params: datasetParams,
    query: pageQuery.extend({
      key: z.string().min(2).max(8_000).describe("The values of the key columns in their order, as a JSON list of texts"),
      column: z.string().min(1).max(255).optional().describe("Only what became of this cell"),
    }),
    responses: { 200: page(historyEntry).extend({ isWhole: z.boolean().describe("Whether all versions since the row was added could be looked at") }) },
    errors: ["dataset.not_found", "dataset.not_ready", "dataset.no_keys", "request.invalid"],
  }),
} as const;
