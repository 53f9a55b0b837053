import type { OpenTable } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestLake, testLake } from "./lake.ts";
import { proposalBed } from "./proposals.ts";
import { field } from "./rows.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(async () => bed[Symbol.asyncDispose]());
const { table, propose, changes } = proposalBed(() => bed);

const CODES = [field(1, "code", "string"), field(2, "name", "string")];

/** What a file with these lines comes to: kind, key, and the new name. */
async function outcome(base: OpenTable, lines: readonly string[], missing: "kept" | "removed" = "kept") {
  const proposal = await propose(base, `code,name\n${lines.join("\n")}\n`, { missing });
  const rows = (await changes(proposal.changeSet, base)).map(({ kind, old, new: fresh }) => [kind, String((old ?? fresh)?.[0]), fresh?.[1] ?? null]);
  return { rows, damagedKeys: proposal.suggestions.damagedKeys };
}

describe("a key whose format was damaged", () => {
  let base: OpenTable;
  beforeAll(async () => {
    const codes = ["00501", "1E5", "+4930", "5.10", "12345678901234567890", "1234567890123456", "A-1", "007", "0007"];
    base = await table(
      CODES,
      codes.map((code) => [code, `name of ${code}`]),
    );
  });

  it.each([
    ["leading zeros that are gone", "501", "00501"],
    ["a number in scientific form", "100000", "1E5"],
    ["a plus sign that is gone", "4930", "+4930"],
    ["a zero at the end that is gone", "5.1", "5.10"],
    ["a long number of which fifteen digits are left", "1.23456789012346E+019", "12345678901234567890"],
    ["spaces around it", " A-1 ", "A-1"],
  ])("is recognised by %s", async (_, given, code) => {
    expect(await outcome(base, [`${given},new`])).toEqual({ rows: [["modified", code, "new"]], damagedKeys: 1 });
  });

  it("changes nothing by itself, whether rows may be missing or not", async () => {
    expect(await outcome(base, ["501,name of 00501"])).toEqual({ rows: [], damagedKeys: 1 });
    const all = ["501,name of 00501", "100000,name of 1E5", "4930,name of +4930", "5.1,name of 5.10", "12345678901234600000,name of 12345678901234567890"];
    const rest = ["1234567890123456,name of 1234567890123456", "A-1,name of A-1", "007,name of 007", "0007,name of 0007"];
    expect(await outcome(base, [...all, ...rest], "removed")).toEqual({ rows: [], damagedKeys: 5 });
  });

  it("is a new one where the file has the old one, too", async () => {
    expect(await outcome(base, ["00501,name of 00501", "501,another"])).toEqual({ rows: [["added", "501", "another"]], damagedKeys: 0 });
  });

  it("is a new one where several could be meant", async () => {
    expect(await outcome(base, ["7,which"])).toEqual({ rows: [["added", "7", "which"]], damagedKeys: 0 });
  });

  it("is a new one where all its digits were typed", async () => {
    expect(await outcome(base, ["1234567890123457,another"])).toEqual({ rows: [["added", "1234567890123457", "another"]], damagedKeys: 0 });
  });

  it("is recognised among composite and numeric keys", async () => {
    const shape = [field(1, "code", "string"), field(2, "id", "long"), field(3, "name", "string")];
    const places = await table(shape, [
      ["01", "9007199254740993", "a"],
      ["01", 2, "b"],
    ]);
    const proposal = await propose(places, "code,id,name\n1,9007199254740990,new\n1,2,b\n", { keys: [1, 2], missing: "removed" });
    expect(proposal.counts).toMatchObject({ added: 0, removed: 0, modified: 1, unchanged: 1 });
    expect(proposal.suggestions.damagedKeys).toBe(2);
  });
});
