/** The values of a row as text; null where there is none. */
export type Cells = readonly (string | null)[];

export interface GridRow {
  readonly cells: Cells;
  /** Columns whose cell holds only the beginning of its value. */
  readonly cut?: ReadonlySet<number>;
  /** What stands before the row instead of its number. */
  readonly head?: string;
  /** A word the row, or a cell of it by its column, is coloured by: `data-tone` of the style sheet. */
  readonly tone?: string;
  readonly tones?: readonly (string | undefined)[];
  /** What the row is found by again, where its data has keys. */
  readonly key?: readonly string[] | null;
}

export interface GridState {
  /** How many rows can be scrolled to, those still to be read included. */
  readonly rows: number;
  readonly loaded: number;
  readonly isComplete: boolean;
  readonly error: unknown;
}

/** Where a grid has its rows from. A row that is not there yet is drawn as a skeleton. */
export interface GridSource<R extends GridRow = GridRow> {
  readonly subscribe: (listener: () => void) => () => void;
  /** The same object until something changes. */
  readonly state: () => GridState;
  readonly row: (index: number) => R | undefined;
  /** The rows from `from` to `to` are in sight: they and some more are to be read. */
  readonly want: (from: number, to: number) => void;
  /** Reads on after an error. */
  readonly retry: () => void;
}
