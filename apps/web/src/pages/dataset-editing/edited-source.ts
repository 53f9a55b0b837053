import type { RowEdit } from "@granary/protocol";
import type { GridRow, GridSource, GridState } from "../../kit/grid/index.ts";
import { isNewRow, type RowTarget, rowIdOf } from "./edit-state.ts";

/** A row of the dataset as it is to be. */
export interface EditedRow extends GridRow {
  /** Undefined where nothing identifies the row. */
  readonly target: RowTarget | undefined;
  /** What the dataset holds; none of added rows. */
  readonly original: GridRow["cells"];
  readonly op: RowEdit["op"] | undefined;
}

const NO_CELLS: GridRow["cells"] = [];

/** The rows of a dataset with edits over them: added ones first, then those of the dataset, each as it is to be. */
export class EditedSource implements GridSource<EditedRow> {
  readonly #base: GridSource;
  readonly #names: readonly string[];
  readonly #listeners = new Set<() => void>();
  readonly #drawn = new Map<number, { readonly base: GridRow; readonly edit: RowEdit | undefined; readonly row: EditedRow }>();
  #edits: ReadonlyMap<string, RowEdit> = new Map();
  #added: readonly EditedRow[] = [];
  #state: GridState;
  #baseState: GridState;

  constructor(base: GridSource, names: readonly string[]) {
    this.#base = base;
    this.#names = names;
    this.#baseState = base.state();
    this.#state = this.#baseState;
  }

  /** Shows other edits; rows without a change stay the same objects. */
  setEdits(edits: ReadonlyMap<string, RowEdit>): void {
    if (edits === this.#edits) return;
    this.#edits = edits;
    this.#added = [...edits].flatMap(([rowId, edit]) => (isNewRow(rowId) && edit.op === "add" ? [this.#addedRow(rowId, edit)] : []));
    this.#renew();
    for (const listener of this.#listeners) listener();
  }

  readonly state = (): GridState => {
    if (this.#base.state() !== this.#baseState) this.#renew();
    return this.#state;
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    const stop = this.#base.subscribe(listener);
    return () => {
      this.#listeners.delete(listener);
      stop();
    };
  };

  readonly row = (index: number): EditedRow | undefined => {
    if (index < this.#added.length) return this.#added[index];
    const base = this.#base.row(index - this.#added.length);
    return base && this.#overlaid(index - this.#added.length, base);
  };

  readonly want = (from: number, to: number): void => this.#base.want(Math.max(0, from - this.#added.length), Math.max(0, to - this.#added.length));

  readonly retry = (): void => this.#base.retry();

  /** How many added rows stand before those of the dataset. */
  get added(): number {
    return this.#added.length;
  }

  #renew(): void {
    this.#baseState = this.#base.state();
    const { rows, loaded, isComplete, error } = this.#baseState;
    this.#state = { rows: rows + this.#added.length, loaded: loaded + this.#added.length, isComplete, error };
  }

  #addedRow(rowId: string, { cells }: Extract<RowEdit, { op: "add" }>): EditedRow {
    return { target: { rowId, key: null }, original: NO_CELLS, op: "add", tone: "added", head: "new", cells: this.#names.map((name) => cells[name] ?? null) };
  }

  #overlaid(at: number, base: GridRow): EditedRow {
    const rowId = base.key == null ? undefined : rowIdOf(base.key);
    const edit = rowId === undefined ? undefined : this.#edits.get(rowId);
    const known = this.#drawn.get(at);
    if (known !== undefined && known.base === base && known.edit === edit) return known.row;
    const target = rowId === undefined || base.key == null ? undefined : { rowId, key: base.key };
    const plain: EditedRow = { ...base, target, original: base.cells, op: edit?.op };
    const row = edit === undefined ? plain : this.#edited(plain, edit);
    this.#drawn.set(at, { base, edit, row });
    return row;
  }

  #edited(row: EditedRow, edit: RowEdit): EditedRow {
    if (edit.op !== "modify") return { ...row, tone: "removed" };
    const isEdited = (name: string) => Object.hasOwn(edit.cells, name);
    return {
      ...row,
      cells: this.#names.map((name, index) => (isEdited(name) ? (edit.cells[name] ?? null) : (row.cells[index] ?? null))),
      tones: this.#names.map((name) => (isEdited(name) ? "changed" : undefined)),
    };
  }
}
