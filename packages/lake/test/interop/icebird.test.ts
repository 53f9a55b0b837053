import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { testLake, type TestLake } from "../lake.ts";
import { storedRows } from "../rows.ts";
import { ALL_TYPES_VALUES, allTypes } from "./all-types.ts";
import { readByIcebird, serveFile } from "./icebird.ts";
import { empty, evolved, foreign, oddNames, partitioned, reusedName } from "./layouts.ts";
import type { Row, SharedState } from "./shared-table.ts";
import { branches, versions } from "./versions.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
  vi.stubGlobal("fetch", serveFile);
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await bed[Symbol.asyncDispose]();
});

const read = (state: Pick<SharedState, "tableName" | "snapshotId">): Promise<readonly Row[]> => readByIcebird(bed, state);

/** What icebird 0.3.1 gives in place of what is stored, so that this list fails when it learns better; docs/open-tables.md repeats it. */
const LIMITS: Readonly<Record<string, readonly unknown[]>> = {
  // Decimals become floating-point numbers.
  decimal_long: ["-12345678901234.5684", "1.0000", null],
  decimal_large: [Number("-1234567890123456789012345678.0123456789").toFixed(10), "1.0000000000", null],
  // Timestamps become JavaScript's dates, of milliseconds.
  timestamp: ["1970-01-01 00:00:00.000000", "2250-01-01 00:00:00.000000", null],
  timestamptz: ["1970-01-01 00:00:00.000000+00", "2250-01-01 00:00:00.000000+00", null],
  // Bytes are read as UTF-8.
  binary: ["00efbfbd", "", null],
};

describe("icebird, a reader we did not write", () => {
  it("reads every type, nulls and the ends of ranges, but for its own limits", async () => {
    const rows = await read({ tableName: await allTypes(bed) });
    const found = Object.fromEntries(Object.keys(ALL_TYPES_VALUES).map((name) => [name, rows.map((row) => row[name])]));
    expect(found).toEqual({ ...ALL_TYPES_VALUES, ...LIMITS });
  });

  it("reads every version: appends, position deletes, upserts and a rollback", async () => {
    for (const [name, state] of Object.entries(await versions(bed))) expect([name, await read(state)]).toEqual([name, state.rows]);
  });

  it("reads compacted files, a branch and a tag", async () => {
    for (const [name, state] of Object.entries(await branches(bed))) expect([name, await read(state)]).toEqual([name, state.rows]);
  });

  it("reads added, renamed, widened, moved and reused columns, but finds nested fields by name", async () => {
    const { before, after } = await evolved(bed);
    expect(await read(before)).toEqual(before.rows);
    const oldNames: Readonly<Record<string, Row>> = { "1": { street: "Main", no: "1" }, "3": { street: null, no: "3" } };
    expect(await read(after)).toEqual(after.rows.map((row) => ({ ...row, place: oldNames[String(row["id"])] ?? row["place"] })));
    const reused = await reusedName(bed);
    expect(await read(reused)).toEqual(reused.rows);
  });

  it("reads partitions of every transform, and position deletes in them", async () => {
    const state = await partitioned(bed);
    expect(await read(state)).toEqual(state.rows);
  });

  it("reads equality deletes of another engine as we do, but for null, which it takes for any value", async () => {
    const plain = await foreign(bed, ["a"]);
    expect(await read(plain)).toEqual(plain.rows);
    const withNull = await foreign(bed, ["a", null]);
    expect(await read(withNull)).toEqual([{ id: "8", code: "a" }]);
    for (const { tableName, rows } of [plain, withNull]) {
      const own = await storedRows(bed, await bed.open(tableName));
      expect(own.map(([id, code]) => ({ id, code }))).toEqual(rows);
    }
  });

  it("refuses tables without a snapshot and columns whose names are no identifiers", async () => {
    await expect(read(await empty(bed))).rejects.toThrow("No current snapshot id found");
    await expect(read(await oddNames(bed))).rejects.toThrow("parquet columns not found");
  });
});
