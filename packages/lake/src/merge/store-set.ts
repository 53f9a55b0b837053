import { aggregate, and, call, cast, column, type EngineSession, type Expression, literal, not, type Query, type SelectItem } from "@granary/engine";
import type { FormatDamage } from "@granary/protocol";
import { type ChangeSet, STORED, storeChangeSet } from "../diff/index.ts";
import type { FileIo } from "../file-io/index.ts";
import type { ProposalCounts, ProposedColumnCounts } from "../propose/index.ts";
import { isEffective, isKind, ROW, storedNames, valueIds } from "./names.ts";
import type { CountedChangeSet } from "./types.ts";

const COLUMNS_PER_QUERY = 200;
const BIGINT = { kind: "bigint" } as const;

/** What a change set holds, and how many of its rows are there before. */
interface Counted {
  readonly counts: Omit<ProposalCounts, "unchanged">;
  readonly oldRows: number;
}

const NOTHING: Counted = { counts: { added: 0, removed: 0, modified: 0, formatOnly: 0, cells: 0, damagedCells: 0, columns: {} }, oldRows: 0 };

const sumIf = (condition: Expression, as: string): SelectItem => ({
  expression: cast(call("coalesce", aggregate("sum", [column(STORED.copies)], { filter: condition }), literal(0)), BIGINT),
  as,
});

async function countColumns(session: EngineSession, changeSet: ChangeSet, path: string): Promise<Readonly<Record<number, ProposedColumnCounts>>> {
  const counted: [number, ProposedColumnCounts][] = [];
  const ids = valueIds(changeSet);
  const hasDamage = changeSet.hasDamage === true;
  for (let at = 0; at < ids.length; at += COLUMNS_PER_QUERY) {
    const batch = ids.slice(at, at + COLUMNS_PER_QUERY);
    const items = batch.flatMap((id): readonly SelectItem[] => [
      { expression: call("count_if", column(STORED.changed(id))), as: STORED.changed(id) },
      { expression: hasDamage ? cast(call("to_json", call("histogram", column(STORED.damage(id)))), { kind: "text" }) : literal(null), as: STORED.damage(id) },
    ]);
    const query: Query = { kind: "select", items, from: { kind: "parquetFiles", paths: [path] }, where: isKind(undefined, "modified") };
    const [row = []] = (await session.run({ kind: "query", query })).rows;
    for (const [index, id] of batch.entries()) {
      const [changed, histogram] = [Number(row[index * 2] ?? 0), row[index * 2 + 1]];
      const damaged = (typeof histogram === "string" ? (JSON.parse(histogram) ?? {}) : {}) as Partial<Record<FormatDamage, number>>;
      if (changed > 0 || Object.keys(damaged).length > 0) counted.push([id, { changed, damaged }]);
    }
  }
  return Object.fromEntries(counted);
}

async function countSet(session: EngineSession, changeSet: ChangeSet, path: string): Promise<Counted> {
  const isModified = isKind(undefined, "modified");
  const items = [
    sumIf(isKind(undefined, "added"), "added"),
    sumIf(isKind(undefined, "removed"), "removed"),
    sumIf(and(isModified, isEffective(changeSet)), "modified"),
    sumIf(and(isModified, not(isEffective(changeSet))), "formats"),
    sumIf(column(STORED.hasOld), "old_rows"),
  ];
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: { kind: "parquetFiles", paths: [path] } } });
  const [added = 0, removed = 0, modified = 0, formatOnly = 0, oldRows = 0] = rows[0]?.map(Number) ?? [];
  const columns = await countColumns(session, changeSet, path);
  const all = Object.values(columns);
  const damagedCells = all.flatMap(({ damaged }) => Object.values(damaged)).reduce((sum, count) => sum + count, 0);
  return { counts: { added, removed, modified, formatOnly, cells: all.reduce((sum, item) => sum + item.changed, 0), damagedCells, columns }, oldRows };
}

export interface SetToStore {
  /** What the new set is, but for its file. */
  readonly changeSet: ChangeSet;
  /** With the columns of stored change sets, and `change_row`, by which they are put in order unless `orderBy` is given. */
  readonly query: Query;
  readonly orderBy?: readonly Expression[];
  readonly location: string;
  /** Rows there are before, to tell how many stay as they are; without it none is said to. */
  readonly baseRows?: number | undefined;
}

/** Stores rows as a change set in the layout of all of them, and counts it. */
export async function storeSet(
  session: EngineSession,
  fileIo: FileIo,
  { changeSet, query, orderBy, location, baseRows }: SetToStore,
): Promise<CountedChangeSet> {
  const items = storedNames(changeSet, valueIds(changeSet)).map((name) => ({ expression: column(name), as: name }));
  const order = (orderBy ?? [column(ROW)]).map((expression) => ({ expression, direction: "asc" as const }));
  const ordered: Query = { kind: "select", items, from: { kind: "query", query }, orderBy: order };
  const stored = await storeChangeSet(session, fileIo, { query: ordered, location }, (path) => countSet(session, changeSet, path));
  const { counts, oldRows } = stored?.counted ?? NOTHING;
  return { changeSet: { ...changeSet, file: stored?.file ?? null }, counts: { ...counts, unchanged: baseRows === undefined ? 0 : baseRows - oldRows } };
}

/** The location of the table a change set belongs to. */
export function locationOf({ file }: ChangeSet): string {
  const uri = file?.uri ?? "";
  // Change sets lie two levels below their table.
  return uri.slice(0, uri.lastIndexOf("/", uri.lastIndexOf("/") - 1));
}
