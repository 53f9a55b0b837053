import type { GridRow, GridSource, GridState } from "./grid-source.ts";

export interface SourcePage<R extends GridRow = GridRow> {
  readonly rows: readonly R[];
  /** What the next page is asked for by; null at the end. */
  readonly next: string | null;
}

type LoadPage<R extends GridRow> = (cursor: string | undefined, signal: AbortSignal) => Promise<SourcePage<R>>;

/** Rows drawn as skeletons below those read, so that there is something to scroll into. */
const AHEAD = 60;

/** Rows that can only be read one page after the other, as keyset lists give them. It reads on while somebody looks at its end. */
export class PagedSource<R extends GridRow = GridRow> implements GridSource<R> {
  readonly #load: LoadPage<R>;
  readonly #rows: R[] = [];
  readonly #starts: { readonly at: number; readonly cursor: string | undefined }[] = [];
  readonly #listeners = new Set<() => void>();
  #next: string | null | undefined;
  #wanted = 0;
  #reading: AbortController | undefined;
  #state: GridState = { rows: AHEAD, loaded: 0, isComplete: false, error: undefined };

  constructor(load: LoadPage<R>) {
    this.#load = load;
  }

  readonly state = (): GridState => this.#state;

  readonly row = (index: number): R | undefined => this.#rows[index];

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#reading?.abort();
      this.#reading = undefined;
    };
  };

  readonly want = (_from: number, to: number): void => {
    this.#wanted = Math.max(this.#wanted, to);
    if (this.#state.error === undefined) this.#readOn();
  };

  readonly retry = (): void => {
    this.#tell({ ...this.#state, error: undefined });
    this.#readOn();
  };

  /** The cursor of the page that holds a row, and the row's place in it. */
  placeOf(index: number): { readonly cursor: string | undefined; readonly offset: number } {
    const start = this.#starts.findLast(({ at }) => at <= index);
    return { cursor: start?.cursor, offset: index - (start?.at ?? 0) };
  }

  #readOn(): void {
    if (this.#reading !== undefined || this.#next === null || this.#wanted + AHEAD / 2 < this.#rows.length) return;
    const reading = new AbortController();
    this.#reading = reading;
    const cursor = this.#next;
    this.#load(cursor, reading.signal).then(
      (page) => this.#arrived(reading, cursor, page),
      (error: unknown) => this.#failed(reading, error),
    );
  }

  #arrived(reading: AbortController, cursor: string | undefined, page: SourcePage<R>): void {
    if (this.#reading !== reading) return;
    this.#reading = undefined;
    this.#starts.push({ at: this.#rows.length, cursor });
    for (const row of page.rows) this.#rows.push(row);
    this.#next = page.next;
    const loaded = this.#rows.length;
    const isComplete = page.next === null;
    this.#tell({ rows: isComplete ? loaded : loaded + AHEAD, loaded, isComplete, error: undefined });
    this.#readOn();
  }

  #failed(reading: AbortController, error: unknown): void {
    if (this.#reading !== reading) return;
    this.#reading = undefined;
    this.#tell({ ...this.#state, error });
  }

  #tell(state: GridState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
