import type { GridRow, GridSource, GridState } from "./grid-source.ts";

/** Rows that are all there already, or can be made one by one. */
export function listSource<R extends GridRow = GridRow>(rows: number, row: (index: number) => R | undefined): GridSource<R> {
  const state: GridState = { rows, loaded: rows, isComplete: true, error: undefined };
  const nothing = () => undefined;
  return { subscribe: () => nothing, state: () => state, row, want: nothing, retry: nothing };
}
