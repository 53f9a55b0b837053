import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call, cast, column, createEngine, DATE_PARTS, type Engine, FUNCTIONS, type Query } from "@granary/engine";
import {
  checkExpression,
  ColumnScope,
  columnTypeOf,
  type ExpressionScope,
  FUNCTION_LIBRARY,
  FUNCTION_SAMPLE,
  type FunctionEntry,
  TIME_UNITS,
} from "@granary/graph";
import type { GraphType } from "@granary/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileValue } from "./expressions.ts";
import { SPECIAL_FUNCTIONS } from "./functions.ts";
import { sqlTypeOf } from "./types.ts";

let engine: Engine;
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "granary-functions-"));
  engine = createEngine({ tempRoot: join(dir, "engine") });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

const columns = FUNCTION_SAMPLE.columns.map(({ name, type }) => ({ name, type: type as GraphType }));
const rows = {
  kind: "values",
  columns: columns.map(({ name, type }) => ({ name, type: sqlTypeOf(type) })),
  rows: FUNCTION_SAMPLE.rows.map((row) => row.map((value) => ({ kind: "literal", value }) as const)),
} as const;
const USE = { scalar: "row", aggregate: "measure", window: "window" } as const;
const byAmount = [{ expression: column("amount"), direction: "asc" }] as const;

const scopeOf = (entry: FunctionEntry): ExpressionScope => ({
  columns: new ColumnScope(columns),
  parameters: new Map(),
  functions: new Map(),
  use: USE[entry.kind],
});

/** What an example answers, as text, and the engine's type of it. */
async function answerOf(entry: FunctionEntry): Promise<readonly [value: unknown, type: unknown]> {
  const scope = scopeOf(entry);
  const type = columnTypeOf(checkExpression(entry.example, scope).type);
  const value = compileValue(entry.example, type, scope, {
    parameters: {},
    ...(entry.kind === "window" ? { window: { partitionBy: [], orderBy: byAmount } } : {}),
  });
  const inner: Query = {
    kind: "select",
    items: [{ expression: value, as: "value" }, ...(entry.kind === "window" ? [{ expression: column("amount"), as: "amount" }] : [])],
    from: entry.kind === "scalar" ? { kind: "sequence", length: 1 } : rows,
  };
  const query: Query = {
    kind: "select",
    items: [
      { expression: cast(column("value"), { kind: "text" }), as: "value" },
      { expression: call("type_name", column("value")), as: "type" },
    ],
    from: { kind: "query", query: inner },
    ...(entry.kind === "window" ? { orderBy: byAmount, limit: 1, offset: 1 } : {}),
  };
  const answer = await engine.use({ kind: "read" }, (session) => session.run({ kind: "query", query }));
  const [found] = answer.rows;
  return [found?.[0] ?? null, found?.[1]];
}

const ENGINE_TYPES: Readonly<Record<string, string>> = {
  text: "VARCHAR",
  json: "VARCHAR",
  integer: "BIGINT",
  number: "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
  time: "TIME",
  timestamp: "TIMESTAMP",
  timestamptz: "TIMESTAMP WITH TIME ZONE",
  binary: "BLOB",
};

describe("the library of functions", () => {
  it.each(FUNCTION_LIBRARY.map((entry) => [entry.name, entry] as const))("answers its example as it says: %s", async (_, entry) => {
    const { faults, type } = checkExpression(entry.example, scopeOf(entry));
    expect(faults).toEqual([]);
    const [value, engineType] = await answerOf(entry);
    expect(String(value)).toBe(entry.result);
    const stated = columnTypeOf(type);
    expect(engineType).toBe(ENGINE_TYPES[stated] ?? stated.toUpperCase());
  });

  it("is made of functions the engine has", () => {
    const missing = FUNCTION_LIBRARY.filter(({ name }) => !Object.hasOwn(FUNCTIONS, name) && !Object.hasOwn(SPECIAL_FUNCTIONS, name));
    expect(missing.map(({ name }) => name)).toEqual([]);
    const unused = Object.keys(SPECIAL_FUNCTIONS).filter((name) => !FUNCTION_LIBRARY.some((entry) => entry.name === name));
    expect(unused).toEqual([]);
  });

  it("calls every function by one name, and no two by the same", () => {
    const names = FUNCTION_LIBRARY.flatMap((entry) => [entry.name, ...entry.aliases]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it("takes the engine's units of time", () => expect(TIME_UNITS).toEqual(DATE_PARTS));
});
