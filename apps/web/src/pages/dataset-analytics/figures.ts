import type { Column, ColumnStats } from "@granary/protocol";
import { namesText } from "../datasets/names-text.ts";

/** So many columns are described at a time; an address must not get longer than servers and proxies take. */
const [COLUMNS_A_PART, CHARACTERS_A_PART] = [100, 4_000];

/** Names of columns, divided so that each part can be asked for in one request. */
export function namesInParts(columns: readonly Pick<Column, "name">[]): readonly string[] {
  const parts: string[][] = [];
  let characters = 0;
  for (const { name } of columns) {
    const length = encodeURIComponent(name).length + 3;
    const last = parts.at(-1);
    if (last !== undefined && last.length < COLUMNS_A_PART && characters + length <= CHARACTERS_A_PART) {
      last.push(name);
      characters += length;
    } else {
      parts.push([name]);
      characters = length;
    }
  }
  return parts.flatMap((part) => namesText(part) ?? []);
}

/** A column with what is known of its contents. */
export interface Figures {
  readonly column: Column;
  readonly stats: ColumnStats;
}

/** The columns that are described already, in their own order. */
export function figuresOf(columns: readonly Column[], stats: readonly ColumnStats[]): readonly Figures[] {
  const byName = new Map(stats.map((item) => [item.name, item]));
  return columns.flatMap((column) => {
    const found = byName.get(column.name);
    return found === undefined ? [] : [{ column, stats: found }];
  });
}

/** The part of a column's cells that hold a value, 0 to 1; of no cells none is missing. */
export const filledShare = ({ rows, nulls }: Pick<ColumnStats, "rows" | "nulls">): number => (rows === 0 ? 1 : (rows - nulls) / rows);

/** Figures of all the cells together. */
export function cellsOf(stats: readonly Pick<ColumnStats, "rows" | "nulls">[]): { readonly rows: number; readonly nulls: number } {
  return stats.reduce((sum, { rows, nulls }) => ({ rows: sum.rows + rows, nulls: sum.nulls + nulls }), { rows: 0, nulls: 0 });
}

/** A share in percent with one decimal; 0 and 100 are said only of nothing and of all. */
export function percentOf(share: number): number {
  if (share <= 0 || share >= 1) return Math.min(1, Math.max(0, share)) * 100;
  return Math.min(99.9, Math.max(0.1, Math.round(share * 1_000) / 10));
}

/** Those with the largest part missing first; equals stay in their own order. */
export const worstFirst = (figures: readonly Figures[]): readonly Figures[] =>
  figures.toSorted((left, right) => filledShare(left.stats) - filledShare(right.stats));

export interface TypeCount {
  readonly type: Column["type"];
  readonly count: number;
}

/** How many columns there are of each type, the most frequent first. */
export function typesOf(columns: readonly Pick<Column, "type">[]): readonly TypeCount[] {
  const counts = new Map<Column["type"], number>();
  for (const { type } of columns) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => ({ type, count })).toSorted((left, right) => right.count - left.count || left.type.localeCompare(right.type));
}
