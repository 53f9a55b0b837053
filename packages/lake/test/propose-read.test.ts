import { call, compare, literal } from "@granary/engine";
import { type OpenTable, type Proposal, type ReadPlan, storedColumn } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everything, type TestLake, testLake } from "./lake.ts";
import { proposalBed } from "./proposals.ts";
import { field } from "./rows.ts";
import { workbook } from "./workbook.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(async () => bed[Symbol.asyncDispose]());
const { table, propose, changes } = proposalBed(() => bed);

const FIELDS = [field(1, "id", "long"), field(2, "code", "string"), field(3, "city", "string"), field(4, "amount", "decimal(10, 2)"), field(5, "day", "date")];

describe("a proposal as a reader sees it", () => {
  let from: OpenTable;
  let proposal: Proposal;
  let hidesCode: ReadPlan;
  let masksCode: ReadPlan;
  beforeAll(async () => {
    from = await table(FIELDS, [
      [1, "007", "Oslo", "10", "2024-01-01"],
      [2, "008", "Rome", "20", "2024-02-01"],
      [3, "009", "Bern", "30", "2024-03-01"],
      [4, "010", "Bern", "40", null],
    ]);
    proposal = await propose(
      from,
      "id,code,city,amount,day\n1,7,Oslo,10,2024-01-01\n2,8,Roma,21,2024-02-01\n3,999,Bern,30,2024-03-01\n5,011,Lima,55,2024-05-01\n",
    );
    const all = everything(from);
    hidesCode = { columns: all.columns.filter((item) => item.fieldId !== 2) };
    masksCode = { columns: all.columns.map((item) => (item.fieldId === 2 ? { ...item, mask: call("left", storedColumn(2), literal(1)) } : item)) };
  });
  const keysOf = async (request: Parameters<typeof changes>[2] = {}) =>
    (await changes(proposal.changeSet, from, request)).map(({ old, new: fresh }) => (old ?? fresh)?.[0]);
  const counted = (plan: ReadPlan) => bed.lake.summarizeChanges(proposal.changeSet, { plan });

  it("has rows by what happened to them, and cells by column", async () => {
    expect(await counted(everything(from))).toEqual({
      added: 1,
      removed: 1,
      modified: 2,
      formatOnly: 1,
      duplicateKeys: 0,
      nullKeys: 0,
      columns: [
        { fieldId: 2, changed: 1, damages: { leading_zeros: 2 } },
        { fieldId: 3, changed: 1, damages: {} },
        { fieldId: 4, changed: 1, damages: {} },
      ],
    });
  });

  it("does not have what is hidden or looks the same behind a mask", async () => {
    expect(await counted(hidesCode)).toMatchObject({ modified: 1, formatOnly: 0, columns: [{ fieldId: 3 }, { fieldId: 4 }] });
    expect(await keysOf({ plan: hidesCode })).toEqual(["2", "4", "5"]);
    const seen = await changes(proposal.changeSet, from, { plan: masksCode });
    expect(seen.map(({ old, new: fresh, changed, damage }) => [old?.[1], fresh?.[1], changed[1], damage[1]])).toEqual([
      ["0", "7", false, "leading_zeros"],
      ["0", "8", false, "leading_zeros"],
      ["0", "9", true, null],
      ["0", undefined, false, null],
      [undefined, "0", false, null],
    ]);
    const filtered: ReadPlan = { ...everything(from), filter: compare(storedColumn(3), "=", literal("Bern")) };
    expect(await counted(filtered)).toMatchObject({ added: 0, removed: 1, modified: 1, formatOnly: 0 });
  });

  it("is filtered by old or new values, searched, and narrowed to a column", async () => {
    expect(await keysOf({ filter: compare(storedColumn(3), "=", literal("Rome")) })).toEqual(["2"]);
    expect(await keysOf({ filter: compare(storedColumn(3), "=", literal("Roma")) })).toEqual(["2"]);
    expect(await keysOf({ filter: compare(storedColumn(4), ">", literal(30)) })).toEqual(["4", "5"]);
    expect(await keysOf({ search: "rom" })).toEqual(["2"]);
    expect(await keysOf({ search: "100%" })).toEqual([]);
    expect(await keysOf({ changedColumn: 2 })).toEqual(["1", "2", "3"]);
    expect(await keysOf({ kinds: ["format", "added"] })).toEqual(["1", "5"]);
    await expect(keysOf({ plan: hidesCode, filter: compare(storedColumn(2), "=", literal("007")) })).rejects.toMatchObject({ code: "lake.plan_invalid" });
    expect(await keysOf({ plan: hidesCode, search: "999" })).toEqual([]);
    expect(await keysOf({ plan: masksCode, search: "999" })).toEqual([]);
  });

  it("tells how the values of a column are spread before and after", async () => {
    const plan = everything(from);
    const spread = (fieldId: number, of = plan) => bed.lake.spreadOfChanges(proposal.changeSet, { plan: of, fieldId });
    const amounts = await spread(4);
    expect([amounts.kind, amounts.changed, amounts.bins.length]).toEqual(["ranges", 1, 20]);
    expect(amounts.bins.reduce((sum, bin) => [(sum[0] ?? 0) + bin.before, (sum[1] ?? 0) + bin.after], [0, 0])).toEqual([4, 4]);
    const days = await spread(5);
    expect([days.nullsBefore, days.nullsAfter, days.bins[0]?.label.slice(0, 10)]).toEqual([1, 0, "2024-01-01"]);
    // A damaged cell keeps its value.
    expect((await spread(2)).bins).toContainEqual({ label: "007", before: 1, after: 1 });
    expect((await spread(2, masksCode)).bins.map(({ label }) => label)).not.toContain("007");
    expect((await spread(3)).bins[0]).toEqual({ label: "Bern", before: 2, after: 1 });
    await expect(spread(2, hidesCode)).rejects.toMatchObject({ code: "lake.plan_invalid" });
  });

  it("has nothing where nothing is proposed", async () => {
    const none = await propose(from, "id\n1\n", { missing: "kept" });
    expect(await bed.lake.summarizeChanges(none.changeSet, { plan: everything(from) })).toMatchObject({ added: 0, columns: [] });
    expect((await bed.lake.spreadOfChanges(none.changeSet, { plan: everything(from), fieldId: 4 })).bins).toEqual([]);
  });
});

describe("keys that are suggested", () => {
  it("have another value in every row and none that is null, those called like an id first", async () => {
    const fields = [
      field(1, "name", "string"),
      field(2, "order_id", "string"),
      field(3, "city", "string"),
      field(4, "price", "double"),
      field(5, "mail", "string"),
    ];
    const from = await table(fields, [
      ["a", "12345678901234567890", "Oslo", "1.5", "a@x"],
      ["b", "12345678901234567891", "Oslo", "2.5", null],
      ["c", "12345678901234567892", "Rome", "3.5", "c@x"],
    ]);
    expect(await bed.lake.suggestKeys(from)).toEqual([[2], [1]]);
  });

  it("are several columns where no single one will do, and none where no set does", async () => {
    const fields = [field(1, "shop", "string"), field(2, "day", "date"), field(3, "till", "int")];
    const rows = ["a", "b"].flatMap((shop) => ["2024-01-01", "2024-01-02"].flatMap((day) => [1, 2].map((till) => [shop, day, till])));
    expect(await bed.lake.suggestKeys(await table(fields, rows))).toEqual([[1, 2, 3]]);
    expect(await bed.lake.suggestKeys(await table(fields, rows), { maxColumns: 2 })).toEqual([]);
    expect(await bed.lake.suggestKeys(await table(fields, [...rows, ...rows]))).toEqual([]);
  });
});

describe("files of other kinds", () => {
  it("are compared by 20-digit ids, from JSON and from lines with semicolons", async () => {
    const from = await table(
      [field(1, "id", "string"), field(2, "name", "string")],
      [
        ["12345678901234567890", "a"],
        ["12345678901234567891", "b"],
      ],
    );
    const rows = (sign: string) => `[{"id":${sign}12345678901234567890${sign},"name":"a"},{"id":${sign}12345678901234567891${sign},"name":"c"}]`;
    expect((await propose(from, rows('"'), { name: "x.json" })).counts).toMatchObject({ added: 0, removed: 0, modified: 1, unchanged: 1 });
    expect((await propose(from, rows(""), { name: "x.json" })).counts).toMatchObject({ added: 0, removed: 0, modified: 1, unchanged: 1 });
    expect((await propose(from, "id;name\r\n12345678901234567890;a\r\n12345678901234567891;c\r\n")).counts).toMatchObject({ modified: 1, unchanged: 1 });
  });

  it("are compared from a workbook, whose numbers forget how they were written", async () => {
    const fields = [field(1, "id", "long"), field(2, "code", "string"), field(3, "amount", "decimal(10, 2)"), field(4, "serial", "string")];
    const from = await table(fields, [
      [1, "00501", "10.50", "12345678901234567890"],
      [2, "x", "20.00", "7"],
    ]);
    const rows = [
      ["id", "code", "amount", "serial"],
      [1, 501, 10.5, 12345678901234600000],
      [2, "x", 21, 7],
    ];
    const proposal = await propose(from, workbook(rows), { name: "book.xlsx" });
    expect(proposal.counts).toMatchObject({ modified: 1, formatOnly: 1, cells: 1, columns: { 2: { damaged: { leading_zeros: 1 } }, 3: { changed: 1 } } });
    expect(proposal.counts.columns[4]?.changed).toBe(0);
  });
});
