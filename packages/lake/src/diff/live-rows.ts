import { and, call, column, compare, type Expression, exists, inQuery, literal, not, type ParquetField, type Query, type SqlType } from "@granary/engine";
import type { ContentFile } from "../iceberg/index.ts";
import type { LiveEntry, OpenTable } from "../table/index.ts";

export interface LiveDataFile extends LiveEntry {
  readonly positionDeletes: readonly LiveEntry[];
  readonly equalityDeletes: readonly LiveEntry[];
}

export interface LiveFiles {
  readonly data: readonly LiveDataFile[];
}

const samePartition = (left: ContentFile, right: ContentFile): boolean =>
  left.specId === right.specId && left.partition.every((value, index) => value === right.partition[index]);

function appliesTo(deletes: LiveEntry, data: LiveEntry): boolean {
  const { file } = deletes;
  if (file.content === "positionDeletes") {
    if (file.referencedDataFile !== undefined) return file.referencedDataFile === data.file.uri;
    return BigInt(data.sequenceNumber) <= BigInt(deletes.sequenceNumber) && samePartition(file, data.file);
  }
  return BigInt(data.sequenceNumber) < BigInt(deletes.sequenceNumber) && (file.partition.length === 0 || samePartition(file, data.file));
}

export function liveFiles(table: OpenTable): LiveFiles {
  const of = (content: ContentFile["content"]): readonly LiveEntry[] => table.entries.filter((entry) => entry.file.content === content);
  const [positions, equalities] = [of("positionDeletes"), of("equalityDeletes")];
  return {
    data: of("data").map((entry) => ({
      ...entry,
      positionDeletes: positions.filter((item) => appliesTo(item, entry)),
      equalityDeletes: equalities.filter((item) => appliesTo(item, entry)),
    })),
  };
}

const PATH_FIELD = 2_147_483_546;
const POSITION_FIELD = 2_147_483_545;

/** The positions that delete files take from one data file. */
export function deletedPositions(deletes: readonly LiveEntry[], dataUri: string, paths: ReadonlyMap<string, string>): Query {
  const fields: readonly ParquetField[] = [
    { fieldId: PATH_FIELD, name: "file_path", type: { kind: "text" } },
    { fieldId: POSITION_FIELD, name: "pos", type: { kind: "bigint" } },
  ];
  return {
    kind: "select",
    items: [{ expression: column("pos"), as: "pos" }],
    from: { kind: "parquetFiles", paths: deletes.map((item) => paths.get(item.file.uri) ?? ""), fields },
    where: compare(column("file_path"), "=", literal(dataUri)),
  };
}

const POSITION = "row_position";

/** Whether a row's position is among those of a query; asked so that rows flow past a table of the positions. */
export const isAtPosition = (query: Query): Expression => call("coalesce", inQuery(column(POSITION), query), literal(false));

function typeOfField(table: OpenTable, fieldId: number): SqlType {
  return table.columns.find((item) => item.fieldId === fieldId)?.sqlType ?? { kind: "text" };
}

function notDeletedByValue({ table, paths }: RowsOfFiles, deletes: LiveEntry, names: ReadonlyMap<number, string>): Expression {
  const ids = deletes.file.equalityIds ?? [];
  const fields = ids.map((fieldId): ParquetField => ({ fieldId, name: `d${fieldId}`, type: typeOfField(table, fieldId) }));
  const matches = ids.map((fieldId) => compare(column(`d${fieldId}`, "d"), "is not distinct from", column(names.get(fieldId) ?? "", "r")));
  return not(
    exists({
      kind: "select",
      items: [{ expression: literal(1), as: "one" }],
      from: { kind: "alias", as: "d", relation: { kind: "parquetFiles", paths: [paths.get(deletes.file.uri) ?? ""], fields } },
      where: and(...matches),
    }),
  );
}

export interface RowsOfFiles {
  readonly table: OpenTable;
  readonly files: readonly LiveDataFile[];
  readonly fields: readonly ParquetField[];
  readonly paths: ReadonlyMap<string, string>;
  /** Of each file only rows whose position is in the query; undefined for all. */
  readonly at?: (file: LiveDataFile) => Query;
}

function rowsOfFile(input: RowsOfFiles, files: readonly LiveDataFile[]): Query {
  const [file] = files;
  const { fields, paths, table } = input;
  const conditions: Expression[] = [];
  if (file !== undefined && file.positionDeletes.length > 0) conditions.push(not(isAtPosition(deletedPositions(file.positionDeletes, file.file.uri, paths))));
  if (file !== undefined && input.at !== undefined) conditions.push(isAtPosition(input.at(file)));
  const names = new Map(fields.map((field) => [field.fieldId, field.name]));
  const equalityIds = new Set(file?.equalityDeletes.flatMap((item) => item.file.equalityIds ?? []));
  const missing = [...equalityIds].filter((fieldId) => !names.has(fieldId));
  for (const fieldId of missing) names.set(fieldId, `e${fieldId}`);
  const extra = missing.map((fieldId): ParquetField => ({ fieldId, name: `e${fieldId}`, type: typeOfField(table, fieldId) }));
  for (const deletes of file?.equalityDeletes ?? []) conditions.push(notDeletedByValue(input, deletes, names));
  return {
    kind: "select",
    items: fields.map((field) => ({ expression: column(field.name, "r"), as: field.name })),
    from: {
      kind: "alias",
      as: "r",
      relation: {
        kind: "parquetFiles",
        paths: files.map((item) => paths.get(item.file.uri) ?? ""),
        fields: [...fields, ...extra],
        rowPositionAs: POSITION,
      },
    },
    ...(conditions.length === 0 ? {} : { where: and(...conditions) }),
  };
}

/** The live rows of some data files: clean files in one read, every other one in a read of its own. */
export function rowsOfFiles(input: RowsOfFiles): Query | undefined {
  const isClean = (file: LiveDataFile): boolean => input.at === undefined && file.positionDeletes.length === 0 && file.equalityDeletes.length === 0;
  const clean = input.files.filter(isClean);
  const queries = [
    ...(clean.length === 0 ? [] : [rowsOfFile(input, clean)]),
    ...input.files.filter((file) => !isClean(file)).map((file) => rowsOfFile(input, [file])),
  ];
  const [only] = queries;
  return queries.length > 1 ? { kind: "unionAll", queries } : only;
}
