import type { OpenTable, PageRequest } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everything, type TestLake, testLake } from "./lake.ts";
import { randomOf } from "./random.ts";
import { type ModelKey, nameOf, randomFilter, type RandomTable, randomTable, SORTABLE_TYPES, sortedRows } from "./random-table.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(() => bed[Symbol.asyncDispose]());

type Walk = Omit<PageRequest, "after" | "before">;

const idsOf = (rows: readonly (readonly unknown[])[]): readonly string[] => rows.map((row) => String(row[0]));

/** The ids on all pages, forwards and then backwards from the last page. */
async function walk(table: OpenTable, request: Walk): Promise<{ readonly forwards: readonly string[]; readonly backwards: readonly string[] }> {
  const forwards: string[] = [];
  let page = await bed.lake.rows(table, request);
  expect(page.previous).toBe(null);
  forwards.push(...idsOf(page.rows));
  while (page.next !== null) {
    expect(page.rows.length).toBe(request.limit);
    page = await bed.lake.rows(table, { ...request, after: page.next });
    forwards.push(...idsOf(page.rows));
  }
  const backwards = [...idsOf(page.rows)];
  while (page.previous !== null) {
    page = await bed.lake.rows(table, { ...request, before: page.previous });
    backwards.unshift(...idsOf(page.rows));
  }
  return { forwards, backwards };
}

const orderBy = (keys: readonly ModelKey[]) => keys.map(({ index, direction, nulls }) => ({ column: nameOf(index), direction, nulls }));

describe("pages of random rows", () => {
  let rows: RandomTable;
  beforeAll(async () => {
    rows = await randomTable(bed, 1);
  });

  it.each(SORTABLE_TYPES)("are sorted by %s, up and down, with ties, nulls and what is special about it", async (type) => {
    const { table } = rows;
    const index = SORTABLE_TYPES.indexOf(type);
    for (const direction of ["asc", "desc"] as const) {
      const keys: ModelKey[] = [{ index, direction, nulls: direction === "asc" ? "first" : "last" }];
      const expected = sortedRows(rows.rows, keys).map((row) => row.id);
      const { forwards, backwards } = await walk(table, { plan: everything(table), columns: ["id"], orderBy: orderBy(keys), limit: 7 });
      expect(forwards).toEqual(expected);
      expect(backwards).toEqual(expected);
    }
  });

  it("are the same as one long read, whatever is sorted, filtered and shown", async () => {
    const { table } = rows;
    const random = randomOf(7);
    for (let round = 0; round < 12; round += 1) {
      const keys = Array.from(
        { length: random.below(4) },
        (): ModelKey => ({ index: random.below(SORTABLE_TYPES.length), direction: random.pick(["asc", "desc"]), nulls: random.pick(["first", "last"]) }),
      ).filter((key, place, all) => all.findIndex((other) => other.index === key.index) === place);
      const { filter, keeps } = randomFilter(random);
      const isFiltered = random.chance(0.5);
      const expected = sortedRows(
        rows.rows.filter((row) => !isFiltered || keeps(row)),
        keys,
      ).map((row) => row.id);
      const request: Walk = {
        plan: everything(table),
        ...(random.chance(0.5) ? {} : { columns: ["id", nameOf(random.below(SORTABLE_TYPES.length))] }),
        ...(isFiltered ? { filter } : {}),
        orderBy: orderBy(keys),
        limit: 1 + random.below(12),
      };
      const { forwards, backwards } = await walk(table, request);
      expect([forwards, backwards], JSON.stringify({ round, keys, filter: isFiltered ? filter : null })).toEqual([expected, expected]);
      expect(await bed.lake.count(table, { plan: request.plan, ...(isFiltered ? { filter } : {}) })).toBe(expected.length);
    }
  });
});
