import { type PointerEvent, type RefObject, useState } from "react";

interface Drawing {
  /** The line under the pointer, as a path. */
  readonly drawn: string | undefined;
  readonly begin: (event: PointerEvent, column: string) => void;
}

/** A pointer moves less than this in a click. */
const CLICK_PX = 5;

/** Drawing a line from a column to the field it is let go over. */
export function useDrawing(area: RefObject<HTMLElement | null>, onDrawn: (column: string, field: number) => void): Drawing {
  const [drawn, setDrawn] = useState<string>();
  const begin = (event: PointerEvent, column: string) => {
    const root = area.current;
    if (root === null || event.button !== 0) return;
    const frame = root.getBoundingClientRect();
    const from = event.currentTarget.getBoundingClientRect();
    const start = { x: from.right - frame.left, y: from.top - frame.top + from.height / 2 };
    const first = { x: event.clientX, y: event.clientY };
    const move = ({ clientX, clientY }: globalThis.PointerEvent) => {
      if (Math.hypot(clientX - first.x, clientY - first.y) >= CLICK_PX) setDrawn(`M${start.x},${start.y} L${clientX - frame.left},${clientY - frame.top}`);
    };
    const end = ({ clientX, clientY, type }: globalThis.PointerEvent) => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      setDrawn(undefined);
      if (type === "pointercancel" || Math.hypot(clientX - first.x, clientY - first.y) < CLICK_PX) return;
      const field = document.elementFromPoint(clientX, clientY)?.closest("[data-field]")?.getAttribute("data-field");
      if (field != null) onDrawn(column, Number(field));
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  };
  return { drawn, begin };
}
