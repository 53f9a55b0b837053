import { and, arithmetic, caseWhen, cast, column, compare, literal } from "@granary/engine";
import { type OpenTable, type PageRequest, type RowOrder, storedColumn } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everything, type TestLake, testLake } from "./lake.ts";
import { randomOf } from "./random.ts";
import { field, schemaOf } from "./rows.ts";
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

describe("pages of a large file", () => {
  const ROWS = 240_000;
  const isDeleted = (id: number): boolean => id >= ROWS - 3_000 && id % 2 === 1;
  const blockOf = (id: number): number | null => (id % 7 === 0 ? null : Math.floor(id / 30));
  let table: OpenTable;
  beforeAll(async () => {
    const bigint = { kind: "bigint" } as const;
    const id = cast(column("position"), bigint);
    const blocks = arithmetic(column("position"), "//", literal(30));
    const block = caseWhen([{ when: compare(arithmetic(column("position"), "%", literal(7)), "=", literal(0)), then: literal(null) }], blocks);
    const cells = [
      { expression: id, as: "id" },
      { expression: cast(block, bigint), as: "block" },
      ...["a", "b", "c"].map((as) => ({ expression: cast(arithmetic(id, "*", literal(3)), { kind: "text" } as const), as })),
    ];
    const schema = schemaOf([field(1, "id", "long"), field(2, "block", "long"), ...["a", "b", "c"].map((name, index) => field(index + 3, name, "string"))]);
    const query = { kind: "select", items: cells, from: { kind: "sequence", length: ROWS } } as const;
    const definition = { properties: { "write.delete.mode": "merge-on-read" } };
    await bed.publish(await bed.lake.stageCreate({ workspaceId: bed.workspaceId, tableName: "large", schema, source: { query }, definition }));
    const isOdd = compare(arithmetic(storedColumn(1), "%", literal(2)), "=", literal(1));
    const where = and(compare(storedColumn(1), ">=", literal(ROWS - 3_000)), isOdd);
    await bed.publish(await bed.lake.stageDelete({ table: await bed.open("large"), where }));
    table = await bed.open("large");
  });

  const alive = Array.from({ length: ROWS }, (_, id) => id).filter((id) => !isDeleted(id));

  const orders: readonly (readonly [string, readonly RowOrder[], (left: number, right: number) => number])[] = [
    ["stored", [], () => 0],
    ["ascending", [{ column: "id", direction: "asc" }], (left, right) => left - right],
    ["descending", [{ column: "id", direction: "desc" }], (left, right) => right - left],
    ["descending with ties and nulls", [{ column: "block", direction: "desc" }], (left, right) => (blockOf(right) ?? -1) - (blockOf(left) ?? -1)],
    ["ascending, nulls first", [{ column: "block", direction: "asc", nulls: "first" }], (left, right) => (blockOf(left) ?? -1) - (blockOf(right) ?? -1)],
    ["descending, nulls first", [{ column: "block", direction: "desc", nulls: "first" }], (left, right) => (blockOf(right) ?? ROWS) - (blockOf(left) ?? ROWS)],
  ];

  it.each(orders)("hold the first rows and the next ones and lead back, %s", async (_, order, compareIds) => {
    const expected = alive.toSorted(compareIds).map(String);
    const request: Walk = { plan: everything(table), orderBy: order, limit: 40 };
    const first = await bed.lake.rows(table, request);
    expect(idsOf(first.rows)).toEqual(expected.slice(0, 40));
    expect(first.rows[0]).toEqual([expected[0], blockText(expected[0]), ...Array.from({ length: 3 }, () => String(Number(expected[0]) * 3))]);
    const second = await bed.lake.rows(table, { ...request, after: first.next ?? "" });
    expect(idsOf(second.rows)).toEqual(expected.slice(40, 80));
    const back = await bed.lake.rows(table, { ...request, before: second.previous ?? "" });
    expect([idsOf(back.rows), back.previous]).toEqual([expected.slice(0, 40), null]);
    const filter = compare(column("id"), "<", literal(ROWS / 2));
    const filtered = await bed.lake.rows(table, { ...request, filter, limit: 5 });
    expect(idsOf(filtered.rows)).toEqual(expected.filter((id) => Number(id) < ROWS / 2).slice(0, 5));
  });

  const blockText = (id = ""): string | null => blockOf(Number(id))?.toString() ?? null;

  it("counts its rows and those of a filter", async () => {
    expect(await bed.lake.count(table, { plan: everything(table) })).toBe(alive.length);
    const filter = compare(column("block"), "=", literal(7_999));
    expect(await bed.lake.count(table, { plan: everything(table), filter })).toBe(alive.filter((id) => blockOf(id) === 7_999).length);
  });
});
