import { call, column, type EngineSession, type Expression, type Query, structField } from "@granary/engine";
import type { FoundField, IcebergSchema } from "../iceberg/index.ts";
import { columnsWithNan, type FileStatistics, readStatistics } from "./column-facts.ts";
import { parquetFieldIds } from "./parquet-columns.ts";

/** Small enough that a reader skips a good part of a file, large enough to compress well. */
const ROW_GROUP_ROWS = 122_880;
/** Readers that cannot read parts of an object, our own cache among them, fetch whole files. */
export const FILE_BYTES = 64 * 1024 * 1024;
/** The first bytes of a Parquet file are its magic number; its first row group comes right behind. */
const FIRST_OFFSET = 4;

export interface CopyInput {
  /** Columns named and typed as in the schema. */
  readonly query: Query;
  readonly schema: IcebergSchema;
  /** Where the file is written, or the directory when there may be many. */
  readonly path: string;
  /** `one` keeps the order of the rows. `many` begins a new file about every 64 MB, and then several threads write at once: rows keep their order only in stretches. */
  readonly files: "one" | "many";
}

/** A Parquet file the engine wrote, not yet in its place. */
export interface WrittenFile {
  readonly path: string;
  readonly records: number;
  readonly statistics: FileStatistics;
}

/** Writes rows into Parquet files that carry the table's field ids. Files without a row are left out of the answer. */
export async function copyFiles(session: EngineSession, input: CopyInput): Promise<readonly WrittenFile[]> {
  const { rows, columns } = await session.run({
    kind: "copy",
    query: input.query,
    path: input.path,
    format: {
      kind: "parquet",
      fieldIds: parquetFieldIds(input.schema.fields),
      keyValues: { "iceberg.schema": JSON.stringify(input.schema) },
      rowGroupRows: ROW_GROUP_ROWS,
      compression: "zstd",
      ...(input.files === "one" ? {} : { files: { namePattern: "{i}", maxBytes: FILE_BYTES } }),
    },
  });
  const place = (name: string): number => columns.findIndex((item) => item.name === name);
  const [path, count, statistics] = [place("filename"), place("count"), place("column_statistics")];
  const written = rows.map((row) => ({ path: String(row[path]), records: Number(row[count]), statistics: readStatistics(row[statistics] ?? null) }));
  return written.filter((file) => file.records > 0);
}

function valueAt(path: readonly string[]): Expression {
  const [top = "", ...inner] = path;
  return inner.reduce((value, name) => structField(value, name), column(top));
}

async function countIn(session: EngineSession, path: string, leaves: readonly FoundField[]): Promise<ReadonlyMap<number, number>> {
  const items = leaves.map((leaf) => ({ expression: { ...call("count_rows"), filter: call("is_nan", valueAt(leaf.path)) }, as: `n${leaf.id}` }));
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: { kind: "parquetFiles", paths: [path] } } });
  return new Map(leaves.map((leaf, index) => [leaf.id, Number(rows[0]?.[index] ?? 0)]));
}

/** NaN values per field id, for the columns of a written file that have any. */
export async function countNans(session: EngineSession, schema: IcebergSchema, file: WrittenFile): Promise<ReadonlyMap<number, number>> {
  const leaves = columnsWithNan(schema, file.statistics);
  return leaves.length === 0 ? new Map() : countIn(session, file.path, leaves);
}

/** Where each row group of a written file begins; the offsets the file itself states are zero in what the engine writes. */
export async function splitOffsets(session: EngineSession, file: WrittenFile): Promise<readonly number[]> {
  if (file.records <= ROW_GROUP_ROWS) return [FIRST_OFFSET];
  const least = call("min", call("coalesce", column("dictionary_page_offset"), column("data_page_offset")));
  const query: Query = {
    kind: "select",
    items: [{ expression: least, as: "offset" }],
    from: { kind: "parquetFooter", path: file.path },
    groupBy: [column("row_group_id")],
    orderBy: [{ expression: least, direction: "asc" }],
  };
  const { rows } = await session.run({ kind: "query", query });
  return rows.map(([offset]) => Number(offset));
}
