import { type Extent, isStuck, type Place, placeAt, scrolledTo } from "./scroll-scale.ts";

/** How high a row of one line is. */
export const ROW_HEIGHT = 30;
/** Rows drawn above and below what is in sight, so that a quick scroll shows no gap before the next frame. */
const OVERSCAN = 8;
/** When the wheel rests this long, the scroll bar of a scaled grid is put where it belongs. */
const REST_MS = 140;

export interface WindowState {
  readonly first: number;
  readonly last: number;
  /** What has to be added to a row's place in the content to get its place in the body. */
  readonly shift: number;
  /** Whole rows in sight. */
  readonly page: number;
}

const isSame = (a: WindowState, b: WindowState) => a.first === b.first && a.last === b.last && a.shift === b.shift && a.page === b.page;

/** Which rows are in sight of a scrolling element. All are equally high, so that this is arithmetic and costs the same at any number of rows. */
export class RowWindow {
  readonly #listeners = new Set<() => void>();
  #element: HTMLElement | undefined;
  readonly #rowHeight: number;
  #rows = 0;
  #headHeight = 0;
  #place: Place = { top: 0, offset: 0 };
  #state: WindowState = { first: 0, last: -1, shift: 0, page: 1 };
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(rowHeight: number) {
    this.#rowHeight = rowHeight;
  }

  readonly state = (): WindowState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Follows an element until what it answers is called. */
  attach(element: HTMLElement): () => void {
    this.#element = element;
    const sized = new ResizeObserver(() => this.#draw());
    sized.observe(element);
    element.addEventListener("scroll", this.#onScroll, { passive: true });
    this.#draw();
    return () => {
      clearTimeout(this.#rest);
      sized.disconnect();
      element.removeEventListener("scroll", this.#onScroll);
      this.#element = undefined;
    };
  }

  /** Rows came or went: what is in sight may lie behind the end now. */
  fit(rows: number, headHeight: number): void {
    this.#rows = rows;
    this.#headHeight = headHeight;
    this.#place = scrolledTo(this.#place, this.#element?.scrollTop ?? 0, this.#extent());
    this.#draw();
  }

  /** Scrolls as little as needed to show a row. */
  reveal(row: number): void {
    const { viewport } = this.#extent();
    const start = row * this.#rowHeight;
    const { offset } = this.#place;
    if (start < offset) this.#goTo(start);
    else if (start + this.#rowHeight > offset + viewport) this.#goTo(start + this.#rowHeight - viewport);
  }

  /** Other rows are there now: they are looked at from the first one on. */
  toStart(): void {
    if (this.#place.offset > 0) this.#goTo(0);
  }

  #extent(): Extent {
    return { content: this.#rows * this.#rowHeight, viewport: Math.max(this.#rowHeight, (this.#element?.clientHeight ?? 0) - this.#headHeight) };
  }

  readonly #onScroll = (): void => {
    const extent = this.#extent();
    this.#place = scrolledTo(this.#place, this.#element?.scrollTop ?? 0, extent);
    if (isStuck(this.#place, extent)) this.#goTo(this.#place.offset);
    this.#draw();
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#settle(), REST_MS);
  };

  #settle(): void {
    const honest = placeAt(this.#place.offset, this.#extent());
    if (Math.abs(honest.top - this.#place.top) >= 1) this.#goTo(this.#place.offset);
  }

  #goTo(offset: number): void {
    if (this.#element === undefined) return;
    const wanted = placeAt(offset, this.#extent());
    this.#element.scrollTop = wanted.top;
    this.#place = { top: this.#element.scrollTop, offset: wanted.offset };
    this.#draw();
  }

  #draw(): void {
    const { viewport } = this.#extent();
    const { top, offset } = this.#place;
    const first = Math.max(0, Math.floor(offset / this.#rowHeight) - OVERSCAN);
    const last = Math.min(this.#rows - 1, Math.ceil((offset + viewport) / this.#rowHeight) + OVERSCAN);
    const next = { first, last, shift: top - offset, page: Math.max(1, Math.floor(viewport / this.#rowHeight)) };
    if (isSame(this.#state, next)) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}
