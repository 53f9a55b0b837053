import {
  call,
  cast,
  column,
  compare,
  type EngineSession,
  type Expression,
  inQuery,
  literal,
  type Query,
  type Relation,
  type SelectItem,
} from "@granary/engine";
import type { FileIo } from "../file-io/index.ts";
import {
  type FieldUse,
  type HeldFiles,
  holdFiles,
  type LiveDataFile,
  type LiveFiles,
  liveFiles,
  type ScanTable,
  scanRelation,
  storedName,
} from "../files/index.ts";
import type { OpenTable } from "../table/index.ts";
import { type Alignment, type ComparedColumn, isNewer, isProposal } from "./align-columns.ts";
import { inType } from "./comparable.ts";
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

const BIGINT = { kind: "bigint" } as const;

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

/** All data files a plan may read, in the state of either side. */
function filesOf({ split, fromLive }: ComparisonPlan): readonly LiveDataFile[] {
  return [...split.shared, ...split.redeleted.flatMap((file) => [file.from, file.to]), ...split.fromOnly, ...split.toOnly, ...fromLive.data];
}

/** About how much a comparison reads. */
export function comparedBytes(plan: ComparisonPlan): number {
  return new Map(filesOf(plan).map(({ file }) => [file.uri, file.bytes])).values().reduce((sum, bytes) => sum + bytes, 0);
}

/** Columns are read as the newer columns have them: they only ever widen, so that rows of both sides fit. */
function scanTable({ from, to }: DiffRequest): ScanTable {
  return !isProposal(to) && isNewer(to, from) ? { ...from, schema: to.schema, schemas: to.schemas } : from;
}

/** Makes the files of a comparison readable. */
export function holdCompared(
  parts: { readonly fileIo: FileIo; readonly session: EngineSession },
  request: DiffRequest,
  held: HoldCompared,
): Promise<HeldFiles> {
  const columns = [...held.columns.keys, ...held.columns.values].filter((item) => item.inFrom || !isProposal(request.to));
  return holdFiles(parts, {
    table: scanTable(request),
    files: filesOf(held.plan),
    fieldIds: columns.map((item) => item.fieldId),
    signal: request.signal,
  });
}

interface HoldCompared {
  readonly columns: Alignment;
  readonly plan: ComparisonPlan;
}

function itemsOf({ keys, values }: Alignment, value: (item: ComparedColumn) => Expression, place: Expression): readonly SelectItem[] {
  return [
    ...keys.map((item) => ({ expression: value(item), as: keyName(item.fieldId) })),
    ...values.map((item) => ({ expression: value(item), as: valueName(item.fieldId) })),
    { expression: place, as: PLACE },
  ];
}

const usesOf = (columns: readonly ComparedColumn[], side: "inFrom" | "inTo"): readonly FieldUse[] =>
  columns.filter((item) => item[side]).map(({ fieldId }) => ({ fieldId, name: storedName(fieldId) }));

/** Rows of a side's files under the common names. */
function namedRows(columns: Alignment, side: "inFrom" | "inTo", rows: Relation): Query {
  const value = (item: ComparedColumn): Expression =>
    item[side] ? inType(column(storedName(item.fieldId)), item.scanned, item.type) : cast(literal(null), item.type);
  return { kind: "select", items: itemsOf(columns, value, cast(literal(null), BIGINT)), from: rows };
}

function proposedRows(columns: Alignment, { query, columns: given, rowNumber }: ProposedRows): Query {
  const known = new Map(given.map((item) => [item.fieldId, item]));
  const value = (item: ComparedColumn): Expression => {
    const found = known.get(item.fieldId);
    return found === undefined ? cast(literal(null), item.type) : inType(cast(column(found.name), found.sqlType), found.sqlType, item.type);
  };
  const place = rowNumber === undefined ? literal(null) : column(rowNumber);
  return { kind: "select", items: itemsOf(columns, value, cast(place, BIGINT)), from: { kind: "query", query } };
}

const newDeletes = (older: LiveDataFile, newer: LiveDataFile): LiveDataFile["positionDeletes"] => {
  const known = new Set(older.positionDeletes.map((item) => item.file.uri));
  return newer.positionDeletes.filter((item) => !known.has(item.file.uri));
};

interface Side {
  readonly name: "inFrom" | "inTo";
  /** Files this side alone has. */
  readonly own: readonly LiveDataFile[];
  /** Of files both have, this side's state and the other's. */
  readonly redeleted: readonly { readonly mine: LiveDataFile; readonly other: LiveDataFile }[];
}

/** The positions that delete files take from one data file. */
function positionsIn(held: HeldFiles, deletes: LiveDataFile["positionDeletes"], dataUri: string): Query {
  return {
    kind: "select",
    items: [{ expression: column("pos"), as: "pos" }],
    from: { kind: "parquetFiles", paths: deletes.map((item) => held.paths.get(item.file.uri) ?? "") },
    where: compare(column("file_path"), "=", literal(dataUri)),
  };
}

/** Rows of one side that the other may not have: of its own files all, of others those at positions only the other deletes. */
function sideRows(held: HeldFiles, columns: Alignment, side: Side): Query {
  const uses = usesOf([...columns.keys, ...columns.values], side.name);
  const others = new Map(side.redeleted.map(({ mine, other }) => [mine.file.uri, newDeletes(mine, other)]));
  const touched = side.redeleted.map(({ mine }) => mine).filter((file) => (others.get(file.file.uri) ?? []).length > 0);
  const own = namedRows(columns, side.name, scanRelation(held, uses, { files: side.own }));
  if (touched.length === 0) return own;
  const rowsOf = (file: LiveDataFile, position: Expression): Expression =>
    call("coalesce", inQuery(position, positionsIn(held, others.get(file.file.uri) ?? [], file.file.uri)), literal(false));
  const rest = namedRows(columns, side.name, scanRelation(held, uses, { files: touched, rowsOf }));
  return side.own.length === 0 ? rest : { kind: "unionAll", queries: [own, rest] };
}

/** Files as both sides have them: without what either deletes. */
function restOf({ shared, redeleted }: SplitFiles): readonly LiveDataFile[] {
  return [...shared, ...redeleted.map(({ from, to }) => ({ ...from, positionDeletes: [...from.positionDeletes, ...newDeletes(from, to)] }))];
}

function restRows(held: HeldFiles, { keys }: Alignment, split: SplitFiles): Query | undefined {
  const files = restOf(split);
  if (keys.length === 0 || files.length === 0) return undefined;
  const items = keys.map((item) => ({ expression: inType(column(storedName(item.fieldId)), item.scanned, item.type), as: keyName(item.fieldId) }));
  return { kind: "select", items, from: scanRelation(held, usesOf(keys, "inFrom"), { files }) };
}

const records = (files: readonly LiveDataFile[]): number => files.reduce((sum, file) => sum + file.file.records, 0);

const isClean = (file: LiveDataFile): boolean => file.positionDeletes.length === 0 && file.equalityDeletes.length === 0;

function countOf(held: HeldFiles, live: LiveFiles): number | Query {
  if (live.data.every(isClean)) return records(live.data);
  return { kind: "select", items: [{ expression: call("count_rows"), as: "rows" }], from: scanRelation(held, [], { files: live.data }) };
}

/** The queries of a comparison over its files. */
export function comparedRows(request: DiffRequest, columns: Alignment, plan: ComparisonPlan, held: HeldFiles): ComparedRows {
  const { split } = plan;
  const older: Side = { name: "inFrom", own: split.fromOnly, redeleted: split.redeleted.map((file) => ({ mine: file.from, other: file.to })) };
  const common = { path: plan.path, old: sideRows(held, columns, older), oldCount: countOf(held, plan.fromLive) };
  if (isProposal(request.to)) return { ...common, new: proposedRows(columns, request.to), rest: undefined, keepsOld: false, keepsNew: true };
  const newer: Side = { name: "inTo", own: split.toOnly, redeleted: split.redeleted.map((file) => ({ mine: file.to, other: file.from })) };
  const areFew = records(split.fromOnly) + records(split.toOnly) <= MAX_KEPT_ROWS;
  return { ...common, new: sideRows(held, columns, newer), rest: restRows(held, columns, split), keepsOld: areFew, keepsNew: areFew };
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

/** Only the key columns of a side, and the numbers of its rows; files of a snapshot must be held. */
export function keyRows(side: OpenTable | ProposedRows, keys: readonly number[], held?: HeldFiles): Query {
  const found = keys.flatMap((fieldId) => side.columns.filter((item) => item.fieldId === fieldId));
  const columns: Alignment = {
    keys: found.map((item) => ({ fieldId: item.fieldId, column: item, type: item.sqlType, scanned: item.sqlType, inFrom: true, inTo: true })),
    values: [],
  };
  if (isProposal(side)) return proposedRows(columns, side);
  if (held === undefined) throw new Error("the files of a snapshot have to be held");
  return namedRows(columns, "inFrom", scanRelation(held, usesOf(columns.keys, "inFrom")));
}
