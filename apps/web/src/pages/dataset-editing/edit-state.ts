import type { RowEdit } from "@granary/protocol";

type Cell = string | null;

/** A row that is edited: of the dataset, by its key, or one that is added. */
export interface RowTarget {
  readonly rowId: string;
  readonly key: readonly string[] | null;
}

/** One cell as it is to be; `original` is what the dataset holds, null for rows that are added. */
export interface CellEdit {
  readonly target: RowTarget;
  readonly column: string;
  readonly value: Cell;
  readonly original: Cell;
}

/** What one act did to rows: undone and done again as a whole. */
type Patch = readonly { readonly rowId: string; readonly before: RowEdit | undefined; readonly after: RowEdit | undefined }[];

/** All edits of a draft, with the way back and forth. */
export interface Edits {
  readonly rows: ReadonlyMap<string, RowEdit>;
  readonly past: readonly Patch[];
  readonly future: readonly Patch[];
}

export const editsOf = (rows: Iterable<readonly [string, RowEdit]>): Edits => ({ rows: new Map(rows), past: [], future: [] });

const NEW = "new-";
let made = 0;

/** A name for a row that is added; later ones sort behind earlier ones. */
export function newRowId(nowMs: number = Date.now()): string {
  made += 1;
  return `${NEW}${nowMs.toString(36)}-${made.toString(36).padStart(4, "0")}`;
}

export const isNewRow = (rowId: string): boolean => rowId.startsWith(NEW);

export const rowIdOf = (key: readonly string[]): string => JSON.stringify(key);

function withRows(rows: Edits["rows"], patch: Patch, side: "before" | "after"): Edits["rows"] {
  const next = new Map(rows);
  for (const { rowId, [side]: edit } of patch) {
    if (edit === undefined) next.delete(rowId);
    else next.set(rowId, edit);
  }
  return next;
}

function done(edits: Edits, patch: Patch): Edits {
  if (patch.length === 0) return edits;
  return { rows: withRows(edits.rows, patch, "after"), past: [...edits.past, patch], future: [] };
}

function withCell(edit: RowEdit | undefined, { target, column, value, original }: CellEdit): RowEdit | undefined {
  if (target.key === null) return { op: "add", cells: { ...(edit?.op === "add" ? edit.cells : {}), [column]: value } };
  if (edit?.op === "delete") return edit;
  const { [column]: _before, ...others } = edit?.op === "modify" ? edit.cells : {};
  const cells = value === original ? others : { ...others, [column]: value };
  return Object.keys(cells).length === 0 ? undefined : { op: "modify", key: [...target.key], cells };
}

/** Cells get other values; a value that is what the dataset holds is no edit any more. Rows that are deleted stay so. */
export function editCells(edits: Edits, cells: readonly CellEdit[]): Edits {
  const after = new Map<string, RowEdit | undefined>();
  for (const cell of cells) {
    const { rowId } = cell.target;
    after.set(rowId, withCell(after.has(rowId) ? after.get(rowId) : edits.rows.get(rowId), cell));
  }
  const patch = [...after].map(([rowId, edit]) => ({ rowId, before: edits.rows.get(rowId), after: edit }));
  return done(
    edits,
    patch.filter(({ before, after: edit }) => JSON.stringify(before) !== JSON.stringify(edit)),
  );
}

export const addRow = (edits: Edits, rowId: string): Edits => done(edits, [{ rowId, before: undefined, after: { op: "add", cells: {} } }]);

/** A row goes, and comes back when it is deleted already; one that was only added is forgotten. */
export function toggleRow(edits: Edits, { rowId, key }: RowTarget): Edits {
  const before = edits.rows.get(rowId);
  const after: RowEdit | undefined = key === null || before?.op === "delete" ? undefined : { op: "delete", key: [...key] };
  return done(edits, [{ rowId, before, after }]);
}

export function undo({ rows, past, future }: Edits): Edits {
  const last = past.at(-1);
  return last === undefined ? { rows, past, future } : { rows: withRows(rows, last, "before"), past: past.slice(0, -1), future: [...future, last] };
}

export function redo({ rows, past, future }: Edits): Edits {
  const last = future.at(-1);
  return last === undefined ? { rows, past, future } : { rows: withRows(rows, last, "after"), past: [...past, last], future: future.slice(0, -1) };
}

/** Rows of which the edit differs between two states. */
export function differing(before: Edits["rows"], after: Edits["rows"]): readonly string[] {
  const ids = new Set([...before.keys(), ...after.keys()]);
  return [...ids].filter((id) => before.get(id) !== after.get(id));
}
