import {
  and,
  call,
  caseWhen,
  cast,
  column,
  columnsOf,
  compare,
  exists,
  type Expression,
  fileName,
  inQuery,
  isNull,
  isRowExpression,
  like,
  listTransform,
  literal,
  mapParts,
  not,
  over,
  parameter,
  type Query,
  replaceColumns,
  rowPosition,
  scalarQuery,
  structField,
} from "@granary/engine";
import { describe, expect, it } from "vitest";

const inner: Query = {
  kind: "with",
  named: [{ name: "k", query: { kind: "select", items: [{ expression: column("named"), as: "x" }], from: { kind: "table", name: "t" } } }],
  query: {
    kind: "select",
    items: [{ expression: column("item"), as: "x" }],
    from: {
      kind: "join",
      join: "inner",
      left: { kind: "unnest", relation: { kind: "table", name: "k" }, list: column("list"), as: "u", column: "e" },
      right: { kind: "alias", relation: { kind: "values", columns: [{ name: "a", type: { kind: "text" } }], rows: [[column("value")]] }, as: "r" },
      on: column("on"),
    },
    where: column("where"),
    groupBy: [column("group")],
    having: column("having"),
    qualify: column("qualify"),
    orderBy: [{ expression: column("order"), direction: "asc" }],
  },
};

describe("reading an expression", () => {
  it("lists the columns it reads, those inside its queries too", () => {
    const expression = caseWhen(
      [{ when: compare(column("a"), "=", literal(1)), then: cast(column("b"), { kind: "text" }) }],
      call("coalesce", column("c"), not(isNull(column("a")))),
    );
    expect([...columnsOf(expression)].sort()).toEqual(["a", "b", "c"]);
    const parts = ["named", "item", "list", "value", "on", "where", "group", "having", "qualify", "order"];
    for (const query of [exists(inner), scalarQuery(inner), inQuery(literal(1), inner)]) expect([...columnsOf(query)].sort()).toEqual([...parts].sort());
  });

  it("does not take the parameter of a list function for a column", () => {
    expect([...columnsOf(listTransform(column("l"), "x", call("concat", parameter("x"), column("y"))))].sort()).toEqual(["l", "y"]);
  });

  it.each<[string, Expression, boolean]>([
    ["values of a row", and(like(column("a"), literal("%")), structField(column("b"), "c")), true],
    ["a list function", listTransform(column("l"), "x", call("lower", parameter("x"))), true],
    ["a query", exists(inner), false],
    ["a query deep inside", not(and(inQuery(column("a"), inner))), false],
    ["an aggregate", call("max", column("a")), false],
    ["a window", over(call("sum", column("a")), {}), false],
    ["a place in a file", compare(rowPosition, "=", literal(1)), false],
    ["the name of a file", fileName, false],
    ["another relation's column", column("a", "other"), false],
    ["a function nobody knows", { kind: "call", name: "toString", operands: [] } as unknown as Expression, false],
  ])("tells whether it is computed from one row alone: %s", (_, expression, answer) => {
    expect(isRowExpression(expression)).toBe(answer);
  });
});

describe("rewriting an expression", () => {
  it("puts other expressions in the place of columns and leaves the rest as it is", () => {
    const seen = compare(call("lower", column("name")), "=", column("other"));
    const masked = replaceColumns(seen, (found) => (found.name === "name" ? call("left", column("field_1"), literal(1)) : found));
    expect(masked).toEqual(compare(call("lower", call("left", column("field_1"), literal(1))), "=", column("other")));
    expect(seen).toEqual(compare(call("lower", column("name")), "=", column("other")));
  });

  it("does not replace again what it put in", () => {
    expect(replaceColumns(column("a"), () => call("concat", column("a"), literal("!")))).toEqual(call("concat", column("a"), literal("!")));
  });

  it("refuses queries, where a name may mean another column", () => {
    expect(() => replaceColumns(not(exists(inner)), (found) => found)).toThrow(expect.objectContaining({ code: "engine.statement_invalid" }));
  });

  it("reaches every part of a window", () => {
    const window = over(
      { ...call("sum", column("a")), filter: column("b"), orderBy: [{ expression: column("c"), direction: "asc" }] },
      {
        partitionBy: [column("d")],
        orderBy: [{ expression: column("e"), direction: "desc" }],
        frame: { unit: "rows", start: { kind: "preceding", offset: column("f") }, end: { kind: "currentRow" } },
      },
    );
    const seen: Expression[] = [];
    mapParts(window, (part) => {
      seen.push(part);
      return part;
    });
    expect([...columnsOf(window)].sort()).toEqual(["a", "b", "c", "d", "e", "f"]);
    expect(seen).toHaveLength(6);
  });
});
