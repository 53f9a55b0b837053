import { cast, column, literal, type Query } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { pipelineDocument, type TransformationDefinition } from "@granary/protocol";
import { workspaceMaskKey } from "../access/index.ts";
import type { Ctx } from "../context/index.ts";
import { compileGraph, sqlTypeOf } from "../graph-queries/index.ts";
import { checkDefinition, type TypedDefinition } from "./check-definition.ts";

type Values = readonly (string | null)[];

interface Result {
  value: string | null;
  fault: string | null;
}

export interface TriedTransformation {
  ok: boolean;
  fault: string | null;
  results: Result[];
  tests: { name: string; ok: boolean; got: string | null; fault: string | null }[];
  ms: number;
  isolation: string;
}

export interface Trial {
  readonly language: "sql" | "javascript";
  readonly definition: TransformationDefinition;
  readonly rows: readonly Values[];
}

/** Beyond this many rows, a row that fails takes the others with it. */
const MAX_SINGLE = 100;

/** The statement of an expression over rows somebody typed, as pipelines would have it. */
function statementOf(ctx: Ctx, { body }: TransformationDefinition, { columns, returns }: TypedDefinition, rows: readonly Values[]): Query {
  const given = columns.length === 0 ? [{ name: "none", type: "integer" as const }] : columns;
  const filled = rows.map((row) => given.map((_, index) => row[index] ?? null));
  const document = pipelineDocument.parse({
    name: "trial",
    nodes: [
      { id: "rows", kind: "source_rows", settings: { columns: given, rows: filled } },
      { id: "result", kind: "derive", settings: { columns: [{ name: "granary result", expression: body }] } },
    ],
    edges: [{ from: "rows", to: "result" }],
  });
  const maskKey = workspaceMaskKey(ctx.services.config.secrets.maskKey, ctx.workspaceId);
  const { queries } = compileGraph({ document, known: {}, parameters: {}, maskKey });
  const [source, result] = [queries.get("rows")?.["out"], queries.get("result")?.["out"]];
  if (source === undefined || result === undefined) throw new Error("an expression without a statement");
  const named: Query = { kind: "with", named: [{ name: "rows", query: source }], query: result };
  const value = cast(cast(column("granary result"), sqlTypeOf(returns)), { kind: "text" });
  return { kind: "select", items: [{ expression: value, as: "value" }], from: { kind: "query", query: named } };
}

async function runSql(ctx: Ctx, trial: Trial, typed: TypedDefinition, rows: readonly Values[]): Promise<Result[]> {
  if (rows.length === 0) return [];
  const { engine } = ctx.services;
  try {
    const query = statementOf(ctx, trial.definition, typed, rows);
    const { rows: values } = await engine.use({ kind: "read", signal: ctx.signal }, (session) => session.run({ kind: "query", query }));
    return values.map(([value]) => ({ value: value === null || value === undefined ? null : String(value), fault: null }));
  } catch (error) {
    if (!isAppError(error) || error.code === "engine.cancelled") throw error;
    const [only, ...others] = rows;
    const fault = error.cause instanceof Error ? (error.cause.message.split("\n")[0] ?? error.message) : error.message;
    if (only === undefined || others.length === 0 || rows.length > MAX_SINGLE) return rows.map(() => ({ value: null, fault }));
    const results: Result[] = [];
    for (const row of rows) results.push(...(await runSql(ctx, trial, typed, [row])));
    return results;
  }
}

async function runScript(ctx: Ctx, { definition }: Trial, { columns, returns }: TypedDefinition, rows: readonly Values[]): Promise<Result[]> {
  const given = columns.map(({ name, type }) => ({ name, column: name, type }));
  const tried = await ctx.services.engine.tryFunction({
    body: definition.body,
    arguments: given,
    outputs: [{ name: "value", type: returns }],
    rows,
    signal: ctx.signal,
  });
  return tried.map(({ values, fault }) => ({ value: values?.[0] ?? null, fault }));
}

/** A text as the engine writes a value of its type, itself where it is none. */
async function inItsType(ctx: Ctx, value: string | null, { returns }: TypedDefinition): Promise<string | null> {
  if (value === null) return null;
  const typed = cast({ kind: "cast", operand: literal(value), type: sqlTypeOf(returns), onFault: "null" }, { kind: "text" });
  const query: Query = { kind: "select", items: [{ expression: typed, as: "value" }], from: { kind: "sequence", length: 1 } };
  const { rows } = await ctx.services.engine.use({ kind: "read", signal: ctx.signal }, (session) => session.run({ kind: "query", query }));
  const found = rows[0]?.[0];
  return found === null || found === undefined ? value : String(found);
}

async function judge(ctx: Ctx, { definition }: Trial, typed: TypedDefinition, results: readonly Result[]): Promise<TriedTransformation["tests"]> {
  const tests: TriedTransformation["tests"] = [];
  for (const [index, test] of definition.tests.entries()) {
    const { value = null, fault = null } = results[index] ?? {};
    const [got, wanted] = [await inItsType(ctx, value, typed), await inItsType(ctx, test.expected, typed)];
    tests.push({ name: test.name, ok: fault === null && got === wanted, got: value, fault });
  }
  return tests;
}

async function run(ctx: Ctx, trial: Trial): Promise<Pick<TriedTransformation, "ok" | "fault" | "results" | "tests">> {
  const { language, definition, rows } = trial;
  try {
    const typed = await checkDefinition(ctx, language, definition);
    const all = [...rows, ...definition.tests.map(({ inputs }) => inputs)];
    const found = await (language === "sql" ? runSql(ctx, trial, typed, all) : runScript(ctx, trial, typed, all));
    const results = found.slice(0, rows.length);
    const tests = await judge(ctx, trial, typed, found.slice(rows.length));
    return { ok: tests.every(({ ok }) => ok) && results.every(({ fault }) => fault === null), fault: null, results, tests };
  } catch (error) {
    if (!isAppError(error) || !error.code.startsWith("transformation.")) throw error;
    return { ok: false, fault: error.message, results: [], tests: [] };
  }
}

/** Runs a function on sample rows and its tests, and keeps nothing. */
export async function tryTransformation(ctx: Ctx, trial: Trial): Promise<TriedTransformation> {
  const isolation = trial.language === "sql" ? "engine" : (await ctx.services.engine.functionIsolation()).kind;
  const begin = performance.now();
  const answer = await run(ctx, trial);
  return { ...answer, ms: Math.round(performance.now() - begin), isolation };
}
