import type { CellAt } from "../../kit/grid/index.ts";
import type { DiffRow } from "./diff-rows.ts";

/** The rows that are read so far. */
export interface ReadRows {
  readonly loaded: number;
  readonly row: (index: number) => DiffRow | undefined;
}

type Step = 1 | -1;

const isChanged = (row: DiffRow | undefined, column: number): boolean => {
  if (row === undefined) return false;
  if (row.change.kind === "added" || row.change.kind === "removed") return column === 0;
  return row.tones?.[column] !== undefined;
};

/** The next changed row. Of a row that is drawn as two, the first counts. Undefined at the end of what is read. */
export function nextRow({ loaded, row }: ReadRows, at: CellAt, step: Step): CellAt | undefined {
  for (let index = at.row + step; index >= 0 && index < loaded; index += step) if (row(index)?.side !== "new") return { row: index, column: at.column };
  return undefined;
}

/** The next changed cell, row by row; an added or a deleted row counts once. */
export function nextCell({ loaded, row }: ReadRows, columns: number, at: CellAt, step: Step): CellAt | undefined {
  for (let index = Math.max(0, at.row); index >= 0 && index < loaded; index += step) {
    const found = row(index);
    if (found?.side === "old") continue;
    const start = index === at.row ? at.column + step : step === 1 ? 0 : columns - 1;
    for (let column = start; column >= 0 && column < columns; column += step) if (isChanged(found, column)) return { row: index, column };
  }
  return undefined;
}

/** The next column in which anything changes at all, in the same row; round at the ends. */
export function nextColumn(changing: readonly boolean[], at: CellAt, step: Step): CellAt | undefined {
  const { length } = changing;
  for (let distance = 1; distance <= length; distance += 1) {
    const column = (((at.column + step * distance) % length) + length) % length;
    if (changing[column] === true) return { row: Math.max(0, at.row), column };
  }
  return undefined;
}
