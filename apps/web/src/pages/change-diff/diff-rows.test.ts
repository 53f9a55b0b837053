import type { ChangeDiff, ChangedRow } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { diffRows, keyText, readKey, shapeOf } from "./diff-rows.ts";
import { nextCell, nextColumn, nextRow } from "./next-change.ts";

const columns = ["name", "zip", "id", "note"].map((name) => ({ name })) as ChangeDiff["columns"];
const FIRST = {
  kind: "modified",
  class: "value",
  key: ["1"],
  copies: 1,
  old: ["Ada", "00501", "1", null],
  new: ["Eve", "501", "1", null],
  comments: 0,
} as const;
const modified: ChangedRow = { ...FIRST, changed: [true, false, false, false], damage: [null, "leading_zeros", null, null] } as unknown as ChangedRow;
const added = { ...FIRST, kind: "added", key: ["2"], old: null, new: ["Bob", null, "2", "x"], changed: [], damage: [] } as unknown as ChangedRow;
const removed = { ...FIRST, kind: "removed", key: ["3"], new: null, changed: [], damage: [] } as unknown as ChangedRow;
const shape = shapeOf({ columns, keys: ["id"] }, new Set(), false);

describe("the shape of a difference", () => {
  it("puts key columns first", () => expect(shape).toEqual({ order: [2, 0, 1, 3], keys: 1 }));
  it("leaves out columns in which nothing changes, but never a key", () =>
    expect(shapeOf({ columns, keys: ["id"] }, new Set(["note"]), true)).toEqual({ order: [2, 3], keys: 1 }));
  it("puts columns that change before the others", () =>
    expect(shapeOf({ columns, keys: ["id"] }, new Set(["note"]), false)).toEqual({ order: [2, 3, 0, 1], keys: 1 }));
});

describe("rows of a difference", () => {
  it("draws a modified row once, with what it becomes and what is kept of damaged cells", () => {
    const [row] = diffRows([modified], "unified", shape);
    expect(row?.cells).toEqual(["1", "Eve", "00501", null]);
    expect(row?.tones).toEqual([undefined, "changed", "damaged", undefined]);
  });
  it("draws it as two when they are split, and other rows as one", () => {
    const rows = diffRows([modified, added, removed], "split", shape);
    expect(rows.map(({ side, tone, cells }) => [side, tone, cells[1]])).toEqual([
      ["old", undefined, "Ada"],
      ["new", undefined, "Eve"],
      ["both", "added", "Bob"],
      ["both", "removed", "Ada"],
    ]);
  });
});

describe("keys in an address", () => {
  it("reads what it wrote", () => expect(readKey(keyText(["a", null]))).toEqual(["a", null]));
  it.each(["", "[]", "{}", "[1]", "a"])("takes %j for none", (text) => expect(readKey(text)).toBeUndefined());
});

describe("going from change to change", () => {
  const rows = diffRows([modified, added, modified], "split", shape);
  const read = { loaded: rows.length, row: (index: number) => rows[index] };
  it("goes to the next row, over the second half of a split one", () => {
    expect(nextRow(read, { row: 0, column: 2 }, 1)).toEqual({ row: 2, column: 2 });
    expect(nextRow(read, { row: 2, column: 2 }, -1)).toEqual({ row: 0, column: 2 });
    expect(nextRow(read, { row: 3, column: 2 }, 1)).toBeUndefined();
  });
  it("goes from cell to cell, and stops once at an added row", () => {
    expect(nextCell(read, 4, { row: 0, column: 0 }, 1)).toEqual({ row: 1, column: 1 });
    expect(nextCell(read, 4, { row: 1, column: 1 }, 1)).toEqual({ row: 1, column: 2 });
    expect(nextCell(read, 4, { row: 1, column: 2 }, 1)).toEqual({ row: 2, column: 0 });
    expect(nextCell(read, 4, { row: 2, column: 0 }, 1)).toEqual({ row: 4, column: 1 });
    expect(nextCell(read, 4, { row: 2, column: 0 }, -1)).toEqual({ row: 1, column: 2 });
    expect(nextCell(read, 4, { row: 4, column: 2 }, 1)).toBeUndefined();
  });
  it("goes round the columns in which anything changes", () => {
    expect(nextColumn([false, true, false, true], { row: 5, column: 1 }, 1)).toEqual({ row: 5, column: 3 });
    expect(nextColumn([false, true, false, true], { row: 5, column: 3 }, 1)).toEqual({ row: 5, column: 1 });
    expect(nextColumn([false, true, false, true], { row: 5, column: 1 }, -1)).toEqual({ row: 5, column: 3 });
    expect(nextColumn([false, false], { row: 0, column: 0 }, 1)).toBeUndefined();
  });
});
