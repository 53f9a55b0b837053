import {
  and,
  arithmetic,
  call,
  column,
  compare,
  exists,
  type Expression,
  inQuery,
  isNull,
  literal,
  not,
  or,
  type ParquetField,
  type Query,
  type Relation,
  structPack,
} from "@granary/engine";
import { problem } from "@granary/protocol";
import { toSqlType } from "../iceberg/index.ts";
import type { LiveEntry } from "../table/index.ts";
import { getField, type HeldFiles } from "./hold-files.ts";
import type { LiveDataFile } from "./live-files.ts";

/** Names of the columns that say where a row lies. */
export const ROW_POSITION = "granary_row_position";
export const FILE_INDEX = "granary_file_index";

/** More than any file has rows, so that file and position fit into one number. */
const ROWS_PER_FILE = 2 ** 40;
const BIGINT = { kind: "bigint" } as const;
const TEXT = { kind: "text" } as const;

const pathsOf = (held: HeldFiles, entries: readonly LiveEntry[]): readonly string[] =>
  [...new Set(entries.map((entry) => entry.file.uri))].map((uri) => held.paths.get(uri) ?? "");

const globalPosition = (index: Expression, position: Expression): Expression => arithmetic(arithmetic(index, "*", literal(ROWS_PER_FILE)), "+", position);

/** The names are the specification's, whoever wrote the file. */
const positionFiles = (held: HeldFiles, deletes: readonly LiveEntry[]): Relation => ({ kind: "parquetFiles", paths: pathsOf(held, deletes) });

/** A null would make the answer for every row unknown. */
const known = (position: Expression): Expression => call("coalesce", position, literal(-1));

/** The rows of one file that no position delete file names. */
function positionsOfOne(held: HeldFiles, file: LiveDataFile): Expression {
  const query: Query = {
    kind: "select",
    items: [{ expression: known(column("pos")), as: "pos" }],
    from: positionFiles(held, file.positionDeletes),
    where: compare(column("file_path"), "=", literal(file.file.uri)),
  };
  return not(inQuery(column(ROW_POSITION), query));
}

/** The same for many files read at once: one set of file and position instead of one per file. */
function positionsOfMany(held: HeldFiles, files: readonly LiveDataFile[]): Expression {
  const places: Relation = {
    kind: "values",
    columns: [
      { name: "uri", type: TEXT },
      { name: "index", type: BIGINT },
    ],
    rows: files.map((file, index) => [literal(file.file.uri), literal(index)]),
  };
  const deletes = files.flatMap((file) => file.positionDeletes);
  const query: Query = {
    kind: "select",
    items: [{ expression: known(globalPosition(column("index", "places"), column("pos", "deletes"))), as: "place" }],
    from: {
      kind: "join",
      join: "inner",
      left: { kind: "alias", as: "deletes", relation: positionFiles(held, deletes) },
      right: { kind: "alias", as: "places", relation: places },
      on: compare(column("file_path", "deletes"), "=", column("uri", "places")),
    },
  };
  return not(inQuery(globalPosition(column(FILE_INDEX), column(ROW_POSITION)), query));
}

const keyName = (fieldId: number): string => `deleted_${fieldId}`;

const mayHoldNulls = (deletes: readonly LiveEntry[], fieldId: number): boolean =>
  deletes.some((entry) => entry.file.columns.find((facts) => facts.fieldId === fieldId)?.nulls !== 0);

function valueRows(held: HeldFiles, deletes: readonly LiveEntry[], ids: readonly number[]): Relation {
  const fields = ids.map((fieldId): ParquetField => {
    const { name, type } = getField(held.table, fieldId);
    const sqlType = toSqlType(type);
    if (typeof type !== "string" || sqlType === undefined) throw problem("lake.unsupported", { reason: `another engine deletes rows by the column ${name}` });
    return { fieldId, name: keyName(fieldId), type: sqlType };
  });
  return { kind: "parquetFiles", paths: pathsOf(held, deletes), fields };
}

/** One column: a set of values, and nulls apart, which a set does not find. */
function valuesOfOne(held: HeldFiles, deletes: readonly LiveEntry[], fieldId: number, read: Expression): Expression {
  const from = valueRows(held, deletes, [fieldId]);
  const key = column(keyName(fieldId));
  const values: Query = { kind: "select", items: [{ expression: key, as: "key" }], from, where: not(isNull(key)) };
  const isListed = call("coalesce", inQuery(read, values), literal(false));
  if (!mayHoldNulls(deletes, fieldId)) return not(isListed);
  const nulls: Query = { kind: "select", items: [{ expression: literal(1), as: "one" }], from, where: isNull(key) };
  return and(not(isListed), or(not(isNull(read)), not(exists(nulls))));
}

/** Several columns: structs of them, whose nulls are equal to each other. */
function valuesOfMany(held: HeldFiles, deletes: readonly LiveEntry[], ids: readonly number[], read: (fieldId: number) => Expression): Expression {
  const pack = (value: (fieldId: number) => Expression): Expression => structPack(ids.map((id) => ({ name: keyName(id), value: value(id) })));
  const query: Query = {
    kind: "select",
    items: [{ expression: pack((id) => column(keyName(id))), as: "key" }],
    from: valueRows(held, deletes, ids),
  };
  return not(inQuery(pack(read), query));
}

/** The rows that no equality delete file holds the values of; nulls are values here (specification, "Equality Delete Files"). */
export function valueConditions(held: HeldFiles, deletes: readonly LiveEntry[], read: (fieldId: number) => Expression): readonly Expression[] {
  const byIds = new Map<string, LiveEntry[]>();
  for (const entry of deletes) {
    const key = (entry.file.equalityIds ?? []).toSorted((left, right) => left - right).join(",");
    byIds.set(key, [...(byIds.get(key) ?? []), entry]);
  }
  return [...byIds].map(([key, entries]) => {
    const ids = key.split(",").map(Number);
    const [only = 0] = ids;
    if (key === "") throw problem("storage.corrupt", { name: entries[0]?.file.uri ?? "", reason: "it deletes by no column" });
    return ids.length === 1 ? valuesOfOne(held, entries, only, read(only)) : valuesOfMany(held, entries, ids, read);
  });
}

/** The rows that no position delete file names. The files are read from one relation with `ROW_POSITION` and, for several, `FILE_INDEX`. */
export function positionCondition(held: HeldFiles, files: readonly LiveDataFile[]): Expression | undefined {
  const [only] = files;
  if (files.every((file) => file.positionDeletes.length === 0)) return undefined;
  return files.length === 1 && only !== undefined ? positionsOfOne(held, only) : positionsOfMany(held, files);
}
