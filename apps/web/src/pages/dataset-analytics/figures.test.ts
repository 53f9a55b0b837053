import type { Column, ColumnStats } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { cellsOf, figuresOf, filledShare, namesInParts, percentOf, typesOf, worstFirst } from "./figures.ts";

const column = (name: string, type: Column["type"] = "text"): Column => ({ name, type, storedType: type, masked: false });

const stats = (name: string, rows: number, nulls: number): ColumnStats => ({
  name,
  type: "text",
  masked: false,
  rows,
  nulls,
  distinct: 0,
  isDistinctApproximate: false,
  min: null,
  max: null,
  mean: null,
  bins: [],
  top: [],
});

describe("columns asked for in parts", () => {
  it("are all there once, in order, in requests of a bounded length", () => {
    const columns = Array.from({ length: 1_000 }, (_, index) => column(`Größe des Feldes ${index}`));
    const parts = namesInParts(columns);
    expect(parts.join(",").split(",")).toEqual(columns.map(({ name }) => name));
    for (const part of parts) expect(encodeURIComponent(part).length).toBeLessThanOrEqual(4_000);
    for (const part of parts) expect(part.split(",").length).toBeLessThanOrEqual(100);
  });

  it("keep a name that has a comma, and one that is longer than a part", () => {
    const long = "x".repeat(5_000);
    expect(namesInParts([column("a,b"), column(long), column("c")])).toEqual(['["a,b"]', long, "c"]);
    expect(namesInParts([])).toEqual([]);
  });
});

describe("completeness", () => {
  it("says 100 and 0 per cent only of all and of nothing", () => {
    expect([1, 0.99999, 0.5, 0.123, 0.00001, 0].map(percentOf)).toEqual([100, 99.9, 50, 12.3, 0.1, 0]);
  });

  it("takes a column without rows as complete", () => {
    expect(filledShare({ rows: 0, nulls: 0 })).toBe(1);
    expect(filledShare({ rows: 4, nulls: 1 })).toBe(0.75);
  });

  it("of all cells is that of all columns together", () => {
    expect(cellsOf([stats("a", 10, 1), stats("b", 10, 4)])).toEqual({ rows: 20, nulls: 5 });
  });

  it("lists the worst first and equals in their own order", () => {
    const columns = ["a", "b", "c", "d"].map((name) => column(name));
    const figures = figuresOf(columns, [stats("d", 10, 0), stats("c", 10, 9), stats("a", 10, 0)]);
    expect(figures.map(({ column: { name } }) => name)).toEqual(["a", "c", "d"]);
    expect(worstFirst(figures).map(({ column: { name } }) => name)).toEqual(["c", "a", "d"]);
  });
});

describe("types", () => {
  it("are counted, the most frequent first", () => {
    expect(typesOf([column("a", "text"), column("b", "integer"), column("c", "integer"), column("d", "date")])).toEqual([
      { type: "integer", count: 2 },
      { type: "date", count: 1 },
      { type: "text", count: 1 },
    ]);
  });
});
