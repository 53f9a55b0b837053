import type { ConflictResolution, ConflictRow } from "@granary/protocol";

/** Whose value stays: the proposed one, the one that is there now, or another. */
export type Decision = { readonly take: "mine" | "theirs" } | { readonly take: "value"; readonly value: string | null };

/** What was decided so far: of single cells, of whole columns, and of all that is left. */
export interface Decisions {
  readonly cells: ReadonlyMap<string, Decision>;
  readonly columns: ReadonlyMap<string, "mine" | "theirs">;
  readonly rest: "mine" | "theirs" | undefined;
}

export const NO_DECISIONS: Decisions = { cells: new Map(), columns: new Map(), rest: undefined };

type Key = ConflictRow["key"];

/** Names a cell; without a column, the row as a whole. Undefined where the row has no key to name it by. */
const placeOf = (key: Key, column: string | undefined): string | undefined => (key === null ? undefined : JSON.stringify([key, column ?? null]));

/** Rows of which not single cells are decided, but whether they stay as a whole. */
export const isWhole = ({ kind }: ConflictRow): boolean => kind === "deleted_there" || kind === "deleted_here";

/** What holds for a cell: what was said of it, else of its column, else of all. */
export function decisionOf(decisions: Decisions, key: Key, column: string | undefined): Decision | undefined {
  const place = placeOf(key, column);
  const own = place === undefined ? undefined : decisions.cells.get(place);
  const wide = (column === undefined ? undefined : decisions.columns.get(column)) ?? decisions.rest;
  return own ?? (wide === undefined ? undefined : { take: wide });
}

export function decideCell(before: Decisions, key: Key, column: string | undefined, decision: Decision): Decisions {
  const place = placeOf(key, column);
  return place === undefined ? before : { ...before, cells: new Map(before.cells).set(place, decision) };
}

export const decideColumn = (before: Decisions, column: string, take: "mine" | "theirs"): Decisions => ({
  ...before,
  columns: new Map(before.columns).set(column, take),
});

/** Decides all that is left, those of other pages too. */
export const decideRest = (before: Decisions, rest: "mine" | "theirs"): Decisions => ({ ...before, rest });

/** The decisions as the server takes them: the first that names a cell counts, so single cells come before columns. */
export function resolutionsOf({ cells, columns }: Decisions): ConflictResolution[] {
  const single = [...cells].map(([place, decision]): ConflictResolution => {
    const [key, column] = JSON.parse(place) as [(string | null)[], string | null];
    return { keys: [key], ...(column !== null && { columns: [column] }), ...decision };
  });
  const wide = [...columns].map(([column, take]): ConflictResolution => ({ columns: [column], take }));
  return [...single, ...wide];
}

/** How many of the conflicts that are read are not decided yet. */
export function undecided(decisions: Decisions, rows: readonly ConflictRow[]): number {
  return rows.reduce((sum, row) => {
    const columns = isWhole(row) ? [undefined] : row.cells.map(({ column }) => column);
    return sum + columns.filter((column) => decisionOf(decisions, row.key, column) === undefined).length;
  }, 0);
}
