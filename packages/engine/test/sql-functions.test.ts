import {
  aggregate,
  call,
  cast,
  column,
  type Expression,
  type FunctionName,
  FUNCTIONS,
  type FunctionShape,
  isNull,
  type JsonValue,
  literal,
  over,
  type Query,
  type Relation,
  typedLiteral,
} from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { afterAll, describe, expect, it } from "vitest";
import { printExpression } from "../src/sql/duckdb/index.ts";
import { testEngine } from "./engine.ts";
import { FUNCTION_SAMPLES, SAMPLE_ROWS } from "./function-samples.ts";

const harness = testEngine();
afterAll(() => harness[Symbol.asyncDispose]());

const rows: Relation = {
  kind: "values",
  columns: [
    { name: "n", type: { kind: "integer" } },
    { name: "word", type: { kind: "text" } },
    { name: "yes", type: { kind: "boolean" } },
  ],
  rows: SAMPLE_ROWS.map((row) => [row.n, row.word, row.yes].map(literal)),
};
const byN = [{ expression: column("n"), direction: "asc" }] as const;

async function answerOf(query: Query): Promise<readonly JsonValue[]> {
  const { rows: found } = await harness.engine.use({ kind: "read" }, (session) => session.run({ kind: "query", query }));
  return found.map(([value]) => value ?? null);
}

/** Answers of these depend on the clock or the engine's release: their type is compared. */
const ANSWERED_BY_TYPE: ReadonlySet<FunctionName> = new Set(["now", "today", "row_hash"]);

function queryOf(name: FunctionName, operands: readonly Expression[]): Query {
  const { use }: FunctionShape = FUNCTIONS[name];
  const of = call(name, ...operands);
  if (use === "window") return { kind: "select", items: [{ expression: over(of, { orderBy: byN }), as: "v" }], from: rows, orderBy: byN };
  if (use === "aggregate") return { kind: "select", items: [{ expression: of, as: "v" }], from: rows };
  const expression = ANSWERED_BY_TYPE.has(name) ? call("type_name", of) : of;
  return { kind: "select", items: [{ expression, as: "v" }], from: { kind: "sequence", length: 1 } };
}

/** The last digits of a computed number are the engine's own. */
const rounded = (value: JsonValue): JsonValue => (typeof value === "number" ? Number(value.toPrecision(12)) : value);

describe("every function of the list", () => {
  it.each(Object.entries(FUNCTION_SAMPLES))("answers as the sample says: %s", async (name, { operands, answer }) => {
    const found = await answerOf(queryOf(name as FunctionName, operands));
    const { use }: FunctionShape = FUNCTIONS[name as FunctionName];
    const value = found[use === "window" ? 2 : 0];
    expect(rounded(value ?? null)).toEqual(rounded(answer));
  });

  it("compares no texts that would keep the engine busy", async () => {
    const long = call("repeat", literal("a"), literal(10_000));
    for (const name of ["edit_distance", "text_similarity"] as const) {
      expect(await answerOf(queryOf(name, [long, literal("a")]))).toEqual([null]);
    }
  });

  it("aggregates different values, chosen rows, and in an order", async () => {
    const words = aggregate("string_agg", [column("word"), literal(",")], {
      distinct: true,
      orderBy: [{ expression: column("word"), direction: "desc" }],
      filter: column("yes"),
    });
    expect(await answerOf({ kind: "select", items: [{ expression: words, as: "v" }], from: rows })).toEqual(["c,b,a"]);
  });

  it("takes any aggregate over a window", async () => {
    const running = over(call("sum", column("n")), { orderBy: byN });
    expect(await answerOf({ kind: "select", items: [{ expression: running, as: "v" }], from: rows, orderBy: byN })).toEqual(["1", "3", "7", "12"]);
  });
});

describe("calls that are refused before anything is printed", () => {
  const refusal = (expression: unknown): unknown => {
    try {
      return printExpression(expression as Expression);
    } catch (error) {
      return isAppError(error) ? [error.code, error.params["reason"]] : error;
    }
  };
  const text = literal("a");

  it.each<[string, unknown, string]>([
    ["a function outside the list", { kind: "call", name: "read_text", operands: [text] }, "the function read_text is not allowed"],
    ["one named like an object's own property", { kind: "call", name: "constructor", operands: [] }, "the function constructor is not allowed"],
    ["too few operands", call("replace", text), "replace needs at least 3 arguments"],
    ["too many operands", call("lower", text, text), "lower takes at most 1 arguments"],
    ["an operand for a function without any", call("pi", text), "pi takes at most 0 arguments"],
    ["a window function without a window", call("row_number"), "row_number needs a window"],
    ["a function of one row over a window", over(call("lower", text), {}), "lower cannot be used over a window"],
    ["a filter on no aggregate", aggregate("lower", [text], { filter: literal(true) }), "lower is no aggregate"],
    ["different values of no aggregate", aggregate("coalesce", [text], { distinct: true }), "coalesce is no aggregate"],
  ])("%s", (_, expression, reason) => {
    expect(refusal(expression)).toEqual(["engine.statement_invalid", reason]);
  });

  it.each<[string, Expression]>([
    ["a unit of time that is none", call("date_trunc", literal("month'); --"), typedLiteral({ kind: "date" }, "2024-01-01"))],
    ["a unit of time out of a column", call("date_part", column("unit"), column("day"))],
    ["a length that fills the memory", call("repeat", text, literal(4_000_000_000))],
    ["a length out of a column", call("pad_left", text, column("n"), text)],
    ["a share that is no number", call("quantile", column("n"), literal("0.5) --"))],
    ["a list of shares that is none", call("approx_quantiles", column("n"), call("list_of", literal(0.5), column("n")))],
    ["a share above one", call("approx_quantiles", column("n"), call("list_of", literal(1.5)))],
    ["a computed share", call("quantile", column("n"), cast(isNull(column("n")), { kind: "double" }))],
  ])("%s", (_, expression) => {
    expect(refusal(expression)).toEqual(["engine.statement_invalid", expect.stringContaining(" needs ")]);
  });
});
