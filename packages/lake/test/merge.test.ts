import type { Preflight } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestLake, testLake } from "./lake.ts";
import { codeOf, MergeBed, type Row } from "./merge-bed.ts";
import { field } from "./rows.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(async () => bed[Symbol.asyncDispose]());

const FIELDS = [field(1, "id", "long"), field(2, "name", "string"), field(3, "amount", "decimal(9, 2)"), field(4, "note", "string")];
const keyed = (): MergeBed => new MergeBed(bed, FIELDS, [1]);

const X: Row = [1, "x", "1.00", null];
const OTHER: Row = [9, "other", "9.00", "stays"];
const shape = ({ applicable, already, conflicts, schema }: Preflight): unknown => [applicable, already, conflicts.rows, conflicts.cells, schema];

/** Base, newest state and proposal of row 1, null where it is not there. */
async function threeWay(base: Row | null, main: Row | null, proposal: Row | null, strictness: "cell" | "row" | "table" = "cell") {
  const m = keyed();
  const rows = (row: Row | null): readonly Row[] => (row === null ? [OTHER] : [row, OTHER]);
  const from = await m.create(rows(base));
  const changeSet = await m.propose(from, rows(proposal));
  const onto = main === base ? from : await m.write(from, rows(main));
  const found = await m.preflight(changeSet, onto, { strictness, base: from });
  const merged = await codeOf(m.merge(changeSet, onto, { strictness, base: from }));
  const table = await bed.open(m.tableName);
  const row = (await m.rows(table)).find(([id]) => id === "1") ?? null;
  return { found: shape(found), merged, row };
}

describe("the truth table of a row: base, main, proposal", () => {
  it.each<[string, Row | null, Row | null, Row | null, unknown, readonly unknown[] | null]>([
    ["x, x, y: takes the proposal", X, X, [1, "y", "1.00", null], [1, 0, 0, 0, "same"], ["1", "y", "1.00", null]],
    ["x, x, deleted: takes the proposal", X, X, null, [1, 0, 0, 0, "same"], null],
    ["x, y, x: takes main", X, [1, "y", "1.00", null], X, [0, 0, 0, 0, "same"], ["1", "y", "1.00", null]],
    ["x, deleted, x: takes main", X, null, X, [0, 0, 0, 0, "same"], null],
    ["x, y, y: no conflict", X, [1, "y", "1.00", null], [1, "y", "1.00", null], [0, 1, 0, 0, "same"], ["1", "y", "1.00", null]],
    ["x, deleted, deleted: no conflict", X, null, null, [0, 1, 0, 0, "same"], null],
    [
      "x, y, z: takes each cell from the side that changed it",
      X,
      [1, "y", "1.00", null],
      [1, "x", "2.00", null],
      [1, 0, 0, 0, "same"],
      ["1", "y", "2.00", null],
    ],
    ["x, y, z: a cell both changed to the same is fine", X, [1, "y", "1.00", "n"], [1, "y", "2.00", null], [1, 0, 0, 0, "same"], ["1", "y", "2.00", "n"]],
    ["x, y, z: a cell both changed otherwise is a conflict", X, [1, "y", "1.00", null], [1, "z", "2.00", null], [0, 0, 1, 1, "same"], ["1", "y", "1.00", null]],
    ["x, y, z: null is a value of its own", X, [1, null, "1.00", null], [1, "z", "1.00", null], [0, 0, 1, 1, "same"], ["1", null, "1.00", null]],
    ["x, deleted, y: is a conflict", X, null, [1, "y", "1.00", null], [0, 0, 1, 1, "same"], null],
    ["x, deleted, all cells null: is a conflict", X, null, [1, null, null, null], [0, 0, 1, 2, "same"], null],
    ["x, y, deleted: is a conflict", X, [1, "y", "1.00", null], null, [0, 0, 1, 1, "same"], ["1", "y", "1.00", null]],
    ["-, -, a: takes the proposal", null, null, X, [1, 0, 0, 0, "same"], ["1", "x", "1.00", null]],
    ["-, a, a: no conflict", null, X, X, [0, 1, 0, 0, "same"], ["1", "x", "1.00", null]],
    ["-, a, b: is a conflict", null, X, [1, "y", "1.00", null], [0, 0, 1, 1, "same"], ["1", "x", "1.00", null]],
  ])("%s", async (_, base, main, proposal, found, row) => {
    const outcome = await threeWay(base, main, proposal);
    expect(outcome.found).toEqual(found);
    expect(outcome.row).toEqual(row);
    expect(outcome.merged).toBe((found as readonly number[])[2] === 0 ? "done" : "change.conflicts");
  });
});
