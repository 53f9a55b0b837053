import { act, renderHook, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { type CellAt, PagedSource } from "../../kit/grid/index.ts";
import { useReadingOn } from "./use-reading-on.ts";

/** Pages of two rows each, whose cells are numbered from 0. */
function pages(count: number) {
  const asked: (string | undefined)[] = [];
  const source = new PagedSource((cursor) => {
    asked.push(cursor);
    const page = Number(cursor ?? 0);
    const rows = [0, 1].map((offset) => ({ cells: [String(page * 2 + offset)] }));
    return Promise.resolve({ rows, next: page + 1 === count ? null : String(page + 1) });
  });
  return { source, asked };
}

const rowOf = (source: PagedSource, value: string) => (): CellAt | undefined => {
  for (let row = 0; row < source.state().loaded; row += 1) if (source.row(row)?.cells[0] === value) return { row, column: 0 };
  return undefined;
};

describe("going to the next change", () => {
  it("reads on until it is found", async () => {
    const { source, asked } = pages(100);
    const goTo = vi.fn<(place: CellAt | undefined) => void>();
    const { result } = renderHook(() => useReadingOn(source, goTo));
    act(() => result.current(rowOf(source, "120")));
    await waitFor(() => expect(goTo).toHaveBeenCalledExactlyOnceWith({ row: 120, column: 0 }));
    expect(asked.length).toBeLessThan(100);
  });

  it("stays where it is when the rows end", async () => {
    const { source } = pages(3);
    const goTo = vi.fn<(place: CellAt | undefined) => void>();
    const { result } = renderHook(() => useReadingOn(source, goTo));
    act(() => result.current(rowOf(source, "none")));
    await waitFor(() => expect(goTo).toHaveBeenCalledExactlyOnceWith(undefined));
  });

  it("is put aside by another key", async () => {
    const { source } = pages(3);
    const goTo = vi.fn<(place: CellAt | undefined) => void>();
    const { result } = renderHook(() => useReadingOn(source, goTo));
    act(() => {
      result.current(rowOf(source, "none"));
      result.current(rowOf(source, "3"));
    });
    await waitFor(() => expect(goTo).toHaveBeenCalledExactlyOnceWith({ row: 3, column: 0 }));
  });
});
