import { describe, expect, it } from "vitest";
import { toTsv } from "./cell-range.ts";
import type { GridRow } from "./grid-source.ts";
import { moveCell } from "./move-cell.ts";
import { PagedSource } from "./paged-source.ts";
import { nextSort } from "./sort-order.ts";

const SIZE = { rows: 100, columns: 8, page: 20 };

describe("moving by keys", () => {
  const from = { row: 50, column: 4 };
  it.each([
    ["ArrowUp", false, { row: 49, column: 4 }],
    ["ArrowRight", false, { row: 50, column: 5 }],
    ["Home", false, { row: 50, column: 0 }],
    ["End", false, { row: 50, column: 7 }],
    ["PageDown", false, { row: 70, column: 4 }],
    ["PageUp", false, { row: 30, column: 4 }],
    ["ArrowDown", true, { row: 99, column: 4 }],
    ["ArrowUp", true, { row: 0, column: 4 }],
    ["ArrowLeft", true, { row: 50, column: 0 }],
    ["Home", true, { row: 0, column: 0 }],
    ["End", true, { row: 99, column: 7 }],
  ])("%s (far: %s) leads to %o", (key, isFar, to) => expect(moveCell(from, key, isFar, SIZE)).toEqual(to));

  it("stops at the edges, and reaches the header above the first row", () => {
    expect(moveCell({ row: 99, column: 7 }, "ArrowDown", false, SIZE)).toEqual({ row: 99, column: 7 });
    expect(moveCell({ row: 99, column: 7 }, "PageDown", false, SIZE)).toEqual({ row: 99, column: 7 });
    expect(moveCell({ row: 0, column: 0 }, "ArrowUp", false, SIZE)).toEqual({ row: -1, column: 0 });
    expect(moveCell({ row: -1, column: 0 }, "ArrowUp", false, SIZE)).toEqual({ row: -1, column: 0 });
    expect(moveCell({ row: 0, column: 0 }, "ArrowUp", true, SIZE)).toEqual({ row: -1, column: 0 });
  });

  it("leaves other keys alone", () => expect(moveCell(from, "x", false, SIZE)).toBeUndefined());
});

describe("copying", () => {
  const rows: readonly GridRow[] = [
    { cells: ["1", "plain", null] },
    { cells: ["2", 'says "hi"', "a\tb"], cut: new Set([2]) },
    { cells: ["3", "two\nlines", ""] },
  ];
  const row = (index: number) => rows[index];

  it("gives tab-separated text whichever corner came first, and counts what is cut", () => {
    expect(toTsv({ anchor: { row: 2, column: 2 }, focus: { row: 0, column: 0 } }, row)).toEqual({
      text: '1\tplain\t\n2\t"says ""hi"""\t"a\tb"\n3\t"two\nlines"\t',
      rows: 3,
      cut: 1,
    });
  });

  it("gives a single cell as it is", () => {
    const at = { row: 1, column: 1 };
    expect(toTsv({ anchor: at, focus: at }, row)).toEqual({ text: 'says "hi"', rows: 1, cut: 0 });
  });

  it("takes only rows that are read", () => expect(toTsv({ anchor: { row: 1, column: 0 }, focus: { row: 9, column: 0 } }, row).text).toBe("2\n3"));
});

describe("sorting by clicks", () => {
  it("goes up, down and off", () => {
    const up = nextSort([], "price", false);
    const down = nextSort(up, "price", false);
    expect([up, down, nextSort(down, "price", false)]).toEqual([[{ column: "price", descending: false }], [{ column: "price", descending: true }], []]);
  });

  it("adds columns behind the others and keeps their places", () => {
    const two = nextSort([{ column: "a", descending: false }], "b", true);
    expect(nextSort(two, "a", true)).toEqual([
      { column: "a", descending: true },
      { column: "b", descending: false },
    ]);
    expect(nextSort(two, "b", false)).toEqual([{ column: "b", descending: true }]);
  });
});

describe("rows read page by page", () => {
  const PAGE = 50;
  const page = (cursor: string | undefined) => {
    const from = Number(cursor ?? 0);
    const rows = Array.from({ length: PAGE }, (_, index): GridRow => ({ cells: [String(from + index)] }));
    return { rows, next: from + PAGE >= 200 ? null : String(from + PAGE) };
  };
  const settled = async (source: PagedSource, is: () => boolean) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = source.subscribe(() => is() && resolve());
    if (is()) resolve();
    await promise;
    return stop;
  };

  it("are read as far as somebody looks, then to the end", async () => {
    const asked: (string | undefined)[] = [];
    const source = new PagedSource(async (cursor) => {
      asked.push(cursor);
      return page(cursor);
    });
    source.want(0, 10);
    await settled(source, () => source.state().loaded === PAGE);
    expect([asked, source.state().rows > PAGE, source.state().isComplete]).toEqual([[undefined], true, false]);
    source.want(150, 199);
    await settled(source, () => source.state().isComplete);
    expect([asked, source.state().rows, source.row(199)]).toEqual([[undefined, "50", "100", "150"], 200, { cells: ["199"] }]);
    expect(source.placeOf(120)).toEqual({ cursor: "100", offset: 20 });
    expect(source.placeOf(3)).toEqual({ cursor: undefined, offset: 3 });
  });

  it("keep what was read when a page fails, and go on when asked again", async () => {
    let isDown = false;
    const source = new PagedSource(async (cursor) => {
      if (isDown) throw new Error("no network");
      return page(cursor);
    });
    source.want(0, 10);
    await settled(source, () => source.state().loaded === PAGE);
    isDown = true;
    source.want(40, 60);
    await settled(source, () => source.state().error !== undefined);
    expect(source.state().loaded).toBe(PAGE);
    isDown = false;
    source.retry();
    await settled(source, () => source.state().loaded === PAGE * 2);
    expect(source.state().error).toBeUndefined();
  });
});
