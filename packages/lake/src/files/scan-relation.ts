import {
  and,
  arithmetic,
  call,
  cast,
  column,
  type Expression,
  literal,
  type ParquetField,
  type ParquetFiles,
  type Query,
  type Relation,
  type SelectItem,
  type SqlType,
} from "@granary/engine";
import { problem } from "@granary/protocol";
import { toSqlType } from "../iceberg/index.ts";
import type { LiveEntry } from "../table/index.ts";
import { FILE_INDEX, positionCondition, ROW_POSITION, valueConditions } from "./delete-conditions.ts";
import { getField, type HeldFiles } from "./hold-files.ts";
import type { LiveDataFile } from "./live-files.ts";
import { columnReading } from "./project-column.ts";
import { storedName } from "./stored-column.ts";

/** A stored column and the name it gets in a relation. */
export interface FieldUse {
  readonly fieldId: number;
  readonly name: string;
}

export interface ScanOptions {
  /** Some of the held files; all of them unless said. */
  readonly files?: readonly LiveDataFile[];
  /** Adds the file's `ordinal` as a column of this name. */
  readonly ordinalAs?: string;
  /** Adds the row's zero-based position in its file as a column of this name. */
  readonly positionAs?: string;
  /** The rows that will be taken are known to be live, so that deletes need not be looked at again. */
  readonly areLive?: boolean;
  /** A further condition on the rows of a file, given their position; each file is then read by itself. */
  readonly rowsOf?: (file: LiveDataFile, position: Expression) => Expression | undefined;
}

/**
 * Up to so many files with deleted rows are read each by itself, which skips row groups best. More of them would make the
 * plan slow: they are read at once, against one set of file and position.
 */
const MAX_SINGLE_FILES = 16;

interface Reading {
  /** How the engine is told to read files of one layout. */
  readonly relation: Omit<ParquetFiles, "paths">;
  /** A stored column's value in that relation. */
  readonly valueOf: (fieldId: number) => Expression;
}

const typeOf = (held: HeldFiles, fieldId: number): SqlType => {
  const { name, type } = getField(held.table, fieldId);
  const sqlType = toSqlType(type);
  if (sqlType === undefined) throw problem("lake.unsupported", { reason: `the column ${name} has a type that is not known` });
  return sqlType;
};

/** Columns found by field id; nested ones put together by id where the files call their parts otherwise. */
function readById(held: HeldFiles, file: LiveDataFile, fieldIds: readonly number[]): Reading {
  const layout = held.layouts.get(file.file.uri)?.layout;
  const values = new Map<number, (read: Expression) => Expression>();
  const fields = fieldIds.map((fieldId): ParquetField => {
    const physical = layout?.find((candidate) => candidate.id === fieldId);
    if (physical === undefined) return { fieldId, name: storedName(fieldId), type: typeOf(held, fieldId) };
    const { readType, value } = columnReading(getField(held.table, fieldId), physical);
    if (value !== undefined) values.set(fieldId, value);
    return { fieldId, name: storedName(fieldId), type: readType };
  });
  const valueOf = (fieldId: number): Expression => {
    const read = column(storedName(fieldId));
    return values.get(fieldId)?.(read) ?? read;
  };
  return { relation: fields.length === 0 ? { kind: "parquetFiles" } : { kind: "parquetFiles", fields }, valueOf };
}

/** Columns of a file without field ids, by the names the table's name mapping knows. */
function readByName(held: HeldFiles, file: LiveDataFile): Reading {
  const layout = held.layouts.get(file.file.uri)?.layout ?? [];
  const valueOf = (fieldId: number): Expression => {
    const physical = layout.find((candidate) => candidate.id === fieldId);
    if (physical === undefined) return cast(literal(null), typeOf(held, fieldId));
    const { value } = columnReading(getField(held.table, fieldId), physical);
    const read = column(physical.name);
    return cast(value === undefined ? read : value(read), typeOf(held, fieldId));
  };
  return { relation: { kind: "parquetFiles" }, valueOf };
}

/** Files with the same key have the same deletes by value and are read alike. */
function branchKey(held: HeldFiles, file: LiveDataFile, options: ScanOptions): string {
  const known = held.layouts.get(file.file.uri);
  if (options.rowsOf !== undefined || known?.isNamed === true) return file.file.uri;
  if (known === undefined && file.positionDeletes.length + file.equalityDeletes.length === 0) return "";
  const byValue = file.equalityDeletes.map((entry) => entry.file.uri).toSorted();
  return JSON.stringify([known?.layout ?? "", file.positionDeletes.length > 0, byValue]);
}

function splitFiles(held: HeldFiles, files: readonly LiveDataFile[], options: ScanOptions): readonly (readonly LiveDataFile[])[] {
  const groups = Map.groupBy(files, (file) => branchKey(held, file, options));
  return [...groups.values()].flatMap((group) => {
    const isSplit = group.length <= MAX_SINGLE_FILES && (group[0]?.positionDeletes.length ?? 0) > 0;
    return isSplit ? group.map((file) => [file]) : [group];
  });
}

function ordinalOf(files: readonly LiveDataFile[]): Expression {
  const first = files[0]?.ordinal ?? 0;
  if (files.length === 1) return literal(first);
  const index = column(FILE_INDEX);
  if (files.every((file, place) => file.ordinal === first + place)) return arithmetic(index, "+", literal(first));
  return call("list_element", call("list_of", ...files.map((file) => literal(file.ordinal))), arithmetic(index, "+", literal(1)));
}

function placesOf(files: readonly LiveDataFile[], options: ScanOptions): readonly SelectItem[] {
  return [
    ...(options.ordinalAs === undefined ? [] : [{ expression: ordinalOf(files), as: options.ordinalAs }]),
    ...(options.positionAs === undefined ? [] : [{ expression: column(ROW_POSITION), as: options.positionAs }]),
  ];
}

/** Where rows are only counted: the grammar knows no row without a column. */
export const NO_COLUMN: readonly SelectItem[] = [{ expression: literal(1), as: "granary_row" }];

/** The ids of the columns a branch reads: those asked for and those its deletes compare. */
function branchFields(fields: readonly FieldUse[], byValue: readonly LiveEntry[]): readonly number[] {
  return [...new Set([...fields.map((field) => field.fieldId), ...byValue.flatMap((entry) => entry.file.equalityIds ?? [])])];
}

function branchFiles(held: HeldFiles, files: readonly LiveDataFile[], relation: Reading["relation"], needs: { position: boolean; index: boolean }): Relation {
  return {
    ...relation,
    paths: files.map((file) => held.paths.get(file.file.uri) ?? ""),
    ...(needs.position ? { rowPositionAs: ROW_POSITION } : {}),
    ...(needs.index && files.length > 1 ? { fileIndexAs: FILE_INDEX } : {}),
  };
}

function branchQuery(held: HeldFiles, files: readonly LiveDataFile[], fields: readonly FieldUse[], options: ScanOptions): Query {
  const [first] = files;
  if (first === undefined) throw new Error("a scan branch needs a file");
  const { ordinalAs, positionAs, areLive = false } = options;
  const byValue = areLive ? [] : first.equalityDeletes;
  const isNamed = held.layouts.get(first.file.uri)?.isNamed === true;
  const { relation, valueOf } = isNamed ? readByName(held, first) : readById(held, first, branchFields(fields, byValue));
  const deleted = areLive ? undefined : positionCondition(held, files);
  const chosen = options.rowsOf?.(first, column(ROW_POSITION));
  const byPosition = [chosen, deleted].filter((condition) => condition !== undefined);
  const conditions = [...byPosition, ...valueConditions(held, byValue, valueOf)];
  const needs = { position: byPosition.length > 0 || positionAs !== undefined, index: deleted !== undefined || ordinalAs !== undefined };
  const items = [...fields.map((field) => ({ expression: valueOf(field.fieldId), as: field.name })), ...placesOf(files, options)];
  return {
    kind: "select",
    items: items.length === 0 ? NO_COLUMN : items,
    from: branchFiles(held, files, relation, needs),
    ...(conditions.length === 0 ? {} : { where: and(...conditions) }),
  };
}

function nothing(held: HeldFiles, fields: readonly FieldUse[], options: ScanOptions): Relation {
  const places = [options.ordinalAs, options.positionAs].filter((name) => name !== undefined);
  const columns = [
    ...fields.map((field) => ({ name: field.name, type: typeOf(held, field.fieldId) })),
    ...places.map((name) => ({ name, type: { kind: "bigint" } as const })),
  ];
  return { kind: "values", columns: columns.length === 0 ? [{ name: "granary_row", type: { kind: "integer" } }] : columns, rows: [] };
}

/**
 * The live rows of held files with the given columns, in no order. Files without deletes are read at once, others so that
 * conditions and columns of the reader still reach each of them. Internal: nothing is masked or filtered here.
 */
export function scanRelation(held: HeldFiles, fields: readonly FieldUse[], options: ScanOptions = {}): Relation {
  const files = options.files ?? held.files;
  if (files.length === 0) return nothing(held, fields, options);
  const queries = splitFiles(held, files, options).map((group) => branchQuery(held, group, fields, options));
  const [only] = queries;
  return { kind: "query", query: queries.length === 1 && only !== undefined ? only : { kind: "unionAll", queries } };
}
