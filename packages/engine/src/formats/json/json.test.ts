import { describe, expect, it } from "vitest";
import { Fault } from "../../fault.ts";
import { type NestedRecord, toJson } from "../nested/node.ts";
import { detectJson } from "./detect-json.ts";
import { documentRecords, lineRecords } from "./json-records.ts";
import { JsonFault, parseJson } from "./parse-json.ts";

async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield await Promise.resolve(text.slice(at, at + size));
}

async function read(text: string, size = 7): Promise<readonly NestedRecord[]> {
  const finding = detectJson(text);
  const source = pieces(text, size);
  const records: NestedRecord[] = [];
  for await (const batch of finding.layout === "lines" ? lineRecords(source) : documentRecords(source, finding)) records.push(...batch);
  return records;
}

const shown = (records: readonly NestedRecord[]): readonly string[] =>
  records.map((record) => (record.value === undefined ? `fault: ${record.fault}` : toJson(record.value)));

describe("reading JSON", () => {
  it.each([['{"a":12345678901234567890,"b":[1.10,-0,1e400],"c":{"d":null,"e":true}}'], ["[]"], ['"a\\u00e9\\n\\"x"'], ["-0.50"]])(
    "gives back %s digit for digit",
    (text) => {
      expect(toJson(parseJson(` ${text} `))).toBe(text.replace("\\u00e9", "é"));
    },
  );

  it.each(['{"a":1,"a":2}', "[1,]", "{a:1}", "01", '"\n"', "nul", '{"a" 1}', "[1 2]", "", '"\\x"', `${"[".repeat(300)}${"]".repeat(300)}`])(
    "refuses %s",
    (text) => {
      expect(() => parseJson(text)).toThrow(JsonFault);
    },
  );
});

describe("finding the rows of a document", () => {
  it.each<readonly [string, string, readonly string[]]>([
    ["lines", '{"a":1}\n{"a":2}\n', ['{"a":1}', '{"a":2}']],
    ["an array", '[{"a":1},\n {"a":[1,{"b":2}]} ]', ['{"a":1}', '{"a":[1,{"b":2}]}']],
    ["an array inside an object", '{"meta":{"n":[9]},"data":{"items":[{"a":"x,]}"},{"a":2}]},"end":1}', ['{"a":"x,]}"}', '{"a":2}']],
    ["objects over several lines", '{\n "a": 1\n}\n{\n "a": 2\n}', ['{"a":1}', '{"a":2}']],
    ["one object", '{"a":1,\n"b":{"c":2}}', ['{"a":1,"b":{"c":2}}']],
    ["lists as rows", "[[1,2],[3]]", ['{"column_1":1,"column_2":2}', '{"column_1":3}']],
    ["plain values", '[1,"x",null]', ['{"value":1}', '{"value":"x"}', '{"value":null}']],
    ["an empty array", "[ ]", []],
  ])("reads %s however it is cut", async (_, text, rows) => {
    for (const size of [1, 3, 1000]) expect(shown(await read(text, size))).toEqual(rows);
  });

  it("sets a broken line aside and goes on behind it", async () => {
    const records = await read('{"a":1}\n{"a":}\n\n{"a":3}\n{"a":4}\n');
    expect(records.map((record) => [record.line, record.value !== undefined, record.raw()])).toEqual([
      [1, true, '{"a":1}'],
      [2, false, '{"a":}'],
      [4, true, '{"a":3}'],
      [5, true, '{"a":4}'],
    ]);
  });

  it("says that a document is cut off", async () => {
    const error = await read('[{"a":1},{"a":').catch((cause: unknown) => cause);
    expect(error instanceof Fault && error.code).toBe("file.truncated");
  });

  it("names the other arrays of a document", () => {
    const found = detectJson('{"small":[{"x":1}],"rows":[{"a":1,"b":2},{"a":3,"b":4}]}'.replace("}],", "}],\n"));
    expect([found.path, found.otherPaths]).toEqual([["rows"], [["small"]]]);
  });
});
