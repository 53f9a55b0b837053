import type { ConflictRow } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { decideCell, decideColumn, decideRest, decisionOf, NO_DECISIONS, resolutionsOf, undecided } from "./resolutions.ts";

const cell = (column: string) => ({ column, base: "1", mine: "2", theirs: "3" });
const both: ConflictRow = { key: ["7"], kind: "cells", cells: [cell("price"), cell("name")] };
const gone: ConflictRow = { key: ["8"], kind: "deleted_there", cells: [cell("price")] };

describe("deciding conflicts", () => {
  it("lets what is said of a cell count before its column, and that before all", () => {
    const decisions = decideCell(decideColumn(decideRest(NO_DECISIONS, "theirs"), "price", "mine"), ["7"], "price", { take: "value", value: null });
    expect(decisionOf(decisions, ["7"], "price")).toEqual({ take: "value", value: null });
    expect(decisionOf(decisions, ["9"], "price")).toEqual({ take: "mine" });
    expect(decisionOf(decisions, ["9"], "name")).toEqual({ take: "theirs" });
  });
  it("counts what is left, a row that is gone as one", () => {
    expect(undecided(NO_DECISIONS, [both, gone])).toBe(3);
    expect(undecided(decideColumn(NO_DECISIONS, "price", "mine"), [both, gone])).toBe(2);
    expect(undecided(decideCell(NO_DECISIONS, ["8"], undefined, { take: "theirs" }), [gone])).toBe(0);
  });
  it("cannot name a row without a key", () => {
    expect(decideCell(NO_DECISIONS, null, "price", { take: "mine" })).toBe(NO_DECISIONS);
    expect(decisionOf(decideRest(NO_DECISIONS, "mine"), null, "price")).toEqual({ take: "mine" });
  });
  it("sends single cells before whole columns", () => {
    const decisions = decideCell(decideColumn(NO_DECISIONS, "price", "mine"), ["7"], "price", { take: "value", value: "5" });
    expect(resolutionsOf(decideCell(decisions, ["8"], undefined, { take: "theirs" }))).toEqual([
      { keys: [["7"]], columns: ["price"], take: "value", value: "5" },
      { keys: [["8"]], take: "theirs" },
      { columns: ["price"], take: "mine" },
    ]);
  });
});
