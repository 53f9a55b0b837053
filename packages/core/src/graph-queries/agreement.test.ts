import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call, column, createEngine, type Engine, type EngineSession, literal, type Query, type SelectItem, type SelectQuery } from "@granary/engine";
import { checkExpression, ColumnScope, columnTypeOf, type ExpressionScope, FUNCTION_LIBRARY, type FunctionEntry } from "@granary/graph";
import { decimalOf, type GraphType } from "@granary/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileValue } from "./expressions.ts";
import { sqlTypeOf } from "./types.ts";

let engine: Engine;
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "granary-agreement-"));
  engine = createEngine({ tempRoot: join(dir, "engine") });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

const TYPES: readonly GraphType[] = [
  "text",
  "integer",
  "number",
  "decimal(9,2)",
  "decimal(18,2)",
  "decimal(38,6)",
  "boolean",
  "date",
  "time",
  "timestamp",
  "timestamptz",
  "uuid",
  "binary",
  "json",
];
const nameOf = (type: GraphType): string => `of_${type.replace(/\W/g, "_")}`;
const columns = TYPES.map((type) => ({ name: nameOf(type), type }));
/** Nothing is there, so that only what the engine thinks of types can fail. */
const empty = {
  kind: "values",
  columns: columns.map(({ name, type }) => ({ name, type: sqlTypeOf(type) })),
  rows: [columns.map(() => literal(null))],
} as const;

type Use = "row" | "measure" | "window";
const scopeOf = (use: Use): ExpressionScope => ({ columns: new ColumnScope(columns), parameters: new Map(), functions: new Map(), use });

interface Case {
  readonly text: string;
  readonly use: Use;
}

/** What may stand for an argument: one column of every type, and a written one of those that must be written. */
function operandsFor(type: string): readonly string[] {
  if (type === "unit" || type === "span") return ["'month'", "'hour'"];
  if (type === "size") return ["2"];
  if (type === "share") return ["0.5"];
  if (type === "format" || type === "written") return ["'%Y'"];
  if (type === "list" || type === "numbers") return ["list_of(of_text)", "list_of(of_integer)", "list_of(of_decimal_9_2_)", "list_of(of_date)"];
  if (type === "E") return ["of_text", "of_integer", "of_decimal_9_2_", "of_date", "null"];
  return [...columns.map(({ name }) => name), "null", "1", "1.5", "'2026-01-31'"];
}

function callsOf({ kind, name, parameters }: FunctionEntry): readonly Case[] {
  const use = kind === "scalar" ? "row" : kind === "aggregate" ? "measure" : "window";
  const texts = new Set<string>();
  for (const count of new Set([parameters.filter((each) => !each.isOptional).length, parameters.length])) {
    const all = parameters.slice(0, count).map(({ type }) => operandsFor(type));
    const first = all.map((operands) => operands[0] ?? "null");
    if (all.length === 0) texts.add(`${name}()`);
    for (const [index, operands] of all.entries())
      for (const operand of operands)
        for (const other of all.length === 2 ? (all[1 - index] ?? []) : ["same"])
          texts.add(
            `${name}(${first.map((each, at) => (at === index ? operand : other === "same" ? (parameters[at]?.type === "T" ? operand : each) : other)).join(", ")})`,
          );
  }
  return [...texts].map((text) => ({ text, use }));
}

const OPERATORS = ["+", "-", "*", "/", "//", "%", "||", "=", "<", "is distinct from"];

const pairs = columns.flatMap((left) => columns.map((right) => [left.name, right.name] as const));
const rowCases = (texts: readonly string[]): readonly Case[] => texts.map((text) => ({ text, use: "row" }));

const CASES: readonly (readonly [string, readonly Case[]])[] = [
  ["operators", rowCases(pairs.flatMap(([left, right]) => OPERATORS.map((operator) => `${left} ${operator} ${right}`)))],
  [
    "choices",
    rowCases(
      pairs.flatMap(([left, right]) => [
        `coalesce(${left}, ${right})`,
        `case when true then ${left} else ${right} end`,
        `${left} in (${right}, null)`,
        `${left} between ${right} and ${left}`,
      ]),
    ),
  ],
  ["casts", rowCases(columns.flatMap(({ name }) => TYPES.flatMap((type) => [`cast(${name} as ${type})`, `try_cast(${name} as ${type})`])))],
  ["intervals", rowCases(columns.flatMap(({ name }) => [`${name} + interval '1 day'`, `${name} - interval '90 minutes'`, `interval '1 month' + ${name}`]))],
  ...["scalar", "aggregate", "window"].map((kind) => [`${kind} functions`, FUNCTION_LIBRARY.filter((entry) => entry.kind === kind).flatMap(callsOf)] as const),
];

const ENGINE_TYPES: Readonly<Record<string, string>> = {
  text: "VARCHAR",
  bigint: "BIGINT",
  double: "DOUBLE",
  timestamptz: "TIMESTAMP WITH TIME ZONE",
  binary: "BLOB",
};
function engineType(type: GraphType): string {
  const decimal = decimalOf(type);
  return decimal === undefined ? (ENGINE_TYPES[sqlTypeOf(type).kind] ?? type.toUpperCase()) : `DECIMAL(${decimal.precision},${decimal.scale})`;
}

interface Compiled extends Case {
  readonly item: SelectItem;
  readonly type: GraphType;
}

/** What the check takes, as the engine is to compute it; undefined for what it refuses. */
function compiledOf(each: Case): Compiled | undefined {
  const scope = scopeOf(each.use);
  const { checked, type: found } = checkExpression(each.text, scope);
  if (checked === undefined || found === "interval") return undefined;
  const type = columnTypeOf(found);
  const window = each.use === "window" ? { window: { partitionBy: [], orderBy: [{ expression: column("of_integer"), direction: "asc" as const }] } } : {};
  return { ...each, type, item: { expression: compileValue(each.text, type, scope, { parameters: {}, ...window }), as: "value" } };
}

async function typesOf(session: EngineSession, cases: readonly Compiled[]): Promise<readonly unknown[]> {
  const inner: SelectQuery = { kind: "select", items: cases.map(({ item }, index) => ({ ...item, as: `v${index}` })), from: empty };
  const query: Query = {
    kind: "select",
    items: cases.map((_, index) => ({ expression: call("type_name", column(`v${index}`)), as: `t${index}` })),
    from: { kind: "query", query: inner },
  };
  return (await session.run({ kind: "query", query })).rows[0] ?? [];
}

const causeOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error ? (error.cause.message.split("\n")[0] ?? "") : String(error);

/** Texts the engine thinks otherwise of than the check, looked for by halves. */
async function disagreements(session: EngineSession, cases: readonly Compiled[]): Promise<readonly string[]> {
  try {
    const types = await typesOf(session, cases);
    return cases.flatMap(({ text, type }, index) => (types[index] === engineType(type) ? [] : [`${text}: ${types[index]} instead of ${type}`]));
  } catch (error) {
    if (cases.length === 1) return [`${cases[0]?.text ?? ""}: ${causeOf(error)}`];
    const middle = Math.ceil(cases.length / 2);
    return [...(await disagreements(session, cases.slice(0, middle))), ...(await disagreements(session, cases.slice(middle)))];
  }
}

const BATCH = 200;

describe("the check of types and the engine", () => {
  it.each(CASES)("agree about every combination of types: %s", async (_, cases) => {
    const compiled = cases.flatMap((each) => compiledOf(each) ?? []);
    expect(compiled.length).toBeGreaterThan(5);
    const found = await engine.use({ kind: "read" }, async (session) => {
      const all: string[] = [];
      for (let from = 0; from < compiled.length; from += BATCH) all.push(...(await disagreements(session, compiled.slice(from, from + BATCH))));
      return all;
    });
    expect(found).toEqual([]);
  });
});
