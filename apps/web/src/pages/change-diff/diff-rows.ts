import type { ChangeDiff, ChangedRow } from "@granary/protocol";
import type { GridRow } from "../../kit/grid/index.ts";

/** One above the other in one row, or the old row above the new one. */
export type DiffLayout = "unified" | "split";

export interface DiffRow extends GridRow {
  readonly change: ChangedRow;
  readonly side: "both" | "old" | "new";
}

/** How the columns of a difference are shown: the keys first, and of the others all or those that change. */
export interface DiffShape {
  /** For each shown column its place in the cells of a change. */
  readonly order: readonly number[];
  readonly keys: number;
}

/** Keys first, then the columns that change, so that nobody has to look for them; then the others, unless they are left out. */
export function shapeOf({ columns, keys }: Pick<ChangeDiff, "columns" | "keys">, changing: ReadonlySet<string>, isOnly: boolean): DiffShape {
  const nameAt = (place: number): string => columns[place]?.name ?? "";
  const rest = columns.map((_column, index) => index).filter((place) => !keys.includes(nameAt(place)));
  const first = keys.map((key) => columns.findIndex(({ name }) => name === key)).filter((place) => place >= 0);
  const others = isOnly ? [] : rest.filter((place) => !changing.has(nameAt(place)));
  return { order: [...first, ...rest.filter((place) => changing.has(nameAt(place))), ...others], keys: first.length };
}

type Tone = string | undefined;

function toneOf(change: ChangedRow, place: number, side: DiffRow["side"]): Tone {
  if (change.kind !== "modified") return undefined;
  if (change.changed[place] === true) return side === "both" ? "changed" : side;
  return change.damage[place] == null ? undefined : "damaged";
}

const ROW_TONES: Partial<Readonly<Record<ChangedRow["kind"], string>>> = { added: "added", removed: "removed" };

function rowOf(change: ChangedRow, side: DiffRow["side"], order: DiffShape["order"]): DiffRow {
  const tone = ROW_TONES[change.kind];
  const kept = change.old ?? change.new ?? [];
  // What is kept of a damaged cell is its old value, whatever was proposed.
  const after = (change.new ?? kept).map((value, place) => (change.changed[place] !== true && change.kind === "modified" ? (kept[place] ?? null) : value));
  const cells = side === "old" ? kept : after;
  return {
    change,
    side,
    cells: order.map((place) => cells[place] ?? null),
    tones: order.map((place) => toneOf(change, place, side)),
    ...(tone !== undefined && { tone }),
  };
}

/** The rows a grid draws for some changes. */
export function diffRows(changes: readonly ChangedRow[], layout: DiffLayout, { order }: DiffShape): DiffRow[] {
  if (layout === "unified") return changes.map((change) => rowOf(change, "both", order));
  return changes.flatMap((change) =>
    change.kind === "modified" && change.changed.includes(true) ? [rowOf(change, "old", order), rowOf(change, "new", order)] : [rowOf(change, "both", order)],
  );
}

/** What a row is called in an address and in a selection; undefined where nothing identifies it. */
export const keyText = (key: ChangedRow["key"]): string | undefined => (key === null ? undefined : JSON.stringify(key));

/** A key as an address holds it; undefined when it is none. */
export function readKey(text: string | undefined): (string | null)[] | undefined {
  if (text === undefined) return undefined;
  try {
    const key: unknown = JSON.parse(text);
    const isKey = Array.isArray(key) && key.length > 0 && key.every((part) => part === null || typeof part === "string");
    return isKey ? (key as (string | null)[]) : undefined;
  } catch {
    return undefined;
  }
}
