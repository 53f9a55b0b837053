import { isAppError } from "@granary/kernel";
import type { IcebergField, IcebergType, OpenTable, Source, TableDefinition } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeBound } from "../src/iceberg/index.ts";
import { type TestLake, testLake } from "./lake.ts";
import { type Cell, field, rowsFor, schemaOf, storedRows, storedTexts } from "./rows.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(() => bed[Symbol.asyncDispose]());

const ADDRESS: IcebergType = { type: "struct", fields: [field(101, "street name", "string"), field(102, "no", "int")] };
const TAGS: IcebergType = { type: "list", "element-id": 103, "element-required": false, element: "string" };
const SCORES: IcebergType = { type: "map", "key-id": 104, key: "string", "value-id": 105, "value-required": false, value: "double" };
const DEEP: IcebergType = {
  type: "list",
  "element-id": 106,
  "element-required": false,
  element: { type: "struct", fields: [field(107, "at", "timestamptz"), field(108, "of", { ...TAGS, "element-id": 109 })] },
};

/** One column per type with values as the engine reads and prints them. */
const TYPES: readonly (readonly [type: IcebergType, values: readonly Cell[]])[] = [
  ["boolean", ["true", "false", null]],
  ["int", ["-2147483648", "2147483647", null]],
  ["long", ["-9223372036854775808", "9223372036854775807", null]],
  ["float", ["-0.0", "nan", "1.5"]],
  ["double", ["nan", "-0.0", null]],
  ["decimal(9, 2)", ["-9999999.99", "0.01", null]],
  ["decimal(38, 10)", ["-1234567890123456789012345678.0123456789", "1.0000000000", null]],
  ["date", ["1582-10-15", "2262-04-12", null]],
  ["time", ["00:00:00", "23:59:59.999999", null]],
  ["timestamp", ["1969-12-31 23:59:59.999999", "2999-01-01 00:00:00", null]],
  ["timestamptz", ["1969-12-31 23:59:59.999999+00", "2999-01-01 00:00:00+00", null]],
  ["string", ["", "ünï😀 \"quoted\" 'x'\n", null]],
  ["uuid", ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", null]],
  ["binary", ["\\x00\\xFF", "", null]],
  ["fixed[2]", ["ab", "\\x00\\x01", null]],
  [ADDRESS, ["{'street name': Main, 'no': 1}", "{'street name': NULL, 'no': NULL}", null]],
  [TAGS, ["[a, NULL, b]", "[]", null]],
  [SCORES, ["{a=1.5, b=NULL}", "{}", null]],
  [DEEP, ["[{'at': '2020-01-01 00:00:00+00', 'of': [x]}, NULL]", "[]", null]],
];

const FIELDS: readonly IcebergField[] = TYPES.map(([type], index) => field(index + 2, `c${index}`, type));
const ALL = schemaOf([field(1, "id", "int", true), ...FIELDS], [1]);
const NAMES = ALL.fields.map((item) => item.name);
const ROWS: readonly (readonly Cell[])[] = [0, 1, 2].map((row) => [row, ...TYPES.map(([, values]) => values[row] ?? null)]);

async function create(tableName: string, source: Source, definition: TableDefinition = {}): Promise<OpenTable> {
  await bed.publish(await bed.lake.stageCreate({ workspaceId: bed.workspaceId, tableName, schema: ALL, source, definition }));
  return bed.open(tableName);
}

const MERGE: TableDefinition = { properties: { "write.merge.mode": "merge-on-read" } };

describe("every type", () => {
  let table: OpenTable;
  let rows: readonly (readonly unknown[])[];
  beforeAll(async () => {
    table = await create("all_types", rowsFor(ALL, NAMES, ROWS), MERGE);
    rows = await storedRows(bed, table);
  });

  it("is stored and read back as it was, with nulls, NaN and the ends of its range; a negative zero is stored, and sent as zero", async () => {
    const texts = (row: readonly unknown[] | undefined): readonly unknown[] => row?.slice(1, 16) ?? [];
    expect(texts(rows[0])).toEqual([
      true,
      -2147483648,
      "-9223372036854775808",
      0,
      "NaN",
      "-9999999.99",
      "-1234567890123456789012345678.0123456789",
      "1582-10-15",
      "00:00:00",
      "1969-12-31 23:59:59.999999",
      "1969-12-31 23:59:59.999999+00",
      "",
      "00000000-0000-0000-0000-000000000000",
      "\\x00\\xFF",
      "ab",
    ]);
    expect(rows[0]?.slice(16)).toEqual([
      { "street name": "Main", no: 1 },
      ["a", null, "b"],
      [
        { key: "a", value: 1.5 },
        { key: "b", value: null },
      ],
      [{ at: "2020-01-01 00:00:00+00", of: ["x"] }, null],
    ]);
    expect(rows[1]?.slice(16)).toEqual([{ "street name": null, no: null }, [], [], []]);
    expect(rows[2]?.slice(1)).toEqual([null, null, null, 1.5, ...FIELDS.slice(4).map(() => null)]);
    expect(await storedTexts(bed, table, ["c3", "c4"])).toEqual([
      ["-0.0", "nan"],
      ["nan", "-0.0"],
      ["1.5", null],
    ]);
  });

  it("has bounds that hold all values, and counts of values, nulls and NaNs", () => {
    const facts = new Map(table.entries[0]?.file.columns.map((item) => [item.fieldId, item]));
    const bounds = (id: number, type: string): readonly (string | undefined)[] =>
      [facts.get(id)?.lower, facts.get(id)?.upper].map((bound) => (bound === undefined ? undefined : decodeBound(type, Buffer.from(bound, "base64"))));
    expect(bounds(3, "int")).toEqual(["-2147483648", "2147483647"]);
    expect(bounds(4, "long")).toEqual(["-9223372036854775808", "9223372036854775807"]);
    expect([facts.get(5), facts.get(6)].map((item) => [item?.values, item?.nulls, item?.nans])).toEqual([
      [3, 0, 1],
      [3, 1, 1],
    ]);
    expect(bounds(7, "decimal(9, 2)")).toEqual(["-9999999.99", "0.01"]);
    expect(bounds(9, "date")).toEqual(["1582-10-15", "2262-04-12"]);
    expect(bounds(11, "timestamp")[0]).toBe("1969-12-31 23:59:59.999999");
    expect(bounds(102, "int")).toEqual(["1", "1"]);
    expect([facts.get(102)?.nulls, facts.get(103)?.nulls, facts.get(103)?.lower]).toEqual([2, undefined, undefined]);
  });

  it("is found unchanged when the same values come again, the two zeros being one", async () => {
    const unchanged = { added: 0, updated: 0, unchanged: 3, deleted: 0, ignored: 0 };
    expect((await bed.lake.stageUpsert({ table, source: rowsFor(ALL, NAMES, ROWS) })).rows).toEqual(unchanged);
    const zero = ROWS.map((row) => row.map((value) => (value === "-0.0" ? "0.0" : value)));
    expect((await bed.lake.stageUpsert({ table, source: rowsFor(ALL, NAMES, zero) })).rows).toEqual(unchanged);
  });

  it("keeps the sign of a zero, but where both zeros meet in a dictionary of a file the engine stores the first for both", async () => {
    const zeros = Array.from({ length: 40 }, (_, index): readonly Cell[] => [index, index % 2 === 0 ? "-0.0" : "0.0"]);
    const source = (rows: typeof zeros): Source => rowsFor(ALL, ["id", "c4"], rows);
    const stored = async (tableName: string, rows: typeof zeros): Promise<readonly unknown[]> => [
      ...new Set((await storedTexts(bed, await create(tableName, source(rows)), ["c4"])).flat()),
    ];
    expect(
      await stored(
        "negative_zeros",
        zeros.filter(([, value]) => value === "-0.0"),
      ),
    ).toEqual(["-0.0"]);
    expect(
      await stored(
        "zeros",
        zeros.filter(([, value]) => value === "0.0"),
      ),
    ).toEqual(["0.0"]);
    expect(await stored("both_zeros", zeros)).toEqual(["-0.0"]);
  });

  it("can be a key column, as far as it has single values", async () => {
    for (const item of FIELDS.filter(({ type }) => typeof type === "string" && type !== "binary")) {
      const distinct = ROWS.filter((row) => row[item.id - 1] !== null);
      const staged = await bed.lake.stageUpsert({ table, source: rowsFor(ALL, NAMES, distinct), keys: [item.id], mode: "update-only" });
      expect([item.name, staged.rows.updated + staged.rows.unchanged, staged.rows.ignored]).toEqual([item.name, distinct.length, 0]);
      await bed.lake.discard(staged);
    }
  });

  it("refuses infinite dates and values of another length", async () => {
    const refuse = async (name: string, value: string): Promise<unknown> =>
      bed.lake
        .stageAppend({ table, source: rowsFor(ALL, ["id", name], [[9, value]]) })
        .catch((error: unknown) => isAppError(error) && [error.code, error.issues?.[0]?.path]);
    expect(await refuse("c7", "infinity")).toEqual(["lake.values_mismatch", "c7"]);
    expect(await refuse("c9", "-infinity")).toEqual(["lake.values_mismatch", "c9"]);
    expect(await refuse("c14", "abc")).toEqual(["lake.values_mismatch", "c14"]);
  });
});

describe("partitions", () => {
  it.each([
    ["identity", 13, 2],
    ["truncate[1]", 13, 2],
    ["identity", 2, 2],
    ["truncate[10]", 3, 2],
    ["truncate[100]", 7, 2],
    ["year", 9, 2],
    ["month", 11, 2],
    ["day", 12, 2],
    ["hour", 11, 2],
    ["bucket[4]", 4, 2],
    ["bucket[4]", 13, 2],
    ["void", 4, 0],
  ])("are made by %s of field %i, one file for each and one for null", async (transform, sourceId, partitions) => {
    const tableName = `part_${transform.replaceAll(/\W/g, "_")}_${sourceId}`;
    const table = await create(tableName, rowsFor(ALL, NAMES, ROWS), { partition: [{ "source-id": sourceId, transform }] });
    const values = table.entries.map((entry) => entry.file.partition[0]);
    expect(new Set(values).size).toBe(values.length);
    expect(values).toContain(null);
    expect(values.length).toBeLessThanOrEqual(partitions + 1);
    expect(table.rows).toBe(3);
    expect((await storedRows(bed, table, ["id"])).map(([id]) => Number(id)).toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  });
});
