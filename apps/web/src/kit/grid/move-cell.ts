/** A cell by its row and column, from 0. Row -1 is the header. */
export interface CellAt {
  readonly row: number;
  readonly column: number;
}

export interface GridSize {
  readonly rows: number;
  readonly columns: number;
  /** Rows in sight, which is how far Page Down goes. */
  readonly page: number;
}

type Move = (at: CellAt, size: GridSize) => CellAt;

const STEPS: Readonly<Record<string, Move>> = {
  ArrowUp: ({ row, column }) => ({ row: row - 1, column }),
  ArrowDown: ({ row, column }) => ({ row: row + 1, column }),
  ArrowLeft: ({ row, column }) => ({ row, column: column - 1 }),
  ArrowRight: ({ row, column }) => ({ row, column: column + 1 }),
  Home: ({ row }) => ({ row, column: 0 }),
  End: ({ row }, { columns }) => ({ row, column: columns - 1 }),
  PageUp: ({ row, column }, { page }) => ({ row: Math.max(0, row - page), column }),
  PageDown: ({ row, column }, { page }) => ({ row: row + page, column }),
};

const LEAPS: Readonly<Record<string, Move>> = {
  // The first row is the edge upwards; the header is one more step away.
  ArrowUp: ({ row, column }) => ({ row: row > 0 ? 0 : -1, column }),
  ArrowDown: ({ column }, { rows }) => ({ row: rows - 1, column }),
  ArrowLeft: ({ row }) => ({ row, column: 0 }),
  ArrowRight: ({ row }, { columns }) => ({ row, column: columns - 1 }),
  Home: () => ({ row: 0, column: 0 }),
  End: (_at, { rows, columns }) => ({ row: rows - 1, column: columns - 1 }),
};

/** The cell a key leads to, with `isFar` (Ctrl) to the edge; undefined for keys that do not move. */
export function moveCell(at: CellAt, key: string, isFar: boolean, size: GridSize): CellAt | undefined {
  const moved = (isFar ? LEAPS : STEPS)[key]?.(at, size);
  if (moved === undefined) return undefined;
  return { row: Math.max(-1, Math.min(size.rows - 1, moved.row)), column: Math.max(0, Math.min(size.columns - 1, moved.column)) };
}
