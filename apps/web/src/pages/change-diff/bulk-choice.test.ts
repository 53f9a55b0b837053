import type { ChangeOverview } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { bulkOf } from "./bulk-choice.ts";

const overview = {
  added: 3,
  removed: 1,
  modified: 1_200,
  columns: [
    { column: "price", changed: 1_000, damaged: 0, damages: [] },
    { column: "zip", changed: 2, damaged: 40, damages: [] },
    { column: "id", changed: 0, damaged: 2, damages: [] },
  ],
} as unknown as ChangeOverview;

const bulk = (choice: Parameters<typeof bulkOf>[1], keys: readonly string[] = []) => bulkOf(new Set(keys), choice, overview, String);

describe("what can be done with rows at once", () => {
  it("means the chosen rows before anything that is filtered", () =>
    expect(bulk({ kind: "added" }, ['["1","a"]', '["2",null]']).rows).toEqual({
      cells: {
        keys: [
          ["1", "a"],
          ["2", null],
        ],
      },
      text: "2 rows",
    }));
  it("means all rows of a kind", () => expect(bulk({ kind: "removed" }).rows).toEqual({ cells: { kinds: ["removed"] }, text: "all 1 deleted row" }));
  it("means one column only when that is chosen", () =>
    expect(bulk({ column: "price" }).rows).toEqual({ cells: { columns: ["price"] }, text: "the changes of price" }));
  it("takes a condition with it", () => {
    const filter = { column: "price", op: "gt", value: "10" } as const;
    expect(bulk({ filter, kind: "modified" }).rows?.cells).toEqual({ kinds: ["modified"], filter });
  });
  it("offers nothing of a kind without rows", () => expect(bulkOf(new Set(), { kind: "added" }, { ...overview, added: 0 }, String).rows).toBeUndefined());
  it.each([{}, { q: "x" }, { kind: "format" }, { kind: "null_key" }] as const)("offers nothing for %j", (choice) => expect(bulk(choice).rows).toBeUndefined());
});

describe("damaged formats", () => {
  it("can be accepted of one column", () => expect(bulk({ column: "zip" }).formats).toEqual({ cells: { columns: ["zip"] }, text: "format of zip", count: 40 }));
  it("can be accepted all at once", () =>
    expect(bulk({ kind: "format" }).formats).toEqual({ cells: { columns: ["zip", "id"] }, text: "all formats", count: 42 }));
  it("are not offered where there are none", () => expect(bulk({ column: "price" }).formats).toBeUndefined());
});
