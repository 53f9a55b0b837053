import { z } from "zod";
import { route } from "../route.ts";
import { can, id, instant, line, page, pageQuery } from "../schemas.ts";
import { fileOptions } from "./dataset-downloads.ts";
import { column } from "./datasets.ts";

const TAG = "SQL";

/** The engine refuses longer texts too. */
const MAX_SQL = 100_000;

export const sqlText = z
  .string()
  .max(MAX_SQL)
  .meta({
    description:
      "One query that reads. Datasets are its tables, by name: `FROM orders`, `FROM \"Order items\"`. A version: `FROM orders AT (VERSION => 12)`, `AT (VERSION => 'release')`, " +
      "`AT (TIMESTAMP => '2026-01-31 12:00')`, in UTC.",
  });
export const at = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .optional()
  .describe("Version of the datasets that name none: a number, a name or an instant. The newest when absent");

const count = z.number().int();

/** Where something stands in the text of a query: counted from 1, in characters. */
const place = { line: count.nullable(), column: count.nullable() };

const readTable = z.object({ id: id("dataset"), name: z.string(), version: count });

const sqlQuery = z
  .object({
    id: id("query"),
    sql: z.string(),
    /** Whether `sql` is only the beginning of a long text, as lists tell it. */
    isShortened: z.boolean(),
    status: z.enum(["running", "succeeded", "failed", "cancelled"]),
    columns: z.array(column).nullable(),
    rows: count.nullable(),
    bytes: count.nullable(),
    /** Why not all rows were kept: there were more than asked for or allowed, or they became too large. */
    cut: z.enum(["rows", "bytes"]).nullable(),
    /** The datasets it read. */
    datasets: z.array(readTable),
    error: z.object({ code: z.string(), message: z.string(), ...place }).nullable(),
    durationMs: count.nullable(),
    createdAt: instant,
    endedAt: instant.nullable(),
    /** Until when the rows are kept; null when there are none. */
    expiresAt: instant.nullable(),
  })
  .meta({ id: "SqlQuery" });

export type SqlQuery = z.infer<typeof sqlQuery>;

const rowsPage = z.object({
  columns: z.array(column),
  /** Cells as text, exactly; null for missing values. */
  rows: z.array(z.array(z.string().nullable())),
  next: z.string().nullable(),
  /** The cells that were shortened: row of the page and column, from 0. */
  cut: z.array(z.tuple([count, count])),
});

export type SqlRowsPage = z.infer<typeof rowsPage>;

const ran = z.object({
  query: sqlQuery,
  /** The first rows; null while the query is running. */
  page: rowsPage.nullable(),
});

export interface SqlPlanStep {
  readonly operator: string;
  readonly table: string | null;
  readonly details: Readonly<Record<string, string>>;
  readonly inputs: SqlPlanStep[];
}

const planStep: z.ZodType<SqlPlanStep, SqlPlanStep> = z
  .object({
    /** The engine's word, such as `HASH_JOIN`. */
    operator: z.string(),
    table: z.string().nullable(),
    details: z.record(z.string(), z.string()),
    get inputs() {
      return z.array(planStep);
    },
  })
  .meta({ id: "SqlPlanStep" });

const sqlProblem = z.object({ code: z.string(), message: z.string(), ...place });

export type SqlProblem = z.infer<typeof sqlProblem>;

const savedQuery = z
  .object({
    id: id("savedQuery"),
    name: z.string(),
    description: z.string(),
    sql: z.string(),
    visibility: z.enum(["private", "workspace"]),
    owner: z.object({ id: id("user"), name: z.string() }),
    version: count,
    createdAt: instant,
    updatedAt: instant,
    can: can("update", "delete"),
  })
  .meta({ id: "SavedQuery" });

export type SavedQuery = z.infer<typeof savedQuery>;

const completions = z.object({
  datasets: z.array(z.object({ name: z.string(), columns: z.array(z.object({ name: z.string(), type: column.shape.type })) })),
  /** Whether these are all datasets there are. */
  isComplete: z.boolean(),
  functions: z.array(z.string()),
});

export type SqlCompletions = z.infer<typeof completions>;

/** What can be wrong with a text before it runs. */
export const TEXT_ERRORS = [
  "sql.empty",
  "sql.too_complex",
  "sql.syntax",
  "sql.statement_not_allowed",
  "sql.too_many_statements",
  "sql.unknown_table",
  "sql.unknown_version",
  "sql.table_not_ready",
  "sql.unknown_column",
  "sql.unknown_function",
  "sql.function_not_allowed",
  "sql.invalid",
  "engine.busy",
  "engine.deadline",
] as const;

const queryParams = z.strictObject({ query: id("query") });
const savedParams = z.strictObject({ saved: id("savedQuery") });
const visibility = z.enum(["private", "workspace"]);
const pageRows = z.coerce.number().int().min(1).max(1_000).default(100);

/** Asking datasets by SQL: queries, their results and history, and queries that were saved. */
export const sqlRoutes = {
  "sql.run": route({
    method: "POST",
    path: "/sql/queries",
    tag: TAG,
    summary: "Run a query over the datasets you may read",
    description:
      "Answers the first rows when the query ends within `wait` seconds, and otherwise the running query to follow. The result is kept for a while, so that further rows and " +
      "files of it cost no second run. Going away while waiting cancels the query.",
    access: "sql:run",
    body: z.strictObject({
      sql: sqlText,
      at,
      limit: pageRows.describe("Rows of the first page"),
      maxRows: z
        .number()
        .int()
        .min(1)
        .max(10_000_000)
        .default(10_000)
        .describe("Rows after which the result is cut; the installation's own limit holds besides"),
      wait: z.number().min(0).max(30).default(30).describe("Seconds to wait for the end"),
    }),
    responses: { 200: ran, 202: ran },
    errors: [
      ...TEXT_ERRORS,
      "sql.value_invalid",
      "sql.cell_too_large",
      "sql.result_too_large",
      "sql.too_many_running",
      "engine.out_of_memory",
      "engine.cancelled",
      "storage.full",
    ],
  }),
  "sql.get": route({
    method: "GET",
    path: "/sql/queries/{query}",
    tag: TAG,
    summary: "Show one of your queries, or wait for its end",
    access: "sql:run",
    params: queryParams,
    query: z.strictObject({ wait: z.coerce.number().min(0).max(30).default(0).describe("Seconds to wait for the end") }),
    responses: { 200: sqlQuery },
    errors: ["sql.query_not_found"],
  }),
  "sql.rows": route({
    method: "GET",
    path: "/sql/queries/{query}/rows",
    tag: TAG,
    summary: "Read the rows of a result, a page at a time",
    access: "sql:run",
    params: queryParams,
    query: z.strictObject({
      cursor: z.string().max(512).optional(),
      limit: pageRows,
      full: z.stringbool().default(false).describe("Exact cells, however long; otherwise they are shortened to 500 characters"),
    }),
    responses: { 200: rowsPage },
    errors: ["sql.query_not_found", "sql.no_result", "sql.result_expired"],
  }),
  "sql.download": route({
    method: "GET",
    path: "/sql/queries/{query}/download",
    tag: TAG,
    summary: "Download the rows of a result as a file",
    access: "dataset:download",
    params: queryParams,
    query: z.strictObject(fileOptions(z.stringbool())),
    responses: { 200: "bytes" },
    errors: ["sql.query_not_found", "sql.no_result", "sql.result_expired", "download.too_large", "engine.busy", "storage.full"],
  }),
  "sql.cancel": route({
    method: "DELETE",
    path: "/sql/queries/{query}",
    tag: TAG,
    summary: "Cancel a running query, or remove the rows of one that has ended",
    access: "sql:run",
    params: queryParams,
    responses: { 204: null },
    errors: ["sql.query_not_found"],
  }),
  "sql.check": route({
    method: "POST",
    path: "/sql/check",
    tag: TAG,
    summary: "Tell what is wrong with a query, without running it",
    access: "sql:run",
    rate: "read",
    body: z.strictObject({ sql: sqlText, at }),
    responses: { 200: z.object({ problems: z.array(sqlProblem), datasets: z.array(readTable) }) },
    errors: ["engine.busy", "engine.deadline"],
  }),
  "sql.explain": route({
    method: "POST",
    path: "/sql/explain",
    tag: TAG,
    summary: "Show how a query would be carried out",
    description: "The plan is made over empty tables with the columns of the real ones, so it tells of nothing but the query itself.",
    access: "sql:run",
    rate: "read",
    body: z.strictObject({ sql: sqlText, at }),
    responses: { 200: z.object({ steps: z.array(planStep) }) },
    errors: TEXT_ERRORS,
  }),
  "sql.history": route({
    method: "GET",
    path: "/sql/history",
    tag: TAG,
    summary: "List the queries you ran, newest first",
    access: "sql:run",
    query: pageQuery.extend({ status: sqlQuery.shape.status.optional(), q: z.string().max(200).optional().describe("Queries with this text") }),
    responses: { 200: page(sqlQuery) },
  }),
  "sql.completions": route({
    method: "GET",
    path: "/sql/completions",
    tag: TAG,
    summary: "List what a query can name: datasets with their columns, and functions",
    access: "sql:run",
    query: z.strictObject({
      q: z.string().max(200).optional().describe("Datasets with this in their name"),
      limit: z.coerce.number().int().min(1).max(500).default(200),
    }),
    responses: { 200: completions },
  }),
  "sql.listSaved": route({
    method: "GET",
    path: "/sql/saved",
    tag: TAG,
    summary: "List saved queries by name: yours, and those shared in the workspace",
    access: "sql:run",
    query: pageQuery.extend({ q: z.string().max(200).optional() }),
    responses: { 200: page(savedQuery) },
  }),
  "sql.save": route({
    method: "POST",
    path: "/sql/saved",
    tag: TAG,
    summary: "Save a query",
    access: "sql:run",
    body: z.strictObject({
      name: line(100),
      description: z.string().trim().max(1_000).default(""),
      sql: sqlText.min(1),
      visibility: visibility.default("private"),
    }),
    responses: { 201: savedQuery },
    errors: ["saved_query.name_taken"],
  }),
  "sql.getSaved": route({
    method: "GET",
    path: "/sql/saved/{saved}",
    tag: TAG,
    summary: "Show a saved query",
    access: "sql:run",
    params: savedParams,
    responses: { 200: savedQuery },
    errors: ["saved_query.not_found"],
    versioned: true,
  }),
  "sql.updateSaved": route({
    method: "PATCH",
    path: "/sql/saved/{saved}",
    tag: TAG,
    summary: "Change a query you saved",
    access: "sql:run",
    params: savedParams,
    body: z
      .strictObject({
        name: line(100).optional(),
        description: z.string().trim().max(1_000).optional(),
        sql: sqlText.min(1).optional(),
        visibility: visibility.optional(),
      })
      .refine((body) => Object.keys(body).length > 0, "must change something"),
    responses: { 200: savedQuery },
    errors: ["saved_query.not_found", "saved_query.name_taken", "access.denied", "edit.conflict"],
    versioned: true,
  }),
  "sql.deleteSaved": route({
    method: "DELETE",
    path: "/sql/saved/{saved}",
    tag: TAG,
    summary: "Delete a query you saved",
    access: "sql:run",
    params: savedParams,
    responses: { 204: null },
    errors: ["saved_query.not_found", "access.denied"],
  }),
} as const;
