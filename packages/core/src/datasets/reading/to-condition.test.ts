import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cast, column, createEngine, type Engine, literal, type SqlType } from "@granary/engine";
import type { FilterCondition, RowFilter } from "@granary/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FilterableColumn, toCondition } from "./to-condition.ts";

let dir: string;
let engine: Engine;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "granary-conditions-"));
  engine = createEngine({ tempRoot: dir });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

const decimal = (precision: number, scale: number): SqlType => ({ kind: "decimal", precision, scale });

interface Case {
  readonly type: SqlType;
  /** As the engine reads them. */
  readonly stored: readonly (string | null)[];
  readonly condition: Omit<FilterCondition, "column">;
  readonly found: readonly (string | null)[];
}

const CASES: readonly Case[] = [
  { type: { kind: "integer" }, stored: ["1", "-2", null], condition: { op: "eq", value: " +1 " }, found: ["1"] },
  {
    type: { kind: "bigint" },
    stored: ["9007199254740993", "9007199254740992"],
    condition: { op: "eq", value: "9007199254740993" },
    found: ["9007199254740993"],
  },
  { type: { kind: "float" }, stored: ["0.1", "0.2", "nan"], condition: { op: "eq", value: "0.1" }, found: ["0.1"] },
  { type: { kind: "double" }, stored: ["1e300", "inf", "nan"], condition: { op: "ge", value: "Infinity" }, found: ["inf", "nan"] },
  { type: decimal(10, 2), stored: ["1.50", "1.51"], condition: { op: "lt", value: "1.505" }, found: ["1.50"] },
  {
    type: decimal(38, 0),
    stored: ["99999999999999999999999999999999999999"],
    condition: { op: "ge", value: "99999999999999999999999999999999999999" },
    found: ["99999999999999999999999999999999999999"],
  },
  { type: decimal(5, 2), stored: ["-0.50"], condition: { op: "eq", value: "-0.5000" }, found: ["-0.50"] },
  { type: { kind: "time" }, stored: ["08:00:00", "09:30:00"], condition: { op: "between", values: ["08:30", "09:30:00.000"] }, found: ["09:30:00"] },
  {
    type: { kind: "timestamptz" },
    stored: ["2026-01-01 00:00:00+00", "2026-01-01 02:00:00+00"],
    condition: { op: "eq", value: "2026-01-01T03:00:00+01:00" },
    found: ["2026-01-01 02:00:00+00"],
  },
  {
    type: { kind: "uuid" },
    stored: ["0d9a6d2e-5f0e-4f0e-9f0a-1c2d3e4f5a6b"],
    condition: { op: "in", values: ["0D9A6D2E-5F0E-4F0E-9F0A-1C2D3E4F5A6B"] },
    found: ["0d9a6d2e-5f0e-4f0e-9f0a-1c2d3e4f5a6b"],
  },
  { type: { kind: "text" }, stored: ["a_b", "axb", "A_B"], condition: { op: "contains", value: "a_b" }, found: ["a_b", "A_B"] },
  { type: { kind: "text" }, stored: ["", " x", null], condition: { op: "eq", value: "" }, found: [""] },
  { type: { kind: "date" }, stored: ["2026-01-31", "2025-12-31"], condition: { op: "starts_with", value: "2026" }, found: ["2026-01-31"] },
  { type: { kind: "list", element: { kind: "integer" } }, stored: ["[1, 2]", "[3]"], condition: { op: "contains", value: "2]" }, found: ["[1, 2]"] },
];

async function find(type: SqlType, stored: Case["stored"], filter: RowFilter): Promise<readonly unknown[]> {
  const columns: readonly FilterableColumn[] = [{ name: "value", value: column("value"), sqlType: type }];
  const rows = stored.map((text) => [cast(literal(text), type), literal(text)]);
  const from = {
    kind: "values",
    columns: [
      { name: "value", type },
      { name: "shown", type: { kind: "text" } },
    ],
    rows,
  } as const;
  const query = { kind: "select", items: [{ expression: column("shown"), as: "shown" }], from, where: toCondition(filter, columns, "filter") } as const;
  const answer = await engine.use({ kind: "read" }, (session) => session.run({ kind: "query", query }));
  return answer.rows.map(([text]) => text);
}

describe("conditions as the engine computes them", () => {
  it.each(CASES)("find $found among $stored by $condition", async ({ type, stored, condition, found }) => {
    expect(await find(type, stored, { column: "value", ...condition })).toEqual(found);
    expect(await find(type, stored, { not: { column: "value", ...condition } })).toEqual(stored.filter((text) => !found.includes(text)));
  });

  it("turn round every operator, and twice is as before", async () => {
    const filter: RowFilter = {
      or: [{ and: [{ column: "value", op: "gt", value: "1" }, { not: { column: "value", op: "eq", value: "3" } }] }, { column: "value", op: "is_null" }],
    };
    const stored = ["1", "2", "3", null];
    expect(await find({ kind: "integer" }, stored, filter)).toEqual(["2", null]);
    expect(await find({ kind: "integer" }, stored, { not: filter })).toEqual(["1", "3"]);
    expect(await find({ kind: "integer" }, stored, { not: { not: filter } })).toEqual(["2", null]);
  });
});

describe("texts that are no values", () => {
  const refusal = (sqlType: SqlType, condition: Omit<FilterCondition, "column">) => () =>
    toCondition({ column: "value", ...condition }, [{ name: "value", value: column("value"), sqlType }], "filter");

  it.each<[SqlType, string]>([
    [{ kind: "boolean" }, "yes"],
    [{ kind: "integer" }, "1.0"],
    [{ kind: "integer" }, ""],
    [{ kind: "double" }, "1,5"],
    [decimal(10, 2), "1e3"],
    [decimal(38, 10), `1.${"1".repeat(30)}`],
    [{ kind: "date" }, "2025-02-29"],
    [{ kind: "date" }, "31.01.2026"],
    [{ kind: "time" }, "24:00"],
    [{ kind: "timestamp" }, "2026-01-31T00:00:00Z"],
    [{ kind: "timestamptz" }, "2026-13-01"],
    [{ kind: "uuid" }, "42"],
    [{ kind: "binary" }, "abc"],
    [{ kind: "list", element: { kind: "text" } }, "a"],
  ])("are refused for %j: %s", (type, value) => {
    expect(refusal(type, { op: "eq", value })).toThrow(expect.objectContaining({ code: "request.invalid" }));
  });
});
