import type { ChangeOverview, CellChoice } from "@granary/protocol";
import type { DiffChoice } from "../../api/change-diff.ts";

/** Cells that something is done with, and how one says which. */
export interface BulkTarget {
  readonly cells: CellChoice;
  readonly text: string;
}

interface Bulk {
  /** What can be left out or split off; undefined where the choice cannot be told to the server. */
  readonly rows: BulkTarget | undefined;
  /** Damaged formats that can be accepted. */
  readonly formats: (BulkTarget & { readonly count: number }) | undefined;
}

type Number = (value: number) => string;

const rowsText = (count: number, number: Number): string => `${number(count)} ${count === 1 ? "row" : "rows"}`;

function ofKeys(keys: ReadonlySet<string>, number: Number): BulkTarget {
  return { cells: { keys: [...keys].map((key) => JSON.parse(key) as (string | null)[]) }, text: rowsText(keys.size, number) };
}

const KIND_ROWS = { added: "added", removed: "deleted", modified: "modified" } as const;

type TellableKind = keyof typeof KIND_ROWS;

const isTellable = (kind: DiffChoice["kind"]): kind is TellableKind | undefined => kind === undefined || kind in KIND_ROWS;

function textOf({ column, filter }: DiffChoice, kind: TellableKind | undefined, overview: ChangeOverview, number: Number): string {
  if (filter !== undefined) return column === undefined ? "the rows that are shown" : `${column} in the rows that are shown`;
  if (column !== undefined || kind === undefined) return `the changes of ${column ?? ""}`;
  return `all ${number(overview[kind])} ${KIND_ROWS[kind]} ${overview[kind] === 1 ? "row" : "rows"}`;
}

function ofFilter(choice: DiffChoice, overview: ChangeOverview, number: Number): BulkTarget | undefined {
  const { kind, column, filter, q } = choice;
  // What a search finds is no set the server can be told of; nor are rows whose keys are at fault.
  if (q !== undefined || !isTellable(kind)) return undefined;
  const cells: CellChoice = {
    ...(kind !== undefined && { kinds: [kind] }),
    ...(column !== undefined && { columns: [column] }),
    ...(filter !== undefined && { filter }),
  };
  const isNone = Object.keys(cells).length === 0 || (kind !== undefined && overview[kind] === 0);
  return isNone ? undefined : { cells, text: textOf(choice, kind, overview, number) };
}

function formatsOf({ kind, column, filter, q }: DiffChoice, overview: ChangeOverview): Bulk["formats"] {
  if (q !== undefined || (kind !== undefined && kind !== "format")) return undefined;
  const columns = overview.columns.filter((entry) => entry.damaged > 0 && (column === undefined || entry.column === column));
  if (columns.length === 0 || (kind === undefined && column === undefined)) return undefined;
  const cells: CellChoice = { columns: columns.map((entry) => entry.column), ...(filter !== undefined && { filter }) };
  const [only] = columns;
  const text = columns.length === 1 && only !== undefined ? `format of ${only.column}` : "all formats";
  return { cells, text, count: columns.reduce((sum, { damaged }) => sum + damaged, 0) };
}

/** What can be done at once with the rows that are chosen, or else with those the filters leave. */
export function bulkOf(keys: ReadonlySet<string>, choice: DiffChoice, overview: ChangeOverview | undefined, number: Number): Bulk {
  if (keys.size > 0) return { rows: ofKeys(keys, number), formats: undefined };
  if (overview === undefined) return { rows: undefined, formats: undefined };
  return { rows: ofFilter(choice, overview, number), formats: formatsOf(choice, overview) };
}
