import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  arithmetic,
  call,
  caseWhen,
  cast,
  column,
  type ColumnProfile,
  compare,
  type Expression,
  literal,
  type ProfiledColumn,
  type ProfileOptions,
  profileRelation,
  type Relation,
  type SqlType,
  structPack,
  typedLiteral,
} from "@granary/engine";
import { afterAll, describe, expect, it } from "vitest";
import { testEngine } from "./engine.ts";

const harness = testEngine();
afterAll(() => harness[Symbol.asyncDispose]());

const profile = (from: Relation, columns: readonly ProfiledColumn[], options?: ProfileOptions): Promise<readonly ColumnProfile[]> =>
  harness.engine.use({ kind: "read" }, (session) => profileRelation(session, from, columns, options));

/** The profile of values written down, as a column with a name that needs quotes. */
async function profileOf(type: SqlType, values: readonly (Expression | string | number | null)[], options?: ProfileOptions): Promise<ColumnProfile> {
  const rows = values.map((value) => [typeof value === "object" && value !== null ? value : literal(value)]);
  const from: Relation = { kind: "values", columns: [{ name: 'the "value"', type }], rows };
  const [found] = await profile(from, [{ name: "v", value: column('the "value"'), type }], options);
  if (found === undefined) throw new Error("no profile came back");
  return found;
}

const thousand: Relation = { kind: "sequence", length: 1000 };
const position = column("position");
const BIGINT: SqlType = { kind: "bigint" };

describe("the profile of a column", () => {
  it("describes numbers: extremes, mean, spread, quantiles, bins", async () => {
    const [found] = await profile(thousand, [{ name: "n", value: position, type: BIGINT }], { bins: 10 });
    expect(found).toMatchObject({
      name: "n",
      rows: 1000,
      nulls: 0,
      empty: null,
      notNumbers: null,
      infinite: null,
      min: "0",
      max: "999",
      mean: 499.5,
      distinct: 1000,
      isDistinctExact: true,
    });
    expect(found?.stddev).toBeCloseTo(288.819, 2);
    expect(found?.quantiles.map(({ share, value }) => [share, Math.round(Number(value) / 10)])).toEqual([
      [0.05, 5],
      [0.25, 25],
      [0.5, 50],
      [0.75, 75],
      [0.95, 95],
    ]);
    expect(found?.bins.map((bin) => bin.count)).toEqual([100, 100, 100, 100, 100, 100, 100, 100, 100, 100]);
    expect([found?.bins[0]?.from, found?.bins.at(-1)?.to]).toEqual(["0", "999"]);
  });

  it("counts nulls and empty texts, and shows the most frequent with exact counts", async () => {
    const found = await profileOf({ kind: "text" }, ["b", "a", "b", "", null, "b", "a", "it's"]);
    expect(found).toMatchObject({ rows: 8, nulls: 1, empty: 1, distinct: 4, min: "", max: "it's", mean: null, quantiles: [], bins: [] });
    expect(found.top.slice(0, 2)).toEqual([
      { value: "b", count: 3 },
      { value: "a", count: 2 },
    ]);
    expect(found.top.length).toBe(4);
  });

  it("keeps extremes exact where doubles would not be", async () => {
    const long = "9999999999999999999999999999.9999999999";
    expect(await profileOf({ kind: "bigint" }, ["9223372036854775807", "9223372036854775806"])).toMatchObject({
      min: "9223372036854775806",
      max: "9223372036854775807",
    });
    expect(await profileOf({ kind: "decimal", precision: 38, scale: 10 }, [long, "-0.0000000001"])).toMatchObject({ min: "-0.0000000001", max: long });
  });

  it("sets aside what is not a number or infinite, and stands extreme doubles", async () => {
    const mixed = await profileOf({ kind: "double" }, [1, 2, 3, Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, null], { bins: 2 });
    expect(mixed).toMatchObject({ rows: 7, nulls: 1, notNumbers: 2, infinite: 1, min: "1.0", max: "inf", mean: 2, stddev: 1 });
    expect(mixed.bins.map((bin) => bin.count)).toEqual([2, 1]);
    expect(mixed.top[0]).toEqual({ value: "nan", count: 2 });
    const extreme = await profileOf({ kind: "double" }, [1e308, -1e308, 5, 5], { bins: 4 });
    expect(extreme).toMatchObject({ min: "-1e+308", max: "1e+308", mean: null, stddev: null, quantiles: [] });
    expect(extreme.bins.map((bin) => bin.count)).toEqual([1, 0, 2, 1]);
    expect(await profileOf({ kind: "float" }, [Number.NaN, null])).toMatchObject({
      notNumbers: 1,
      min: null,
      mean: null,
      stddev: null,
      quantiles: [],
      bins: [],
    });
  });

  it("estimates how many different values there are where they are many", async () => {
    const [found] = await profile({ kind: "sequence", length: 400_000 }, [{ name: "n", value: position, type: BIGINT }]);
    expect(found?.isDistinctExact).toBe(false);
    expect(found?.distinct).toBeGreaterThan(300_000);
    expect(found?.distinct).toBeLessThanOrEqual(400_000);
  });

  it("puts one value into one bin, and whole numbers into bins of their own", async () => {
    expect((await profileOf({ kind: "integer" }, [7, 7])).bins).toEqual([{ from: "7", to: "7", count: 2 }]);
    expect((await profileOf({ kind: "integer" }, [1, 2, 2, 4])).bins.map((bin) => bin.count)).toEqual([1, 2, 0, 1]);
  });

  it("makes bins of about as many rows each when asked to", async () => {
    const squares: ProfiledColumn = { name: "n", value: arithmetic(position, "*", position), type: BIGINT };
    const [found] = await profile(thousand, [squares], { bins: 4, spread: "depth" });
    expect(found?.bins).toHaveLength(4);
    for (const bin of found?.bins ?? []) expect(Math.abs(bin.count - 250)).toBeLessThan(15);
    expect(found?.bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(1000);
    const constant = await profileOf({ kind: "integer" }, [1, 1, 1, 1, 9], { bins: 4, spread: "depth" });
    expect(constant.bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(5);
  });

  it("knows of nested values only how many are missing", async () => {
    const list: SqlType = { kind: "list", element: { kind: "integer" } };
    const struct: SqlType = { kind: "struct", fields: [{ name: "a", type: { kind: "integer" } }] };
    const map: SqlType = { kind: "map", key: { kind: "text" }, value: { kind: "integer" } };
    const nothing = { rows: 2, nulls: 1, empty: null, distinct: null, min: null, max: null, mean: null, quantiles: [], top: [], bins: [] };
    expect(await profileOf(list, [call("list_of", literal(1)), null])).toMatchObject(nothing);
    expect(await profileOf(struct, [structPack([{ name: "a", value: literal(1) }]), null])).toMatchObject(nothing);
    expect(await profileOf(map, [call("map_of", call("list_of", literal("k")), call("list_of", literal(1))), null])).toMatchObject(nothing);
  });

  it.each<[SqlType["kind"], readonly Expression[], Partial<ColumnProfile>]>([
    ["date", ["2024-01-01", "2024-01-03", "infinity"].map((text) => typedLiteral({ kind: "date" }, text)), { min: "2024-01-01", max: "infinity" }],
    ["date", ["0044-03-15 (BC)", "5881580-07-10"].map((text) => typedLiteral({ kind: "date" }, text)), { min: "0044-03-15 (BC)", max: "5881580-07-10" }],
    ["time", ["00:00:00", "23:59:59.999999"].map((text) => typedLiteral({ kind: "time" }, text)), { min: "00:00:00", max: "23:59:59.999999" }],
    ["timestamp", ["2024-01-01 00:00:00", "2024-01-01 12:00:00.5"].map((text) => typedLiteral({ kind: "timestamp" }, text)), { max: "2024-01-01 12:00:00.5" }],
    [
      "timestamptz",
      ["2024-01-01 00:00:00+00", "-infinity"].map((text) => typedLiteral({ kind: "timestamptz" }, text)),
      { min: "-infinity", max: "2024-01-01 00:00:00+00" },
    ],
    [
      "boolean",
      [true, false, true].map(literal),
      {
        min: "false",
        max: "true",
        top: [
          { value: "true", count: 2 },
          { value: "false", count: 1 },
        ],
      },
    ],
    ["uuid", [typedLiteral({ kind: "uuid" }, "123e4567-e89b-12d3-a456-426614174000")], { min: "123e4567-e89b-12d3-a456-426614174000", distinct: 1 }],
    ["binary", ["00ff", "", "ab".repeat(100)].map((text) => typedLiteral({ kind: "binary" }, text)), { min: "", max: "AB".repeat(64), top: [] }],
    ["text", [literal("x".repeat(5000)), literal("short")], { max: "x".repeat(1000), top: [{ value: "short", count: 1 }] }],
  ])("describes values of type %s", async (kind, values, expected) => {
    expect(await profileOf({ kind } as SqlType, values)).toMatchObject({ rows: values.length, nulls: 0, ...expected });
  });

  it("writes ends of bins and quantiles in the type's own form", async () => {
    const days = ["2024-01-01", "2024-01-02", "2024-01-05"].map((text) => typedLiteral({ kind: "date" }, text));
    const byDay = await profileOf({ kind: "date" }, days, { bins: 2, quantiles: [0.5] });
    expect(byDay.bins.map((bin) => [bin.from, bin.to, bin.count])).toEqual([
      ["2024-01-01", "2024-01-03", 2],
      ["2024-01-03", "2024-01-05", 1],
    ]);
    expect(byDay.quantiles).toEqual([{ share: 0.5, value: "2024-01-02" }]);
    const clock = ["0044-03-15 (BC) 00:00:00", "2024-01-01 23:00:00.25"].map((text) => typedLiteral({ kind: "timestamp" }, text));
    const [bin] = (await profileOf({ kind: "timestamp" }, clock, { bins: 1 })).bins;
    expect([bin?.from, bin?.to, bin?.count]).toEqual(["0044-03-15 (BC) 00:00:00", "2024-01-01 23:00:00.25", 2]);
    const noon = [typedLiteral({ kind: "time" }, "12:00:00.5")];
    expect((await profileOf({ kind: "time" }, noon)).bins).toEqual([{ from: "12:00:00.5", to: "12:00:00.5", count: 1 }]);
  });
});

describe("the profile of a relation", () => {
  it("sees masked values and permitted rows only", async () => {
    const secret = cast(position, { kind: "text" });
    const mask = caseWhen([{ when: compare(position, "<", literal(500)), then: literal("low") }], literal("high"));
    const from: Relation = {
      kind: "query",
      query: { kind: "select", items: [{ expression: mask, as: "shown" }], from: thousand, where: compare(secret, "<>", literal("7")) },
    };
    const [found] = await profile(from, [{ name: "masked", value: column("shown"), type: { kind: "text" } }]);
    expect(found).toMatchObject({
      rows: 999,
      min: "high",
      max: "low",
      top: [
        { value: "high", count: 500 },
        { value: "low", count: 499 },
      ],
    });
    const [direct] = await profile(thousand, [{ name: "masked", value: mask, type: { kind: "text" } }]);
    expect(direct).toMatchObject({ rows: 1000, distinct: 2, min: "high", max: "low" });
  });

  it("agrees with what can be counted by hand in a file of orders", async () => {
    const path = join(harness.dir, "orders.csv");
    const sample = readFileSync(join(import.meta.dirname, "../../../samples/orders.csv"), "utf8");
    writeFileSync(path, sample.replace("000530,Row with a missing cell,00501,2026-09-16,3\n", ""));
    const names = ["order_id", "customer", "postcode", "ordered_on", "items", "amount", "express", "note"];
    const types: Readonly<Record<string, SqlType>> = {
      ordered_on: { kind: "date" },
      items: { kind: "integer" },
      amount: { kind: "decimal", precision: 18, scale: 2 },
      express: { kind: "boolean" },
    };
    const columns = names.map((name) => ({ name, type: types[name] ?? { kind: "text" as const } }));
    const from: Relation = { kind: "csvFile", path, columns, dialect: { delimiter: ",", quote: '"', header: true }, lineEnd: "lf" };
    const found = await profile(
      from,
      columns.map(({ name, type }) => ({ name, type, value: column(name) })),
    );
    const rows = await harness.engine.use({ kind: "read" }, (session) =>
      session.run({ kind: "query", query: { kind: "select", items: names.map((name) => ({ expression: column(name), as: name })), from } }),
    );
    const seen = names.map((_, index) => rows.rows.map((row) => row[index] ?? null));
    expect(found.map((item) => item.nulls)).toEqual(seen.map((values) => values.filter((value) => value === null).length));
    expect(found.map((item) => item.distinct)).toEqual(seen.map((values) => new Set(values.filter((value) => value !== null)).size));
    expect(found.every((item) => item.rows === rows.rows.length && item.isDistinctExact)).toBe(true);
    const amounts = (seen[names.indexOf("amount")] ?? []).map(Number);
    const amount = found[names.indexOf("amount")];
    expect([amount?.min, amount?.max].map(Number)).toEqual([Math.min(...amounts), Math.max(...amounts)]);
    expect(amount?.mean).toBeCloseTo(amounts.reduce((sum, value) => sum + value, 0) / amounts.length, 9);
    expect(amount?.bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(amounts.length);
    expect(found[0]?.min).toBe("000500");
  });

  it("answers for no rows, for only nulls, and for no columns", async () => {
    const empty: Relation = { kind: "sequence", length: 0 };
    const nothing = { nulls: 0, min: null, max: null, mean: null, stddev: null, quantiles: [], top: [], bins: [] };
    expect(await profile(empty, [{ name: "n", value: position, type: BIGINT }])).toMatchObject([{ rows: 0, distinct: 0, ...nothing }]);
    expect(await profileOf({ kind: "timestamp" }, [null, null])).toMatchObject({ rows: 2, ...nothing, nulls: 2 });
    expect(await profile(thousand, [])).toEqual([]);
  });

  it("takes more columns than fit one statement, whatever their names", async () => {
    const columns = Array.from(
      { length: 60 },
      (_, index): ProfiledColumn => ({ name: `col "${index}"`, value: arithmetic(position, "+", literal(index)), type: BIGINT }),
    );
    const found = await profile(thousand, columns);
    expect(found.map((item) => [item.name, item.min, item.max])).toEqual(columns.map(({ name }, index) => [name, String(index), String(999 + index)]));
  });

  it("refuses more bins or values than a header can show", async () => {
    for (const options of [{ bins: 0 }, { bins: 201 }, { top: 101 }, { top: 0.5 }, { quantiles: [1.5] }]) {
      await expect(profile(thousand, [{ name: "n", value: position, type: BIGINT }], options)).rejects.toMatchObject({ code: "engine.statement_invalid" });
    }
  });
});
