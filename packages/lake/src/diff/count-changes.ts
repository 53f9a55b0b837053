import { call, cast, column, type EngineSession, inList, literal, type Query, type Relation } from "@granary/engine";
import type { Alignment } from "./align-columns.ts";
import { STORED } from "./names.ts";
import type { ChangeKind, DiffCounts, DiffResult } from "./types.ts";

/** What a stored change set holds, but for the rows it does not have. */
export interface CountedChanges {
  readonly counts: Omit<DiffCounts, "unchanged">;
  readonly keys: DiffResult["keys"];
  /** Rows of the older side that are in it. */
  readonly oldRows: number;
}

const MAX_EXAMPLES = 20;

export const NO_CHANGES: CountedChanges = {
  counts: { added: 0, removed: 0, modified: 0, changedCellsByColumn: {} },
  keys: { from: { duplicateRows: 0, nullRows: 0 }, to: { duplicateRows: 0, nullRows: 0 }, examples: [] },
  oldRows: 0,
};

function countQuery({ values }: Alignment, from: Relation): Query {
  const cells = values.map(({ fieldId }) => ({ expression: call("count_if", column(STORED.changed(fieldId))), as: STORED.changed(fieldId) }));
  return {
    kind: "select",
    items: [
      { expression: column(STORED.kind), as: STORED.kind },
      { expression: column(STORED.hasOld), as: STORED.hasOld },
      { expression: call("sum", column(STORED.copies)), as: STORED.copies },
      ...cells,
    ],
    from,
    groupBy: [column(STORED.kind), column(STORED.hasOld)],
  };
}

function exampleQuery({ keys }: Alignment, from: Relation): Query {
  const text = { kind: "text" } as const;
  const items = keys.map(({ fieldId }) => ({ expression: cast(column(STORED.key(fieldId)), text), as: STORED.key(fieldId) }));
  return {
    kind: "select",
    distinct: true,
    items,
    from,
    where: inList(column(STORED.kind), [literal("duplicate_key"), literal("null_key")]),
    orderBy: items.map((item) => ({ expression: column(item.as), direction: "asc" })),
    limit: MAX_EXAMPLES,
  };
}

/** Counts a stored change set. */
export async function countChanges(session: EngineSession, columns: Alignment, path: string): Promise<CountedChanges> {
  const from: Relation = { kind: "parquetFiles", paths: [path] };
  const { rows } = await session.run({ kind: "query", query: countQuery(columns, from) });
  const total = (kind: ChangeKind, hasOld?: boolean): number =>
    rows.reduce((sum, row) => (row[0] === kind && (hasOld === undefined || row[1] === hasOld) ? sum + Number(row[2]) : sum), 0);
  const cells = columns.values.map(({ fieldId }, index) => [fieldId, rows.reduce((sum, row) => sum + Number(row[3 + index]), 0)] as const);
  const faults = { duplicate: total("duplicate_key"), null: total("null_key") };
  const examples = faults.duplicate + faults.null === 0 ? [] : (await session.run({ kind: "query", query: exampleQuery(columns, from) })).rows;
  const of = (hasOld: boolean): DiffResult["keys"]["from"] => ({ duplicateRows: total("duplicate_key", hasOld), nullRows: total("null_key", hasOld) });
  return {
    counts: {
      added: total("added"),
      removed: total("removed"),
      modified: total("modified"),
      changedCellsByColumn: Object.fromEntries(cells.filter(([, count]) => count > 0)),
    },
    keys: { from: of(true), to: of(false), examples: examples as readonly (readonly (string | null)[])[] },
    oldRows: total("removed") + total("modified") + total("duplicate_key", true) + total("null_key", true),
  };
}
