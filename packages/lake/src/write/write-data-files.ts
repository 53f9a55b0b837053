import { randomUUID } from "node:crypto";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  and,
  caseWhen,
  cast,
  column,
  compare,
  type EngineSession,
  type Expression,
  literal,
  type Query,
  rowPosition,
  type SelectItem,
  type SortKey,
} from "@granary/engine";
import { fieldsById, type IcebergField, type IcebergSchema, type IcebergSortField, parsePrimitive } from "../iceberg/index.ts";
import { copyFiles, FILE_BYTES } from "./copy-files.ts";
import { isPartitioned, isSorted, type Layout } from "./layout.ts";
import { partitionColumn, type Slice, slicesOf } from "./slices.ts";
import type { Staging } from "./staging.ts";
import { storeDataFiles } from "./store-files.ts";
import { transformExpression } from "./transform-expression.ts";

/** Up to this size rows go into one file in their order; more are spread over files of 64 MB. */
const ONE_FILE_BYTES = 96 * 1024 * 1024;
const ROW_GROUP_ROWS = 122_880;

export interface RowsToWrite {
  /** Columns named and typed as in the schema. */
  readonly query: Query;
  /** The columns the files get: of the table's those that are written. */
  readonly schema: IcebergSchema;
  readonly layout: Layout;
  /** About how many bytes the rows take when stored; decides between one file and many. */
  readonly expectedBytes: number;
}

const fieldColumn = (field: IcebergField): string => `f${field.id}`;

/** Rows that lack the column a partition is made of have null there, and so has every transform of it. */
function partitionItems({ schema, layout }: RowsToWrite): readonly SelectItem[] {
  const known = fieldsById(schema);
  const nothing = cast(literal(null), { kind: "text" });
  return layout.spec.fields.map((field, index) => ({
    expression: known.has(field["source-id"]) ? transformExpression(schema, field) : nothing,
    as: partitionColumn(index),
  }));
}

/** The engine puts a column it sorts by together again from its sort keys, in which there is one zero only; a key of its own leaves the column alone. */
function sortKey(schema: IcebergSchema, field: IcebergSortField): Expression {
  const key = transformExpression(schema, field);
  const kind = parsePrimitive(fieldsById(schema).get(field["source-id"])?.type)?.kind;
  if (kind !== "float" && kind !== "double") return key;
  return caseWhen([{ when: compare(key, "=", literal(0)), then: cast(literal(0), { kind }) }], key);
}

function sortKeys({ schema, layout }: RowsToWrite): readonly SortKey[] {
  if (!isSorted(layout, schema)) return [];
  return layout.sortOrder.fields.map((field) => ({
    expression: sortKey(schema, field),
    direction: field.direction,
    nulls: field["null-order"] === "nulls-first" ? "first" : "last",
  }));
}

const sortOrderId = ({ schema, layout }: RowsToWrite): number => (isSorted(layout, schema) ? layout.sortOrder["order-id"] : 0);

async function writeStraight(session: EngineSession, files: Staging, rows: RowsToWrite): Promise<number> {
  const { query, schema, layout } = rows;
  const keys = sortKeys(rows);
  const items = schema.fields.map(({ name }) => ({ expression: column(name), as: name }));
  const sorted: Query = keys.length === 0 ? query : { kind: "select", items, from: { kind: "query", query }, orderBy: keys };
  const many = rows.expectedBytes > ONE_FILE_BYTES;
  const path = await files.scratch(many ? "data" : "data.parquet");
  const written = await copyFiles(session, { query: sorted, schema, path, files: many ? "many" : "one" });
  return storeDataFiles(session, files, written, { schema, specId: layout.spec["spec-id"], partition: [], sortOrderId: sortOrderId(rows) });
}

/** All rows in one file of the session's own, sorted by partition and then as the table asks, under names that cannot collide. */
async function spool(session: EngineSession, rows: RowsToWrite): Promise<{ readonly path: string; readonly rows: number }> {
  const { query, schema, layout } = rows;
  const path = join(session.tempDir, `${randomUUID()}.parquet`);
  const partitions = partitionItems(rows);
  const items = [...schema.fields.map((field) => ({ expression: column(field.name), as: fieldColumn(field) })), ...partitions];
  const byPartition = layout.spec.fields.map((_, index): SortKey => ({ expression: partitions[index]?.expression ?? literal(null), direction: "asc" }));
  const answer = await session.run({
    kind: "copy",
    query: { kind: "select", items, from: { kind: "query", query }, orderBy: [...byPartition, ...sortKeys(rows)] },
    path,
    format: { kind: "parquet", rowGroupRows: ROW_GROUP_ROWS, compression: "snappy" },
  });
  const count = answer.columns.findIndex((item) => item.name === "count");
  return { path, rows: Number(answer.rows[0]?.[count] ?? 0) };
}

function sliceQuery(path: string, fields: readonly IcebergField[], slice: Slice): Query {
  const within: Expression = and(compare(rowPosition, ">=", literal(slice.from)), compare(rowPosition, "<", literal(slice.to)));
  const items = fields.map((field) => ({ expression: column(fieldColumn(field)), as: field.name }));
  return { kind: "select", items, from: { kind: "parquetFiles", paths: [path] }, where: within };
}

/** Where rows have to be put in order first: a file per partition, and within one as many as its size asks for. */
async function writeSlices(session: EngineSession, files: Staging, rows: RowsToWrite): Promise<number> {
  const { schema, layout } = rows;
  const spooled = await spool(session, rows);
  try {
    if (spooled.rows === 0) return 0;
    const bytesPerRow = (await stat(spooled.path)).size / spooled.rows;
    const source = { relation: { kind: "parquetFiles", paths: [spooled.path] }, position: rowPosition, rows: spooled.rows } as const;
    for (const slice of await slicesOf(session, source, layout, Math.max(1, Math.floor(FILE_BYTES / bytesPerRow)))) {
      const path = await files.scratch("data.parquet");
      const written = await copyFiles(session, { query: sliceQuery(spooled.path, schema.fields, slice), schema, path, files: "one" });
      const placement = { specId: layout.spec["spec-id"], partition: slice.partition, sortOrderId: sortOrderId(rows) };
      await storeDataFiles(session, files, written, { schema, ...placement });
    }
    return spooled.rows;
  } finally {
    await rm(spooled.path, { force: true });
  }
}

/**
 * Writes rows as data files of a table: one for little, several of about 64 MB for much, at least one per partition, sorted
 * within each as the table asks. Answers how many rows there were. Throws `lake.values_mismatch`, `lake.too_many_partitions`, `storage.full`.
 */
export async function writeDataFiles(session: EngineSession, files: Staging, rows: RowsToWrite): Promise<number> {
  const needsOrder = isPartitioned(rows.layout) || (isSorted(rows.layout, rows.schema) && rows.expectedBytes > ONE_FILE_BYTES);
  return needsOrder ? writeSlices(session, files, rows) : writeStraight(session, files, rows);
}
