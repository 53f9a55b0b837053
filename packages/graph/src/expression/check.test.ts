import type { GraphType } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { randomExpression, randomOf } from "../../test/random-expression.ts";
import { checkExpression } from "./check.ts";
import { ColumnScope, type ExpressionScope, type OwnFunction } from "./scope.ts";

const COLUMNS: Readonly<Record<string, GraphType>> = {
  amount: "integer",
  price: "decimal(18,2)",
  rate: "number",
  name: "text",
  day: "date",
  at: "timestamptz",
  ok: "boolean",
  body: "json",
  key: "uuid",
};
const twice: OwnFunction = { name: "twice", arguments: [{ name: "text", type: "text" }], returns: "text", language: "sql", body: "text || text" };
const script: OwnFunction = { ...twice, name: "script", language: "javascript" };

function scopeOf(more: Partial<ExpressionScope> = {}): ExpressionScope {
  return {
    columns: new ColumnScope(Object.entries(COLUMNS).map(([name, type]) => ({ name, type }))),
    parameters: new Map([["least", "integer"]]),
    functions: new Map([
      ["twice", twice],
      ["script", script],
    ]),
    use: "row",
    ...more,
  };
}

const answerOf = (text: string, scope = scopeOf()): string => {
  const { faults, type } = checkExpression(text, scope);
  return faults.length === 0 ? type : faults.map((fault) => `${fault.message} [${text.slice(fault.start, fault.end)}]`).join(" ");
};

describe("types of expressions", () => {
  it.each([
    ["amount + 1", "integer"],
    ["amount / 2", "number"],
    ["amount * price", "decimal(37,2)"],
    ["price + 0.005", "decimal(20,3)"],
    ["price * rate", "number"],
    ["AMOUNT", "integer"],
    ["name || amount", "text"],
    ["day + 7", "date"],
    ["day - day", "integer"],
    ["day + interval '1 day'", "timestamp"],
    ["at - interval '1 hour'", "timestamptz"],
    ["day = '2026-01-31' and at > '2026-01-31 10:00'", "boolean"],
    ["case when ok then 1 else price end", "decimal(21,2)"],
    ["case ok when true then 'x' end", "text"],
    ["coalesce(day, at)", "timestamptz"],
    ["coalesce(null, null)", "null"],
    ["if(ok, name, null)", "text"],
    ["split(name, ',')", "text[]"],
    ["list_element(list_of(day), 1)", "date"],
    ["body = '{\"a\": 1}'", "boolean"],
    ["json_text(body, '$.a')::integer", "integer"],
    ["key = '123e4567-e89b-12d3-a456-426614174000'", "boolean"],
    ["round(price)", "decimal(17,0)"],
    ["round(price, 1)", "decimal(18,1)"],
    ["date_trunc('MONTH', day)", "date"],
    ["$least * 2", "integer"],
    ["twice(name)", "text"],
    ["amount > null or ok", 'Nothing is equal to null: write "is null" or "is not distinct from". [amount > null]'],
  ])("%s", (text, expected) => expect(answerOf(text)).toBe(expected));

  it.each([
    ["amonut + 1", "There is no column amonut. Did you mean amount? [amonut]"],
    ['name = "Bonn"', "There is no column Bonn. A text is put in 'single quotes'. [\"Bonn\"]"],
    ["$lest", "The pipeline has no parameter lest. Did you mean least? [$lest]"],
    ["lenght(name)", "There is no function lenght. Did you mean length? [lenght]"],
    ["name + 1", "+ needs numbers, but this is a text. Cast it with cast(... as number), or join texts with ||. [name]"],
    ["amount = 'x'", "This is a text, but integer is needed. ['x']"],
    ["amount = '12'", "This is a text, but integer is needed. Write 12 without quotes. ['12']"],
    ["name = day", "The sides of = do not go together: text and date. Cast one of them. [day]"],
    ["day = '2026-02-30'", "'2026-02-30' is no date; write it like '2026-01-31'. ['2026-02-30']"],
    ["at + 1", "Say what the number counts: + interval '1 hour', or date_add. [at + 1]"],
    ["not name", "Expected a condition here, but this is a text. [name]"],
    ["case when ok then 1 else name end", "The results of case do not go together: integer and text. Cast one of them. [name]"],
    ["cast(day as integer)", "date cannot become integer. [cast(day as integer)]"],
    ["pad_left(name, amount, '0')", "pad_left: length must be a whole number from 0 to 10000 that is written down. [amount]"],
    ["date_trunc('fortnight', day)", "date_trunc: unit must be a unit written down, such as 'day', 'week', 'month' or 'year'. ['fortnight']"],
    ["upper(amount)", "upper: text must be a text, but this is an integer. Cast it: cast(... as text). [amount]"],
    ["substring(name)", "It is called like this: substring(text, from, [count]) -> text. [substring(name)]"],
    ["sum(amount)", "sum looks at several rows: use an aggregate node for it. [sum]"],
    ["lag(amount)", "lag looks at several rows: use a window node for it. [lag]"],
    ["lower(distinct name)", "lower is no aggregate: leave out distinct, order by and filter. [lower]"],
    ["script(name)", "script is written in JavaScript: use it in a function node. [script(name)]"],
    ["twice(name, name)", "It is called like this: twice(text). [twice(name, name)]"],
    ["body = 'x'", "'x' is no JSON; a text in JSON has \"double quotes\". ['x']"],
  ])("refuses %s", (text, expected) => expect(answerOf(text)).toBe(expected));

  it("takes aggregates over groups, and refuses what has several values in one", () => {
    const scope = scopeOf({ use: "measure", groupedBy: new Set(["name"]) });
    expect(answerOf("sum(amount) / count(*)", scope)).toBe("number");
    expect(answerOf("upper(name) || sum(price)", scope)).toBe("text");
    expect(answerOf("count(distinct name) filter (where ok)", scope)).toBe("integer");
    expect(answerOf("amount + sum(amount)", scope)).toContain("amount has several values in a group");
    expect(answerOf("sum(max(amount))", scope)).toContain("cannot stand inside another aggregate");
    expect(answerOf("upper(name)", scope)).toContain("Use an aggregate here");
    expect(answerOf("rank()", scope)).toContain("needs a window node");
  });

  it("tells the sides of a join apart", () => {
    const scope = scopeOf({
      columns: new ColumnScope([
        { name: "id", type: "integer", side: "left" },
        { name: "id", type: "integer", side: "right" },
        { name: "city", type: "text", side: "right" },
      ]),
    });
    expect(answerOf("left.id = right.id and city = 'Bonn'", scope)).toBe("boolean");
    expect(answerOf("id = 1", scope)).toContain("Both sides have id: write left.id or right.id.");
  });

  it("finds no more faults where columns are not known", () => expect(answerOf("whatever > 1", scopeOf({ columns: undefined }))).toBe("boolean"));

  it("answers faults and never falls over, whatever is written", () => {
    for (const use of ["row", "measure", "window"] as const) {
      for (let seed = 1; seed <= 1_500; seed += 1) {
        const text = randomExpression(randomOf(seed)).replaceAll(
          /\bf\d\b/g,
          ["coalesce", "date_trunc", "round", "substring", "list_of", "sum", "lag"][seed % 7] ?? "least",
        );
        const { checked, faults } = checkExpression(text, scopeOf({ use }));
        expect((checked === undefined) === faults.some(({ severity }) => severity === "error")).toBe(true);
        for (const fault of faults) expect(fault.end).toBeLessThanOrEqual(text.length);
      }
    }
  });
});
