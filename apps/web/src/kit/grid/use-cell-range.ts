import { type KeyboardEvent, type MouseEvent, type PointerEvent, useState } from "react";
import type { CellRange } from "./cell-range.ts";
import { type CellAt, type GridSize, moveCell } from "./move-cell.ts";

interface CellRangeOptions {
  readonly size: GridSize;
  readonly onReveal: (at: CellAt) => void;
  readonly onOpen: (at: CellAt) => void;
  readonly onCopy: (range: CellRange) => void;
  readonly onHeadKey: (column: number, event: KeyboardEvent) => void;
  /** Keys of the page, before those of the grid. */
  readonly onKey: ((event: KeyboardEvent, at: CellAt) => boolean) | undefined;
}

/** The cell under the pointer; a row's number counts as its first column. */
function cellUnder(target: EventTarget): (CellAt & { readonly isHead: boolean }) | undefined {
  const cell = target instanceof Element ? target.closest<HTMLElement>("[data-cell]") : null;
  const row = cell?.closest<HTMLElement>("[data-row]")?.dataset["row"];
  if (cell === null || row === undefined) return undefined;
  const column = Number(cell.dataset["cell"]);
  return { row: Number(row), column: Math.max(0, column), isHead: column < 0 };
}

const FIRST: CellRange = { anchor: { row: 0, column: 0 }, focus: { row: 0, column: 0 } };

/** Which cells are chosen, by keyboard, mouse and finger. */
export function useCellRange({ size, onReveal, onOpen, onCopy, onHeadKey, onKey }: CellRangeOptions) {
  const [range, setRange] = useState<CellRange>();
  const focus = range?.focus;
  const goTo = (at: CellAt, extend: boolean) => {
    const isExtended = extend && range !== undefined && at.row >= 0 && range.anchor.row >= 0;
    setRange({ anchor: isExtended ? range.anchor : at, focus: at });
    onReveal(at);
  };
  const chosen = range ?? FIRST;
  const onFarKey = (key: string): boolean => {
    if (key === "a") setRange({ anchor: FIRST.anchor, focus: { row: size.rows - 1, column: size.columns - 1 } });
    else if (key === "c" && chosen.focus.row >= 0) onCopy(chosen);
    else return false;
    return true;
  };
  const onMoveKey = (key: string, isFar: boolean, extend: boolean): boolean => {
    const next = moveCell(chosen.focus, key, isFar, size);
    if (next !== undefined) goTo(next, extend);
    return next !== undefined;
  };
  const onGridKey = (event: KeyboardEvent) => {
    const { focus: at } = chosen;
    const isFar = event.ctrlKey || event.metaKey;
    const isEnter = event.key === "Enter";
    if (at.row === -1 && (event.altKey || isEnter)) return onHeadKey(at.column, event);
    if (event.altKey) return;
    if (isEnter) onOpen(at);
    const isDone = isEnter || (isFar && onFarKey(event.key.toLowerCase())) || onMoveKey(event.key, isFar, event.shiftKey);
    if (isDone) event.preventDefault();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    if (onKey?.(event, chosen.focus) === true) event.preventDefault();
    else onGridKey(event);
  };
  const onPointerDown = (event: PointerEvent) => {
    const at = cellUnder(event.target);
    if (at === undefined || event.button !== 0) return;
    const isAgain = focus?.row === at.row && focus.column === at.column;
    if (at.isHead || (isAgain && event.pointerType === "touch")) return onOpen(at);
    setRange({ anchor: event.shiftKey && range !== undefined ? range.anchor : at, focus: at });
  };
  const onPointerMove = (event: PointerEvent) => {
    if ((event.buttons & 1) === 0 || event.pointerType === "touch" || range === undefined) return;
    const at = cellUnder(event.target);
    if (at !== undefined && (at.row !== range.focus.row || at.column !== range.focus.column)) setRange({ anchor: range.anchor, focus: at });
  };
  const onDoubleClick = (event: MouseEvent) => {
    const at = cellUnder(event.target);
    if (at !== undefined) onOpen(at);
  };
  const onFocus = () => {
    if (range === undefined && size.rows > 0) setRange(FIRST);
  };
  return { range, goTo, handlers: { onKeyDown, onPointerDown, onPointerMove, onDoubleClick, onFocus } };
}
