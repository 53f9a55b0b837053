import { describe, expect, it } from "vitest";
import { randomExpression, randomOf } from "../../test/random-expression.ts";
import { FUNCTION_LIBRARY } from "./functions/index.ts";
import { parseExpression } from "./parser.ts";
import { printExpressionText } from "./print.ts";

const shown = (text: string): string => {
  const { expression, fault } = parseExpression(text);
  return expression === undefined ? `${fault.message} [${fault.start}-${fault.end}]` : printExpressionText(expression);
};

describe("the text of an expression", () => {
  it.each([
    ["a + b * c", "a + (b * c)"],
    ["(a + b) * c", "(a + b) * c"],
    ["a - b - c", "(a - b) - c"],
    ["not a = 1 and b or c", "((not (a = 1)) and b) or c"],
    ["a and b and c or d", "(a and b and c) or d"],
    ["a between 1 and 2 and b", "(a between 1 and 2) and b"],
    ["- 2 ^ 3", "^ means nothing here. [4-5]"],
    ["-a::text || 'x'", "(- cast(a as text)) || 'x'"],
    ["a is not null is true", "(a is not null) is not distinct from true"],
    ["a not in (1, 2)", "a not in (1, 2)"],
    ["a not ilike 'x%' escape '!'", "a not ilike 'x%' escape '!'"],
    ["case a when 1 then 'x' else null end", "case a when 1 then 'x' else null end"],
    ["count(distinct a order by b desc nulls first) filter (where c)", "count(distinct a order by b desc nulls first) filter (where c)"],
    ["sum(*)", "sum(*)"],
    ["extract(month from d)", "date_part('month', d)"],
    ['left.x = right."Y z"', 'left.x = right."Y z"'],
    ["left(a, 1) = right(b, 2)", "left(a, 1) = right(b, 2)"],
    ["date '2026-01-31' + interval '2 months'", "date '2026-01-31' + interval '2 months'"],
    ["date + time", "date + time"],
    ["$least <> 1 and a != 2 and b == 3", "($least <> 1) and (a <> 2) and (b = 3)"],
    ["1_000 + .5 + 2. + 1e3", "((1000 + .5) + 2.) + 1e3"],
    ['\'it\'\'s\' || "say ""hi"""', '\'it\'\'s\' || "say ""hi"""'],
    ["Größe * 2 -- a comment", "Größe * 2"],
    ["/* a */ cast(a as decimal(10, 2))", "cast(a as decimal(10,2))"],
    ["x::double precision", "cast(x as number)"],
    ["x::varchar(20)", "cast(x as text)"],
  ])("%s", (text, expected) => expect(shown(text)).toBe(expected));

  it.each([
    ["", "Write an expression, such as amount * 2. [0-0]"],
    ["a +", "Expected a value; the text ends too early. [2-3]"],
    ["(a", "Expected a ) for the ( before; the text ends too early. [1-2]"],
    ["a b", "The expression is over here, but more comes; found b. [2-3]"],
    ["'abc", "This text is not closed: put ' at its end. [0-4]"],
    ['"abc', 'This name is not closed: put " at its end. [0-4]'],
    ["/* a", "This comment is not closed: put */ at its end. [0-4]"],
    ["`a`", '` means nothing here. Put names of columns in "double quotes". [0-1]'],
    ["case when a then 1", 'Expected "when", "else" or "end"; the text ends too early. [17-18]'],
    ["case 1 end", 'Expected "when" after "case"; found end. [7-10]'],
    ["a is 5", 'After "is" comes null, not null, true, false or distinct from; found 5. [5-6]'],
    ["a not 5", 'After "not" comes in, between, like or ilike; found 5. [6-7]'],
    [
      "cast(a as money)",
      "money is no type. Types are text, integer, number, boolean, date, time, timestamp, timestamptz, uuid, binary, json and decimal(18,2). [10-15]",
    ],
    ["cast(a as decimal(50,2))", "A decimal has 1 to 38 digits, and no more places than digits, such as decimal(18,2). [22-23]"],
    ["sum(a) over (order by b)", 'Windows are set in a "window" node: write the function here without "over". [7-11]'],
    ["select", 'Expected a value; a column called select is written "select"; found select. [0-6]'],
    ["f(a,)", "Expected a value; found ). [4-5]"],
  ])("is refused with its place: %s", (text, expected) => expect(shown(text)).toBe(expected));

  it("comes back as the same expression when it is printed and read again", () => {
    for (let seed = 1; seed <= 2_000; seed += 1) {
      const text = randomExpression(randomOf(seed));
      const once = shown(text);
      expect(parseExpression(text).fault).toBeUndefined();
      expect(shown(once)).toBe(once);
    }
  });

  it("reads every example of the library", () => {
    for (const { example } of FUNCTION_LIBRARY) expect(parseExpression(example).fault).toBeUndefined();
  });

  it("is limited in depth and length, and never makes the reader fall over", () => {
    const deep = [
      `${"(".repeat(5_000)}1${")".repeat(5_000)}`,
      "not ".repeat(4_000) + "a",
      "-".repeat(9_000),
      `1${" + 1".repeat(4_000)}`,
      "case when ".repeat(1_500),
      `f(${"f(".repeat(2_000)}`,
    ];
    for (const text of deep) expect(shown(text)).toMatch(/nested too deeply|comment|ends too early|more comes|Write an expression/);
    expect(shown("a".repeat(20_001))).toContain("at most 20000 characters");
    expect(parseExpression(Array.from({ length: 500 }, (_, index) => `a = ${index}`).join(" or ")).fault).toBeUndefined();
  });

  it("answers a fault inside the text for anything else", () => {
    const pieces = [
      "(",
      ")",
      ",",
      "'",
      '"',
      "a",
      "1",
      "case",
      "when",
      "end",
      "::",
      "$x",
      "in",
      "between",
      "and",
      "not",
      " ",
      "\n",
      "--",
      "/*",
      "*/",
      "\u0000",
      "😀",
      "\ud800",
      "left.",
      ".5.5",
      "filter",
      "é",
      "[",
      "||",
    ];
    for (let seed = 1; seed <= 3_000; seed += 1) {
      const random = randomOf(seed);
      const text = Array.from({ length: 1 + random(20) }, () => pieces[random(pieces.length)]).join(random(2) === 0 ? "" : " ");
      const { fault } = parseExpression(text);
      if (fault === undefined) continue;
      expect(fault.start).toBeLessThanOrEqual(fault.end);
      expect(fault.end).toBeLessThanOrEqual(Math.max(1, text.length));
    }
  });
});
