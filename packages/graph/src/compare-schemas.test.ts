import type { GraphColumn, GraphType } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { compareSchemas, typeChange } from "./compare-schemas.ts";

const columns = (of: Readonly<Record<string, GraphType>>): readonly GraphColumn[] => Object.entries(of).map(([name, type]) => ({ name, type }));

describe("comparing schemas", () => {
  it("scores equal ones with 1 and says nothing breaks", () => {
    const same = columns({ id: "integer", name: "text" });
    const found = compareSchemas(same, same);
    expect(found.score).toBe(1);
    expect(found.columns.map(({ change, isBreaking }) => [change, isBreaking])).toEqual([
      ["same", false],
      ["same", false],
    ]);
  });

  it("tells what was widened, narrowed, retyped, renamed, added and removed", () => {
    const from = columns({ id: "integer", price: "decimal(18,4)", at: "timestamp", cust_no: "text", gone: "boolean" });
    const to = columns({ id: "decimal(38,2)", price: "decimal(10,2)", at: "boolean", customerNumber: "text", fresh: "uuid" });
    const found = compareSchemas(from, to);
    expect(found.columns.map(({ from: old, to: young, change, isBreaking }) => [old?.name, young?.name, change, isBreaking])).toEqual([
      ["id", "id", "widened", false],
      ["price", "price", "narrowed", true],
      ["at", "at", "retyped", true],
      ["cust_no", "customerNumber", "renamed", true],
      ["gone", undefined, "removed", true],
      [undefined, "fresh", "added", false],
    ]);
    expect(found.score).toBeCloseTo((1 + 0.5 + 0 + 0.98) / 5, 3);
  });

  it.each<[GraphType, GraphType, string]>([
    ["integer", "number", "narrowed"],
    ["integer", "decimal(21,2)", "widened"],
    ["integer", "decimal(20,2)", "narrowed"],
    ["decimal(8,2)", "number", "widened"],
    ["date", "timestamptz", "widened"],
    ["text", "integer", "narrowed"],
    ["json", "text", "widened"],
    ["date", "integer", "retyped"],
  ])("calls %s to %s %s", (from, to, change) => expect(typeChange(from, to)).toBe(change));
});
