import { expect, it } from "vitest";
import { toTsv } from "../../kit/grid/cell-range.ts";
import { parseTsv } from "./parse-tsv.ts";

it.each([
  [
    "a\tb\nc\td\n",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "a\t\r\n\tb",
    [
      ["a", null],
      [null, "b"],
    ],
  ],
  ['"two\nlines"\t"say ""hi"""', [["two\nlines", 'say "hi"']]],
  ['5" pipe\t"x', [['5" pipe', '"x']]],
  ["one", [["one"]]],
])("reads %j", (text, rows) => expect(parseTsv(text)).toEqual(rows));

it("reads what the grid copies", () => {
  const rows = [
    ["a\tb", null, 'c"d'],
    ["e", "f\ng", ""],
  ];
  const { text } = toTsv({ anchor: { row: 0, column: 0 }, focus: { row: 1, column: 2 } }, (index) => rows[index] && { cells: rows[index] });
  expect(parseTsv(text)).toEqual([
    ["a\tb", null, 'c"d'],
    ["e", "f\ng", null],
  ]);
});
