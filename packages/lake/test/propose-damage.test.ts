import { writeFileSync } from "node:fs";
import type { Change, OpenTable } from "@granary/lake";
import type { FormatDamage } from "@granary/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestLake, testLake } from "./lake.ts";
import { csv, proposalBed } from "./proposals.ts";
import { type Cell, field } from "./rows.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(async () => bed[Symbol.asyncDispose]());
const { table, propose, changes } = proposalBed(() => bed);

/** A stored text, what came back, and the damage that is; null for a change that somebody meant. */
const TEXTS: readonly (readonly [old: string | null, fresh: string | null, damage: FormatDamage | null])[] = [
  ["00501", "501", "leading_zeros"],
  ["000", "0", "leading_zeros"],
  ["00501", "502", null],
  ["12345678901234567890", "1.23456789012346E+019", "scientific"],
  ["12345678901234567890", "1.23457E+19", "scientific"],
  ["12345678901234567890", "1.33457E+19", null],
  ["1E5", "100000", "scientific"],
  ["12345678901234567890", "12345678901234500000", "rounded"],
  ["9007199254740993", "9007199254740990", "rounded"],
  ["99999999999999.99", "100000000000000", "rounded"],
  ["9007199254740993", "9007199254741993", null],
  ["2024-12-31", "31/12/2024", "date_format"],
  ["2024-12-31", "12/31/2024", "date_format"],
  ["2024-12-31", "31.12.24", "date_format"],
  ["2024-12-31", "31-Dec-24", "date_format"],
  ["2024-12-31", "45657", "date_format"],
  ["2024-12-31 10:15:00", "31/12/2024 10:15", "date_format"],
  ["31.12.2024", "2024-12-31", "date_format"],
  ["2024-12-31", "30/12/2024", null],
  ["01/02/2024", "02/01/2024", null],
  ["SEPT2", "2-Sep", "date_format"],
  ["MARCH1", "1-Mar", "date_format"],
  ["+442079460000", "442079460000", "plus_sign"],
  ["+442079460000", "442079460001", null],
  ["1234.5", "1234,5", "decimal_comma"],
  ["1234.50", "1.234,50", "decimal_comma"],
  ["1234.50", "1234.5", "trailing_zeros"],
  ["1.0", "1", "trailing_zeros"],
  ["1.10", "1.11", null],
  ["true", "TRUE", "letter_case"],
  ["yes", "YES", null],
  ["  Ada", "Ada", "spaces"],
  ["Ada Lovelace", "Ada\u00a0 Lovelace ", "spaces"],
  ["Café", "CafÃ©", "encoding"],
  ["“naïve” – €5", "â€œnaÃ¯veâ€\u009d â€“ â‚¬5", "encoding"],
  ["Café", "Caf?", "encoding"],
  ["Café", "Caf\ufffd", "encoding"],
  ["Café", "Cafe\u0301", "encoding"],
  ["Cafe", "Café", null],
  ["=1+1", "2", "formula"],
  ["", null, "empty_text"],
  [null, "", "empty_text"],
  ["Ada", null, null],
  [null, "Ada", null],
  ["Ada", "Bo", null],
];

const judged = (found: readonly Change[]): ReadonlyMap<string, Change> => new Map(found.map((change) => [String((change.old ?? change.new)?.[0]), change]));

describe("damage that programs do to texts", () => {
  let found: ReadonlyMap<string, Change>;
  let from: OpenTable;
  beforeAll(async () => {
    from = await table([field(1, "id", "long"), field(2, "text", "string")], [...TEXTS.map(([old], index) => [index, old]), [TEXTS.length, "=1+1"]]);
    const proposal = await propose(from, csv([["id", "text"], ...TEXTS.map(([, fresh], index): readonly Cell[] => [index, fresh]), [TEXTS.length, "'=1+1"]]));
    found = judged(await changes(proposal.changeSet, from));
  });

  it.each(TEXTS.map(([old, fresh, damage], index) => ({ old, fresh, damage, index })))("is told for $old as $fresh: $damage", (item) => {
    const { old, fresh, damage } = item;
    const change = found.get(String(item.index));
    const told = [change?.old?.[1], change?.new?.[1], change?.changed[1], change?.damage[1], change?.isFormatOnly];
    expect(told).toEqual([old, fresh, damage === null, damage, damage !== null]);
  });

  it("is none where a download made a formula harmless", () => expect(found.get(String(TEXTS.length))).toBeUndefined());

  it("is counted apart, and filtered as a kind of its own", async () => {
    const path = csv([
      ["id", "text"],
      [0, "501"],
      [1, "1"],
      [2, "00501"],
    ]);
    const { counts, changeSet } = await propose(from, path, { missing: "kept" });
    expect(counts).toMatchObject({ modified: 1, formatOnly: 1, cells: 1, damagedCells: 1, columns: { 2: { changed: 1, damaged: { leading_zeros: 1 } } } });
    const keysOf = async (kinds: readonly ("format" | "modified")[]) => (await changes(changeSet, from, { kinds })).map(({ old }) => old?.[0]);
    expect([await keysOf(["format"]), await keysOf(["modified"]), await keysOf(["format", "modified"])]).toEqual([["0"], ["1"], ["0", "1"]]);
  });
});

const TYPES: readonly (readonly [type: string, old: Cell, text: string | null, fresh: Cell | "unchanged" | "refused", damage?: FormatDamage])[] = [
  ["long", "5", "5", "unchanged"],
  ["long", "5", " 5 ", "unchanged"],
  ["long", "5", "5.0", "unchanged"],
  ["long", "1234567", "1,234,567", "unchanged"],
  ["long", "1234", "1,234", "unchanged"],
  ["long", "100000", "1E5", "unchanged"],
  ["long", "5", "6", "6"],
  ["long", "5", "5.5", "refused"],
  ["long", "5", null, null],
  ["long", "9007199254740993", "9007199254740990", "9007199254740990", "rounded"],
  ["int", "7", "007", "unchanged"],
  ["decimal(38, 0)", "12345678901234567890123456789012345678", "12345678901234567890123456789012345678", "unchanged"],
  ["decimal(38, 0)", "12345678901234567890123456789012345678", "12345678901234567890123456789012345679", "12345678901234567890123456789012345679"],
  ["decimal(38, 0)", "12345678901234567890", "1.23456789012346E+019", "12345678901234600000", "scientific"],
  ["decimal(18, 2)", "1234.50", "1234.5", "unchanged"],
  ["decimal(18, 2)", "1234.50", "1.234,50", "unchanged"],
  ["decimal(18, 2)", "1234.50", "1234,6", "1234.60"],
  ["decimal(18, 3)", "1.234", "1,234", "unchanged"],
  ["decimal(18, 3)", "5.000", "1,234", "refused"],
  ["decimal(18, 2)", "1.00", "1.001", "refused"],
  ["double", "100", "100", "unchanged"],
  ["double", "NaN", "NaN", "unchanged"],
  ["double", "-0.0", "0", "unchanged"],
  ["double", "0.1", "0,1", "unchanged"],
  ["double", "0.12345678901234568", "0.123456789012346", 0.123456789012346, "rounded"],
  ["boolean", "true", "TRUE", "unchanged"],
  ["boolean", "true", "0", false],
  ["boolean", "true", "maybe", "refused"],
  ["date", "2024-12-31", "31/12/2024", "unchanged"],
  ["date", "2024-12-31", "12/31/24", "unchanged"],
  ["date", "2024-12-31", "45657", "unchanged"],
  ["date", "2024-12-31", "25.12.2024", "2024-12-25"],
  ["date", "2024-12-31", "01/02/2024", "refused"],
  ["date", "2024-02-01", "01/02/2024", "unchanged"],
  ["timestamp", "2024-12-31 10:15:30", "2024-12-31T10:15:30", "unchanged"],
  ["timestamp", "2024-12-31 10:15:30", "31/12/2024 10:15", "2024-12-31 10:15:00", "date_format"],
  ["timestamp", "2024-12-31 10:15:00", "31/12/2024 10:15", "unchanged"],
  ["timestamptz", "2024-12-31 10:15:00+00", "2024-12-31T11:15:00+01:00", "unchanged"],
  ["timestamptz", "2024-12-31 10:15:00+00", "2024-12-31 10:15:00", "refused"],
  ["time", "10:15:00", "10:15", "unchanged"],
  ["uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "unchanged"],
];

describe("values of every type", () => {
  const byType = Map.groupBy(TYPES, ([type]) => type);
  it.each([...byType.keys()])("are read as the column has them: %s", async (type) => {
    const cases = byType.get(type) ?? [];
    const from = await table(
      [field(1, "id", "long"), field(2, "value", type)],
      cases.map(([, old], index) => [index, old]),
    );
    const fitting = cases.map((item, index) => ({ item, index })).filter(({ item }) => item[3] !== "refused");
    const proposal = await propose(from, csv([["id", "value"], ...fitting.map(({ item, index }): readonly Cell[] => [index, item[2]])]), { missing: "kept" });
    const found = judged(await changes(proposal.changeSet, from));
    const told = fitting.map(({ item, index }) => {
      const change = found.get(String(index));
      return [item[1], item[2], change === undefined ? "unchanged" : change.new?.[1], change?.damage[1] ?? undefined];
    });
    expect(told).toEqual(fitting.map(({ item }) => [item[1], item[2], item[3], item[4]]));
    for (const [index, item] of cases.entries()) {
      if (item[3] !== "refused") continue;
      const refused = propose(
        from,
        csv([
          ["id", "value"],
          [index, item[2]],
        ]),
        { missing: "kept" },
      );
      await expect(refused, `${item[2]}`).rejects.toMatchObject({ code: "change.values_mismatch" });
    }
  });

  it("are compared by the rules of their column", async () => {
    const fields = [field(1, "id", "long"), field(2, "text", "string"), field(3, "number", "double")];
    const from = await table(fields, [
      [1, "Ada  Lovelace", "100"],
      [2, "Bo", "100"],
    ]);
    const rules = [
      { fieldId: 2, trim: true, collapseSpaces: true, ignoreCase: true },
      { fieldId: 3, relativeTolerance: 0.01 },
    ];
    const proposal = await propose(from, "id,text,number\n1, ada lovelace,100.9\n2,Bob,102\n", { rules });
    expect(proposal.counts).toMatchObject({ modified: 1, cells: 2, formatOnly: 0, unchanged: 1 });
  });

  it("are compared structurally where they are nested", async () => {
    const { lake, workspaceId } = bed;
    const path = `${bed.dir}/nested.json`;
    writeFileSync(path, '{"id":1,"tags":["a","b"],"place":{"city":"Oslo","no":7}}\n{"id":2,"tags":[],"place":{"city":"Rome","no":8}}\n');
    await bed.publish(await lake.stageFile({ path, workspaceId, tableName: "nested" }));
    const from = await bed.open("nested");
    const same = await propose(from, '[{"place":{"no":7,"city":"Oslo"},"id":1,"tags":["a","b"]},{"id":2,"tags":[],"place":{"city":"Rome","no":8}}]', {
      name: "a.json",
    });
    expect(same.counts.unchanged).toBe(2);
    const other = await propose(from, 'id,tags,place\n1,"[ ""a"",""c""]","{""city"":""Oslo"",""no"":7}"\n2,[],"{""no"": 8, ""city"": ""Rome""}"\n');
    expect(other.counts).toMatchObject({ modified: 1, cells: 1, unchanged: 1 });
    await expect(propose(from, "id,tags\n1,[1\n")).rejects.toMatchObject({ code: "change.values_mismatch" });
  });
});
