import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useLayoutEffect, useMemo, useState } from "react";
import { asWidth, startWidths } from "./column-widths.ts";
import type { GridColumn, PlacedColumn } from "./columns.ts";
import type { GridSource } from "./grid-source.ts";

const OVERSCAN = 2;

interface ColumnsOptions {
  readonly columns: readonly GridColumn[];
  readonly source: GridSource;
  readonly hasRows: boolean;
  readonly pinnedCount: number;
  readonly gutter: number;
  readonly leastWidth: number | undefined;
}

/** Widths and places of the columns: those that stay at the left, and of the others those in sight. */
export function useColumns(scroller: RefObject<HTMLDivElement | null>, { columns, source, hasRows, pinnedCount, gutter, leastWidth }: ColumnsOptions) {
  const [chosen, setChosen] = useState<Readonly<Record<string, number>>>({});
  // Measured once, when the first rows are there: other rows of the same columns must not make them jump.
  const [measured, setMeasured] = useState<Readonly<Record<string, number>>>({});
  const names = columns.map(({ name }) => name);
  if (hasRows && names.some((name) => measured[name] === undefined)) {
    const found = startWidths(names, source.row, leastWidth);
    setMeasured({ ...Object.fromEntries(names.map((name, index) => [name, found[index] ?? 0])), ...measured });
  }
  const widths = useMemo(() => {
    const unmeasured = startWidths(
      columns.map(({ name }) => name),
      () => undefined,
      leastWidth,
    );
    return columns.map(({ name, width }, index) => chosen[name] ?? width ?? measured[name] ?? unmeasured[index] ?? 0);
  }, [columns, chosen, measured, leastWidth]);
  const pinned = useMemo(() => {
    let start = gutter;
    return widths.slice(0, pinnedCount).map((width, index): PlacedColumn => {
      const placed = { index, start, width };
      start += width;
      return placed;
    });
  }, [widths, pinnedCount, gutter]);
  const pinnedEnd = pinned.reduce((end, { width }) => end + width, gutter);
  const virtual = useVirtualizer({
    horizontal: true,
    count: Math.max(0, columns.length - pinnedCount),
    getScrollElement: () => scroller.current,
    estimateSize: (index) => widths[index + pinnedCount] ?? 0,
    overscan: OVERSCAN,
    paddingStart: pinnedEnd,
    scrollPaddingStart: pinnedEnd,
    useFlushSync: false,
  });
  useLayoutEffect(() => virtual.measure(), [virtual, widths]);
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0], items.at(-1)];
  // The same list as long as the same columns are in sight, so that rows need not be drawn again while one scrolls down.
  const signature = `${first?.index ?? 0} ${last?.index ?? -1} ${first?.start ?? 0} ${last?.end ?? 0} ${virtual.getTotalSize()}`;
  const placed = useMemo(
    () => items.map(({ index, start, size }): PlacedColumn => ({ index: index + pinnedCount, start, width: size })),
    // oxlint-disable-next-line react/exhaustive-deps -- the signature stands for the items
    [signature, pinnedCount],
  );
  const resize = useCallback((name: string, width: number) => setChosen((before) => ({ ...before, [name]: asWidth(width) })), []);
  const reveal = (column: number) => {
    if (column >= pinnedCount) virtual.scrollToIndex(column - pinnedCount, { align: "auto" });
  };
  return { pinned, placed, widths, total: virtual.getTotalSize(), resize, reveal };
}
