import {
  and,
  call,
  caseWhen,
  cast,
  column,
  columnsOf,
  compare,
  type Expression,
  isNull,
  literal,
  not,
  or,
  type Query,
  type SqlType,
  tryCast,
} from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { afterAll, describe, expect, it } from "vitest";
import { printExpression } from "../src/sql/duckdb/index.ts";
import { testEngine } from "./engine.ts";

const harness = testEngine();
afterAll(() => harness[Symbol.asyncDispose]());

async function evaluate(expression: Expression): Promise<unknown> {
  const query: Query = { kind: "select", items: [{ expression, as: "v" }], from: { kind: "sequence", length: 1 } };
  const { rows } = await harness.engine.use({ kind: "read" }, (session) => session.run({ kind: "query", query }));
  return rows[0]?.[0];
}

const TYPES: readonly SqlType[] = [
  ...(["boolean", "integer", "bigint", "float", "double", "date", "time", "timestamp", "timestamptz", "text", "uuid", "binary"] as const).map((kind) => ({
    kind,
  })),
  { kind: "decimal", precision: 38, scale: 10 },
];

describe("expressions bound by the real engine", () => {
  it.each([
    ["text with quotes", 'it\'s "x"', 'it\'s "x"'],
    ["text with a NUL character", "a\0b", "a\0b"],
    ["text that looks like SQL", "'); DROP TABLE x; --", "'); DROP TABLE x; --"],
    ["backslashes", "a\\'b", "a\\'b"],
    ["64-bit integers", 9_223_372_036_854_775_807n, "9223372036854775807"],
    ["negative integers", -5, -5],
    ["fractions", 0.1, 0.1],
    ["not a number", Number.NaN, "NaN"],
    ["infinity", Number.POSITIVE_INFINITY, "Infinity"],
    ["true", true, true],
    ["null", null, null],
  ])("keeps a literal exact: %s", async (_, value, expected) => {
    expect(await evaluate(literal(value))).toEqual(expected);
  });

  it.each(TYPES.map((type) => [type.kind, type] as const))("knows the type %s", async (_, type) => {
    expect(await evaluate(cast(literal(null), type))).toBeNull();
  });

  it("prints every kind of node so that it means what the tree says", async () => {
    const yes = literal(true);
    const no = literal(false);
    expect(await evaluate(and())).toBe(true);
    expect(await evaluate(or())).toBe(false);
    expect(await evaluate(or(and(yes, no), not(no)))).toBe(true);
    expect(await evaluate(and(or(yes, no), no))).toBe(false);
    expect(await evaluate(isNull(tryCast(literal("x"), { kind: "bigint" })))).toBe(true);
    expect(await evaluate(caseWhen([{ when: no, then: literal("a") }], literal("b")))).toBe("b");
    expect(await evaluate(caseWhen([], literal("b")))).toBe("b");
    for (const operator of ["=", "<=", ">="] as const) expect(await evaluate(compare(literal(1), operator, literal(1)))).toBe(true);
    for (const operator of ["<>", "<", ">"] as const) expect(await evaluate(compare(literal(1), operator, literal(1)))).toBe(false);
  });
});

describe("the printer", () => {
  const refusal = (expression: unknown): string | undefined => {
    try {
      return printExpression(expression as Expression);
    } catch (error) {
      return isAppError(error) ? error.code : String(error);
    }
  };

  it.each([
    ["a function outside the list", { kind: "call", name: "read_text", operands: [literal("/etc/passwd")] }],
    ["a function named like an object's own property", { kind: "call", name: "constructor", operands: [] }],
    ["too few operands", call("replace", literal("a"))],
    ["too many operands", call("lower", literal("a"), literal("b"))],
    ["an operator that is none", { kind: "comparison", operator: "= 1 OR 1 =", left: literal(1), right: literal(2) }],
    ["a node of no kind", { kind: "toString" }],
    ["an impossible decimal", cast(literal(1), { kind: "decimal", precision: 39, scale: 0 })],
    ["an empty name", column("")],
  ])("refuses %s", (_, expression) => {
    expect(refusal(expression)).toBe("engine.statement_invalid");
  });

  it("keeps a hostile name inside its quotes", () => {
    expect(printExpression(column('a" FROM secrets --'))).toBe('"a"" FROM secrets --"');
  });

  it("lists the columns an expression reads", () => {
    const expression = caseWhen(
      [{ when: compare(column("a"), "=", literal(1)), then: cast(column("b"), { kind: "text" }) }],
      call("coalesce", column("c"), not(isNull(column("a")))),
    );
    expect([...columnsOf(expression)].sort()).toEqual(["a", "b", "c"]);
  });
});
