import {
  and,
  call,
  cast,
  column,
  compare,
  type EngineSession,
  type Expression,
  inList,
  isNull,
  literal,
  not,
  or,
  type Query,
  type Relation,
} from "@granary/engine";
import type { FormatDamage } from "@granary/protocol";
import { STORED } from "../diff/index.ts";
import type { Proposal, ProposalCounts, ProposedColumnCounts } from "./types.ts";

/** What a stored change set of a proposal holds. */
export interface CountedProposal {
  readonly counts: Omit<ProposalCounts, "unchanged">;
  readonly keys: Proposal["keys"];
  /** Rows of the snapshot that are in it. */
  readonly oldRows: number;
}

export const NOTHING_PROPOSED: CountedProposal = {
  counts: { added: 0, removed: 0, modified: 0, formatOnly: 0, cells: 0, damagedCells: 0, columns: {} },
  keys: { from: { duplicateRows: 0, nullRows: 0 }, to: { duplicateRows: 0, nullRows: 0 }, examples: [] },
  oldRows: 0,
};

const MAX_EXAMPLES = 20;
const COLUMNS_PER_QUERY = 200;

/** Whether a modified row has a changed cell. */
const hasChanged = (columns: readonly number[]): Expression => or(...columns.map((fieldId) => column(STORED.changed(fieldId))));

const isModified = compare(column(STORED.kind), "=", literal("modified"));

function kindQuery(from: Relation, columns: readonly number[]): Query {
  const isFormat = and(isModified, not(hasChanged(columns)));
  return {
    kind: "select",
    items: [
      { expression: column(STORED.kind), as: STORED.kind },
      { expression: column(STORED.hasOld), as: STORED.hasOld },
      { expression: call("sum", column(STORED.copies)), as: STORED.copies },
      { expression: call("count_if", isFormat), as: "format_only" },
    ],
    from,
    groupBy: [column(STORED.kind), column(STORED.hasOld)],
  };
}

interface CountedColumns {
  /** Field ids of the columns besides the keys. */
  readonly columns: readonly number[];
  /** Whether the change set tells of damages, as those of proposals do. */
  readonly hasDamage?: boolean | undefined;
}

/** How many cells of each column are changed, and a map of the damages of the others. */
async function countCells(
  session: EngineSession,
  from: Relation,
  { columns, hasDamage = true }: CountedColumns,
): Promise<ReadonlyMap<number, ProposedColumnCounts>> {
  const counted = new Map<number, ProposedColumnCounts>();
  for (let at = 0; at < columns.length; at += COLUMNS_PER_QUERY) {
    const batch = columns.slice(at, at + COLUMNS_PER_QUERY);
    const items = batch.flatMap((fieldId) => [
      { expression: call("count_if", column(STORED.changed(fieldId))), as: STORED.changed(fieldId) },
      {
        expression: hasDamage ? cast(call("to_json", call("histogram", column(STORED.damage(fieldId)))), { kind: "text" }) : literal(null),
        as: STORED.damage(fieldId),
      },
    ]);
    const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from, where: isModified } });
    for (const [index, fieldId] of batch.entries()) {
      const changed = Number(rows[0]?.[index * 2] ?? 0);
      const damages = rows[0]?.[index * 2 + 1];
      const damaged = (typeof damages === "string" ? JSON.parse(damages) : {}) as Partial<Record<FormatDamage, number>> | null;
      if (changed > 0 || Object.keys(damaged ?? {}).length > 0) counted.set(fieldId, { changed, damaged: damaged ?? {} });
    }
  }
  return counted;
}

async function exampleKeys(session: EngineSession, from: Relation, keys: readonly number[]): Promise<Proposal["keys"]["examples"]> {
  const items = keys.map((fieldId) => ({ expression: cast(column(STORED.key(fieldId)), { kind: "text" } as const), as: STORED.key(fieldId) }));
  const query: Query = {
    kind: "select",
    distinct: true,
    items,
    from,
    where: inList(column(STORED.kind), [literal("duplicate_key"), literal("null_key")]),
    orderBy: items.map((item) => ({ expression: column(item.as), direction: "asc" })),
    limit: MAX_EXAMPLES,
  };
  return (await session.run({ kind: "query", query })).rows as Proposal["keys"]["examples"];
}

/** Counts the stored rows of a change set. */
export async function countProposal(
  session: EngineSession,
  path: string,
  { keys, ...counted }: CountedColumns & { readonly keys: readonly number[] },
): Promise<CountedProposal> {
  const from: Relation = { kind: "parquetFiles", paths: [path] };
  const { rows } = await session.run({ kind: "query", query: kindQuery(from, counted.columns) });
  const total = (kind: string, hasOld?: boolean): number =>
    rows.reduce((sum, row) => (row[0] === kind && (hasOld === undefined || row[1] === hasOld) ? sum + Number(row[2]) : sum), 0);
  const formatOnly = rows.reduce((sum, row) => sum + Number(row[3]), 0);
  const cells = await countCells(session, from, counted);
  const faults = total("duplicate_key") + total("null_key");
  const of = (hasOld: boolean) => ({ duplicateRows: total("duplicate_key", hasOld), nullRows: total("null_key", hasOld) });
  const sum = (count: (item: ProposedColumnCounts) => number): number => cells.values().reduce((all, item) => all + count(item), 0);
  return {
    counts: {
      added: total("added"),
      removed: total("removed"),
      modified: total("modified") - formatOnly,
      formatOnly,
      cells: sum((item) => item.changed),
      damagedCells: sum(({ damaged }) => Object.values(damaged).reduce((all, count) => all + count, 0)),
      columns: Object.fromEntries(cells),
    },
    keys: { from: of(true), to: of(false), examples: faults === 0 ? [] : await exampleKeys(session, from, keys) },
    oldRows: total("removed") + total("modified") + total("duplicate_key", true) + total("null_key", true),
  };
}

/** How many added rows have, but for the key, the very cells of a removed row: rows that were likely given another key. */
export async function countRekeyed(session: EngineSession, path: string, columns: readonly number[]): Promise<number> {
  if (columns.length === 0) return 0;
  const side = (kind: "added" | "removed"): Expression => call("count_if", compare(column(STORED.kind), "=", literal(kind)));
  const cells = columns.map((fieldId) => call("coalesce", column(STORED.old(fieldId)), column(STORED.new(fieldId))));
  const grouped: Query = {
    kind: "select",
    items: [{ expression: call("least", side("added"), side("removed")), as: "pairs" }],
    from: { kind: "parquetFiles", paths: [path] },
    where: and(inList(column(STORED.kind), [literal("added"), literal("removed")]), not(and(...cells.map(isNull)))),
    groupBy: [call("row_hash", ...cells)],
  };
  const query: Query = { kind: "select", items: [{ expression: call("sum", column("pairs")), as: "rows" }], from: { kind: "query", query: grouped } };
  return Number((await session.run({ kind: "query", query })).rows[0]?.[0] ?? 0);
}
