import { z } from "zod";
import { maskInput } from "../access/masks.ts";
import { configValues, jsonValue } from "../connectors/spec.ts";
import { columnName, graphColumn, graphType, SYNC_MODES } from "./columns.ts";

/**
 * What has to be chosen may be empty here, so that half a pipeline can be kept; `unfinished` of the graph package tells what is missing, and
 * such a pipeline does not run.
 */
const chosen = z.string().max(500);
const chosenName = z.string().max(200);

/** An expression of the pipeline language: SQL's operators, `case`, casts and the functions of the library; see docs/expressions.md. */
const expression = z.string().trim().max(20_000);
const names = z.array(columnName).max(1_000);
const sortKey = z.strictObject({ column: columnName, direction: z.enum(["asc", "desc"]).default("asc"), nulls: z.enum(["first", "last"]).default("last") });
const named = z.strictObject({ name: columnName, expression });

/** What becomes of columns the source gained, lost or retyped: taken over, asked about as a change request, or the run fails. */
const DRIFT_POLICIES = ["propagate", "ask", "stop"] as const;

/** How rows come into a dataset. `soft_delete` is an upsert that also marks rows the source no longer has. */
const WRITE_MODES = ["replace", "append", "upsert", "soft_delete"] as const;

const gateCheck = z.discriminatedUnion("check", [
  z.strictObject({ check: z.literal("not_null"), column: chosen, tolerance: z.number().min(0).max(1).default(0) }),
  z.strictObject({ check: z.literal("unique"), columns: names, tolerance: z.number().min(0).max(1).default(0) }),
  z.strictObject({ check: z.literal("expression"), expression, name: z.string().max(200).default(""), tolerance: z.number().min(0).max(1).default(0) }),
  z.strictObject({ check: z.literal("row_count"), min: z.int().min(0).optional(), max: z.int().min(0).optional() }),
  z.strictObject({ check: z.literal("volume_change"), maxDrop: z.number().min(0).max(1).optional(), maxGrowth: z.number().min(0).optional() }),
]);
export type GateCheck = z.infer<typeof gateCheck>;

/** Settings of every kind of node. Names of input ports stand in `NODE_PORTS`. */
export const NODE_SETTINGS = {
  source_stream: z.strictObject({
    /** Id or name of a connection. */
    connection: chosenName,
    stream: z.strictObject({ namespace: z.string().max(500).nullable().default(null), name: chosen }),
    /** For connectors with settings per stream. */
    config: configValues.default({}),
    columns: names.default([]).describe("Empty for all"),
    mode: z.enum(SYNC_MODES).default("full"),
    cursor: columnName.optional(),
    keys: names.default([]),
    drift: z.enum(DRIFT_POLICIES).default("propagate"),
    /** The columns as they were discovered, so that the graph can be checked without asking the source. */
    schema: z.array(graphColumn).max(10_000).default([]),
  }),
  source_dataset: z.strictObject({
    dataset: chosenName.describe("Id or name"),
    /** A number or name; left out for the newest at the time of the run. */
    version: z.string().max(200).optional(),
    columns: names.default([]),
    schema: z.array(graphColumn).max(10_000).default([]),
  }),
  source_rows: z.strictObject({ columns: z.array(graphColumn).min(1).max(200), rows: z.array(z.array(z.string().nullable())).max(5_000) }),
  filter: z.strictObject({ condition: expression }),
  derive: z.strictObject({ columns: z.array(named).max(500) }),
  select: z.strictObject({
    columns: z.array(z.strictObject({ from: columnName, to: columnName.optional() })).max(5_000),
    /** `keep`: only these, in this order; `drop`: all but these; `rename`: all, some under other names. */
    mode: z.enum(["keep", "drop", "rename"]).default("keep"),
  }),
  cast: z.strictObject({
    columns: z.array(z.strictObject({ column: columnName, type: graphType, format: z.string().max(100).optional() })).max(1_000),
    /** Values that are not of the type: the run fails, they become null, or their rows are kept apart. */
    onFault: z.enum(["fail", "null", "reject"]).default("fail"),
  }),
  map: z.strictObject({
    /** The target's columns in order, each from one column or an expression. */
    fields: z.array(z.strictObject({ to: columnName, type: graphType, from: columnName.optional(), expression: expression.optional() })).max(5_000),
    onFault: z.enum(["fail", "null", "reject"]).default("reject"),
  }),
  sort: z.strictObject({ by: z.array(sortKey).max(50) }),
  limit: z.strictObject({ rows: z.int().min(0), offset: z.int().min(0).default(0) }),
  join: z.strictObject({
    kind: z.enum(["inner", "left", "right", "full", "semi", "anti", "cross"]).default("inner"),
    on: z
      .array(z.strictObject({ left: columnName, right: columnName }))
      .max(50)
      .default([]),
    /** Besides `on`; the sides' columns as `left.x` and `right.y`. */
    condition: expression.optional(),
    /** Put behind names that both sides have, on the right side. */
    suffix: z.string().min(1).max(50).default("_right"),
  }),
  lookup: z.strictObject({
    on: z.array(z.strictObject({ column: columnName, key: columnName })).max(50),
    take: z.array(z.strictObject({ from: columnName, to: columnName.optional() })).max(500),
    whenMissing: z.enum(["null", "reject", "fail"]).default("null"),
    /** Several rows of the table fit one: the first by this order, or the run fails where it is left out. */
    firstBy: z.array(sortKey).max(10).optional(),
  }),
  union: z.strictObject({ match: z.enum(["name", "position"]).default("name"), distinct: z.boolean().default(false) }),
  aggregate: z.strictObject({ by: names.default([]), measures: z.array(named).max(500).default([]) }),
  deduplicate: z.strictObject({
    by: names.default([]).describe("Empty for whole rows"),
    keep: z.enum(["first", "last", "any"]).default("any"),
    orderBy: z.array(sortKey).max(10).default([]),
  }),
  pivot: z.strictObject({
    by: names.default([]),
    column: chosen,
    /** Columns to make, one a value. */
    values: z.array(z.strictObject({ value: z.string().max(500), name: columnName })).max(1_000),
    measure: expression.describe("An aggregate, such as sum(amount)"),
  }),
  unpivot: z.strictObject({
    columns: names,
    nameTo: columnName.default("name"),
    valueTo: columnName.default("value"),
    keepNulls: z.boolean().default(false),
  }),
  window: z.strictObject({
    partitionBy: names.default([]),
    orderBy: z.array(sortKey).max(20).default([]),
    columns: z.array(named).max(200),
    frame: z
      .strictObject({
        unit: z.enum(["rows", "range"]).default("rows"),
        /** Rows before and after the current one; null for all. */
        preceding: z.int().min(0).nullable().default(null),
        following: z.int().min(0).nullable().default(0),
      })
      .optional(),
  }),
  branch: z.strictObject({
    /** The first condition that is true takes the row; each is an output port of its name; `else` takes the rest. */
    branches: z
      .array(z.strictObject({ name: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/), condition: expression }))
      .min(1)
      .max(20),
  }),
  flatten: z.strictObject({
    column: chosen,
    /** `rows`: one row an element of the JSON list; `columns`: one column a field. */
    into: z.enum(["rows", "columns"]),
    /** For `columns`, and for lists of objects. */
    fields: z
      .array(z.strictObject({ path: z.string().min(1).max(500), name: columnName, type: graphType }))
      .max(500)
      .default([]),
    keepEmpty: z.boolean().default(true),
    keepColumn: z.boolean().default(false),
  }),
  /** Inputs are tables called like their port. */
  sql: z.strictObject({
    text: z.string().trim().max(100_000),
    inputs: z
      .array(z.string().regex(/^[a-z][a-z0-9_]{0,39}$/))
      .min(1)
      .max(10)
      .default(["input"]),
    schema: z.array(graphColumn).max(5_000).default([]),
  }),
  /** A function of the library that takes whole rows (JavaScript). */
  function: z.strictObject({
    function: chosenName.describe("Id or name of a transformation"),
    version: z.int().min(1).optional(),
    /** Argument -> column. */
    inputs: z.record(z.string().max(100), columnName).default({}),
    /** Where results go. */
    outputs: z.array(z.strictObject({ name: columnName, type: graphType })).max(100),
    onFault: z.enum(["fail", "null", "reject"]).default("reject"),
  }),
  mask: z.strictObject({
    columns: z.array(z.strictObject({ column: columnName, mask: maskInput })).max(500),
  }),
  gate: z.strictObject({
    checks: z.array(gateCheck).max(100),
    /** `fail`: nothing is published; `quarantine`: bad rows are kept apart, the rest goes on; `warn`: all goes on, the run has warnings. */
    onFail: z.enum(["fail", "quarantine", "warn"]).default("fail"),
  }),
  to_dataset: z.strictObject({
    /** Id or name; made by the first run when there is none. */
    dataset: chosenName,
    mode: z.enum(WRITE_MODES).default("replace"),
    keys: names.default([]),
    /** Of rows with one key in one run, the one with the highest value counts. */
    lastBy: columnName.optional(),
    drift: z.enum(DRIFT_POLICIES).default("propagate"),
    /** For `soft_delete`: a boolean or timestamp column the run keeps. */
    deletedColumn: columnName.default("deleted_at"),
  }),
  to_change: z.strictObject({
    dataset: chosenName,
    title: z.string().max(200).default(""),
    missing: z.enum(["kept", "removed"]).default("kept"),
    keys: names.default([]),
  }),
  to_file: z.strictObject({ name: z.string().min(1).max(200), format: z.enum(["csv", "json_lines", "parquet"]).default("csv") }),
  to_connection: z.strictObject({
    connection: chosenName,
    /** By the connector's `targetConfig`: table, path, address. */
    target: z.record(z.string().max(200), jsonValue).default({}),
    mode: z.enum(["append", "replace", "upsert"]).default("append"),
    keys: names.default([]),
  }),
} as const;

export type NodeKind = keyof typeof NODE_SETTINGS;
export const NODE_KINDS = Object.keys(NODE_SETTINGS) as [NodeKind, ...NodeKind[]];
export type NodeSettings<K extends NodeKind> = z.output<(typeof NODE_SETTINGS)[K]>;

/** Where edges end and begin. `*`: named by the settings (`sql` inputs, `branch` branches and `else`); `+`: any number of edges. */
export const NODE_PORTS = {
  source_stream: { inputs: [], outputs: ["out"] },
  source_dataset: { inputs: [], outputs: ["out"] },
  source_rows: { inputs: [], outputs: ["out"] },
  filter: { inputs: ["in"], outputs: ["out", "rest"] },
  derive: { inputs: ["in"], outputs: ["out"] },
  select: { inputs: ["in"], outputs: ["out"] },
  cast: { inputs: ["in"], outputs: ["out"] },
  map: { inputs: ["in"], outputs: ["out"] },
  sort: { inputs: ["in"], outputs: ["out"] },
  limit: { inputs: ["in"], outputs: ["out"] },
  join: { inputs: ["left", "right"], outputs: ["out"] },
  lookup: { inputs: ["in", "table"], outputs: ["out"] },
  union: { inputs: ["in+"], outputs: ["out"] },
  aggregate: { inputs: ["in"], outputs: ["out"] },
  deduplicate: { inputs: ["in"], outputs: ["out"] },
  pivot: { inputs: ["in"], outputs: ["out"] },
  unpivot: { inputs: ["in"], outputs: ["out"] },
  window: { inputs: ["in"], outputs: ["out"] },
  branch: { inputs: ["in"], outputs: ["*"] },
  flatten: { inputs: ["in"], outputs: ["out"] },
  sql: { inputs: ["*"], outputs: ["out"] },
  function: { inputs: ["in"], outputs: ["out"] },
  mask: { inputs: ["in"], outputs: ["out"] },
  gate: { inputs: ["in"], outputs: ["out"] },
  to_dataset: { inputs: ["in"], outputs: [] },
  to_change: { inputs: ["in"], outputs: [] },
  to_file: { inputs: ["in"], outputs: [] },
  to_connection: { inputs: ["in"], outputs: [] },
} as const satisfies Record<NodeKind, { readonly inputs: readonly string[]; readonly outputs: readonly string[] }>;
