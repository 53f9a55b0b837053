import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { call, column, type EngineSession, type JsonValue, type Query } from "@granary/engine";
import type { FileIo } from "../file-io/index.ts";
import { type ColumnFacts, encodeBound, type IcebergField, type IcebergSchema } from "../iceberg/index.ts";
import type { StagedFile } from "../change/index.ts";

const ROW_GROUP_ROWS = 122_880;

type Stats = Readonly<Record<string, string>>;

function statsByColumn(value: JsonValue): ReadonlyMap<string, Stats> {
  const entries = value as readonly { readonly key: string; readonly value: readonly { readonly key: string; readonly value: string }[] }[];
  return new Map(entries.map((entry) => [entry.key, Object.fromEntries(entry.value.map((item) => [item.key, item.value]))]));
}

function bound(field: IcebergField, value: string | undefined, side: "lower" | "upper"): Readonly<Record<string, string>> {
  const bytes = value === undefined || typeof field.type !== "string" ? undefined : encodeBound(field.type, value, side);
  return bytes === undefined ? {} : { [side]: bytes.toString("base64") };
}

function columnFacts(field: IcebergField, stats: Stats): ColumnFacts {
  return {
    fieldId: field.id,
    bytes: Number(stats["column_size_bytes"] ?? 0),
    values: Number(stats["num_values"] ?? 0),
    nulls: Number(stats["null_count"] ?? 0),
    ...(stats["has_nan"] === "false" ? { nans: 0 } : {}),
    ...bound(field, stats["min"], "lower"),
    ...bound(field, stats["max"], "upper"),
  };
}

/** Where each row group of a file begins; the file's own offsets are zero in what the engine writes. */
async function splitOffsets(session: EngineSession, path: string): Promise<readonly number[]> {
  const least = call("min", call("coalesce", column("dictionary_page_offset"), column("data_page_offset")));
  const query: Query = {
    kind: "select",
    items: [{ expression: least, as: "offset" }],
    from: { kind: "parquetFooter", path },
    groupBy: [column("row_group_id")],
    orderBy: [{ expression: least, direction: "asc" }],
  };
  const { rows } = await session.run({ kind: "query", query });
  return rows.map(([offset]) => Number(offset));
}

export interface DataFileInput {
  /** Rows with columns named as in the schema, in the schema's types. */
  readonly query: Query;
  readonly schema: IcebergSchema;
  readonly location: string;
}

/** Writes rows into a Parquet file of a table, durable under its final name; undefined when there were no rows. */
export async function writeDataFile(session: EngineSession, fileIo: FileIo, input: DataFileInput): Promise<StagedFile | undefined> {
  const { fields } = input.schema;
  const scratch = await fileIo.scratchPath("data.parquet");
  try {
    const { rows, columns } = await session.run({
      kind: "copy",
      query: input.query,
      path: scratch,
      format: {
        kind: "parquet",
        fieldIds: Object.fromEntries(fields.map((field) => [field.name, field.id])),
        keyValues: { "iceberg.schema": JSON.stringify(input.schema) },
        rowGroupRows: ROW_GROUP_ROWS,
        compression: "zstd",
      },
    });
    const row = Object.fromEntries(columns.map((item, index) => [item.name, rows[0]?.[index] ?? null]));
    const records = Number(row["count"] ?? 0);
    if (records === 0) return undefined;
    const stats = statsByColumn(row["column_statistics"] ?? []);
    const offsets = await splitOffsets(session, scratch);
    const stored = await fileIo.publish(scratch, `${input.location}/data/${randomUUID()}.parquet`);
    const facts = fields.map((field) => columnFacts(field, stats.get(`"${field.name.replaceAll('"', '""')}"`) ?? {}));
    return { ...stored, content: "data", format: "PARQUET", records, columns: facts, splitOffsets: offsets, specId: 0, partition: [], sortOrderId: 0 };
  } finally {
    await rm(scratch, { force: true });
  }
}
