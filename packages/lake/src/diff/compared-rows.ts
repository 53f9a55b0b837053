import { call, cast, column, type EngineSession, type Expression, literal, type ParquetField, type Query, type SelectItem } from "@granary/engine";
import type { ExpectedFile } from "../file-io/index.ts";
import type { OpenTable } from "../table/index.ts";
import { type Alignment, type ComparedColumn, isProposal } from "./align-columns.ts";
import { inType } from "./comparable.ts";
import { deletedPositions, type LiveDataFile, type LiveFiles, liveFiles, rowsOfFiles } from "./live-rows.ts";
import { keyName, NEW, OLD, PLACE, REST, valueName } from "./names.ts";
import { type SplitFiles, splitFiles } from "./split-files.ts";
import type { DiffPath, DiffRequest, ProposedRows } from "./types.ts";

/** The rows a comparison reads. */
export interface ComparedRows {
  readonly path: DiffPath;
  readonly old: Query;
  readonly new: Query;
  /** Keys of rows both sides share without being compared; undefined when there are none. */
  readonly rest: Query | undefined;
  /** Kept at hand instead of being read several times: the rows are few, or come from a text file. */
  readonly keepsOld: boolean;
  readonly keepsNew: boolean;
  /** How many rows the older side has, or a query that answers it. */
  readonly oldCount: number | Query;
}

/** Rows that are kept in a table of the session when there are at most so many: some 300 MB of them. */
const MAX_KEPT_ROWS = 2_000_000;

type Paths = ReadonlyMap<string, string>;

/** What a comparison of two states will read, before any file is opened. */
export interface ComparisonPlan {
  readonly path: DiffPath;
  readonly split: SplitFiles;
  readonly fromLive: LiveFiles;
}

function shareNothing(from: LiveFiles, to: LiveFiles): SplitFiles {
  return { shared: [], redeleted: [], fromOnly: from.data, toOnly: to.data };
}

/** Chooses the cheapest way to compare; `forced` is for tests, which expect the same answer of each. */
export function planComparison({ from, to }: DiffRequest, forced?: DiffPath): ComparisonPlan {
  const fromLive = liveFiles(from);
  if (isProposal(to)) return { path: "full", split: shareNothing(fromLive, { data: [] }), fromLive };
  const toLive = liveFiles(to);
  if (forced === undefined && from.snapshotId === to.snapshotId) return { path: "same", split: shareNothing({ data: [] }, { data: [] }), fromLive };
  if (forced === "full") return { path: "full", split: shareNothing(fromLive, toLive), fromLive };
  const split = splitFiles(from, fromLive, to, toLive);
  if (forced === "files" && split.redeleted.length > 0) {
    const [fromOnly, toOnly] = [split.redeleted.map((file) => file.from), split.redeleted.map((file) => file.to)];
    return { path: "files", split: { ...split, redeleted: [], fromOnly: [...split.fromOnly, ...fromOnly], toOnly: [...split.toOnly, ...toOnly] }, fromLive };
  }
  const path = split.redeleted.length > 0 ? "positions" : split.shared.length > 0 || from.entries.length === 0 ? "files" : "full";
  return { path, split, fromLive };
}

/** All files a plan reads, each once. */
export function filesOf({ split, fromLive }: ComparisonPlan): readonly ExpectedFile[] {
  const data = [...split.shared, ...split.redeleted.flatMap((file) => [file.from, file.to]), ...split.fromOnly, ...split.toOnly];
  const entries = [...data, ...fromLive.data].flatMap((file) => [file, ...file.positionDeletes, ...file.equalityDeletes]);
  return [...new Map(entries.map(({ file }) => [file.uri, file])).values()];
}

const nothing = (columns: Alignment): Query => ({
  kind: "select",
  items: itemsOf(columns, ({ type }) => cast(literal(null), type), cast(literal(null), { kind: "bigint" })),
  from: { kind: "sequence", length: 0 },
});

function itemsOf({ keys, values }: Alignment, value: (item: ComparedColumn) => Expression, place: Expression): readonly SelectItem[] {
  return [
    ...keys.map((item) => ({ expression: value(item), as: keyName(item.fieldId) })),
    ...values.map((item) => ({ expression: value(item), as: valueName(item.fieldId) })),
    { expression: place, as: PLACE },
  ];
}

const fieldName = (fieldId: number): string => `f${fieldId}`;

/** Rows of a side's files under the common names and in the common types. */
function namedRows(columns: Alignment, side: "inFrom" | "inTo", rows: Query | undefined): Query {
  if (rows === undefined) return nothing(columns);
  const value = (item: ComparedColumn): Expression => (item[side] ? column(fieldName(item.fieldId)) : cast(literal(null), item.type));
  return { kind: "select", items: itemsOf(columns, value, cast(literal(null), { kind: "bigint" })), from: { kind: "query", query: rows } };
}

function proposedRows(columns: Alignment, { query, columns: given, rowNumber }: ProposedRows): Query {
  const known = new Map(given.map((item) => [item.fieldId, item]));
  const value = (item: ComparedColumn): Expression => {
    const found = known.get(item.fieldId);
    return found === undefined ? cast(literal(null), item.type) : inType(cast(column(found.name), found.sqlType), found.sqlType, item.type);
  };
  const place = rowNumber === undefined ? literal(null) : column(rowNumber);
  return { kind: "select", items: itemsOf(columns, value, cast(place, { kind: "bigint" })), from: { kind: "query", query } };
}

function fieldsOf(columns: readonly ComparedColumn[], side: "inFrom" | "inTo"): readonly ParquetField[] {
  // Read in the common type right away: older files hold a narrower one, and the engine widens it.
  return columns.filter((item) => item[side]).map(({ fieldId, type }) => ({ fieldId, name: fieldName(fieldId), type }));
}

const newDeletes = (older: LiveDataFile, newer: LiveDataFile): LiveDataFile["positionDeletes"] => {
  const known = new Set(older.positionDeletes.map((item) => item.file.uri));
  return newer.positionDeletes.filter((item) => !known.has(item.file.uri));
};

function union(queries: readonly (Query | undefined)[]): Query | undefined {
  const given = queries.filter((query) => query !== undefined);
  return given.length > 1 ? { kind: "unionAll", queries: given } : given[0];
}

interface Side {
  readonly name: "inFrom" | "inTo";
  readonly table: OpenTable;
  /** Files this side alone has. */
  readonly own: readonly LiveDataFile[];
  /** Of files both have, this side's state and the other's. */
  readonly redeleted: readonly { readonly mine: LiveDataFile; readonly other: LiveDataFile }[];
}

/** Rows of one side that the other may not have: of its own files all, of others those at positions only the other deletes. */
function sideRows(columns: Alignment, side: Side, paths: Paths): Query {
  const fields = fieldsOf([...columns.keys, ...columns.values], side.name);
  const others = new Map(side.redeleted.map(({ mine, other }) => [mine.file.uri, newDeletes(mine, other)]));
  const touched = side.redeleted.map(({ mine }) => mine).filter((file) => (others.get(file.file.uri) ?? []).length > 0);
  const at = (file: LiveDataFile): Query => deletedPositions(others.get(file.file.uri) ?? [], file.file.uri, paths);
  const { table } = side;
  return namedRows(
    columns,
    side.name,
    union([rowsOfFiles({ table, files: side.own, fields, paths }), rowsOfFiles({ table, files: touched, fields, paths, at })]),
  );
}

/** Files as both sides have them: without what either deletes. */
function restOf({ shared, redeleted }: SplitFiles): readonly LiveDataFile[] {
  return [...shared, ...redeleted.map(({ from, to }) => ({ ...from, positionDeletes: [...from.positionDeletes, ...newDeletes(from, to)] }))];
}

function restRows({ keys }: Alignment, table: OpenTable, split: SplitFiles, paths: Paths): Query | undefined {
  if (keys.length === 0) return undefined;
  const rows = rowsOfFiles({ table, files: restOf(split), fields: fieldsOf(keys, "inFrom"), paths });
  if (rows === undefined) return undefined;
  return {
    kind: "select",
    items: keys.map(({ fieldId }) => ({ expression: column(fieldName(fieldId)), as: keyName(fieldId) })),
    from: { kind: "query", query: rows },
  };
}

const records = (files: readonly LiveDataFile[]): number => files.reduce((sum, file) => sum + file.file.records, 0);

function countOf(columns: Alignment, table: OpenTable, live: LiveFiles, paths: Paths): number | Query {
  if (live.data.every((file) => file.positionDeletes.length === 0 && file.equalityDeletes.length === 0)) return records(live.data);
  const field = fieldsOf([...columns.keys, ...columns.values], "inFrom").slice(0, 1);
  const rows = rowsOfFiles({ table, files: live.data, fields: field, paths });
  if (rows === undefined) return 0;
  return { kind: "select", items: [{ expression: call("count_rows"), as: "rows" }], from: { kind: "query", query: rows } };
}

/** The queries of a comparison, once its files are open. */
export function comparedRows(request: DiffRequest, columns: Alignment, plan: ComparisonPlan, paths: Paths): ComparedRows {
  const { from, to } = request;
  const { split } = plan;
  const older: Side = { name: "inFrom", table: from, own: split.fromOnly, redeleted: split.redeleted.map((file) => ({ mine: file.from, other: file.to })) };
  const common = { path: plan.path, old: sideRows(columns, older, paths), oldCount: countOf(columns, from, plan.fromLive, paths) };
  if (isProposal(to)) return { ...common, new: proposedRows(columns, to), rest: undefined, keepsOld: false, keepsNew: true };
  const newer: Side = { name: "inTo", table: to, own: split.toOnly, redeleted: split.redeleted.map((file) => ({ mine: file.to, other: file.from })) };
  const areFew = records(split.fromOnly) + records(split.toOnly) <= MAX_KEPT_ROWS;
  return { ...common, new: sideRows(columns, newer, paths), rest: restRows(columns, from, split, paths), keepsOld: areFew, keepsNew: areFew };
}

/** Gives the rows their names in the session. */
export async function createRows(session: EngineSession, rows: ComparedRows): Promise<void> {
  await session.run({ kind: rows.keepsOld ? "createTable" : "createView", name: OLD, query: rows.old });
  await session.run({ kind: rows.keepsNew ? "createTable" : "createView", name: NEW, query: rows.new });
  if (rows.rest !== undefined) await session.run({ kind: "createView", name: REST, query: rows.rest });
}

export async function countOldRows(session: EngineSession, { oldCount }: ComparedRows): Promise<number> {
  if (typeof oldCount === "number") return oldCount;
  const { rows } = await session.run({ kind: "query", query: oldCount });
  return Number(rows[0]?.[0] ?? 0);
}

/** The data and delete files of a snapshot that hold its rows. */
export const filesOfTable = (table: OpenTable): readonly ExpectedFile[] =>
  filesOf({ path: "full", split: { shared: [], redeleted: [], fromOnly: [], toOnly: [] }, fromLive: liveFiles(table) });

/** Only the key columns of a side, and the numbers of its rows. */
export function comparedKeyRows(side: OpenTable | ProposedRows, keys: readonly number[], paths: Paths): Query {
  const found = keys.flatMap((fieldId) => side.columns.filter((item) => item.fieldId === fieldId));
  const columns: Alignment = {
    keys: found.map((item) => ({ fieldId: item.fieldId, column: item, type: item.sqlType, inFrom: true, inTo: true })),
    values: [],
  };
  if (isProposal(side)) return proposedRows(columns, side);
  return namedRows(columns, "inFrom", rowsOfFiles({ table: side, files: liveFiles(side).data, fields: fieldsOf(columns.keys, "inFrom"), paths }));
}
