import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { column, type FileOptions, prepareFile, type PreparedFile, type Row } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { afterAll, describe, expect, it } from "vitest";
import { testEngine } from "./engine.ts";

const harness = testEngine();
afterAll(() => harness[Symbol.asyncDispose]());

let counter = 0;
function file(content: string | Buffer): string {
  counter += 1;
  const path = join(harness.dir, `${counter}.csv`);
  writeFileSync(path, content);
  return path;
}

interface Outcome {
  readonly file: PreparedFile;
  readonly names: readonly string[];
  /** As the file has them, before types. */
  readonly rows: readonly Row[];
  readonly types: readonly string[];
  readonly normalized: readonly boolean[];
}

function load(content: string | Buffer, delimited: NonNullable<FileOptions["delimited"]> = {}, encoding?: "utf-8"): Promise<Outcome> {
  return harness.engine.use({ kind: "read" }, async (session) => {
    const prepared = await prepareFile(session, {
      path: file(content),
      maxListed: 10,
      options: { delimited, ...(encoding === undefined ? {} : { encoding }) },
    });
    const items = prepared.columns.map(({ key }) => ({ expression: column(key), as: key }));
    const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: prepared.relation } });
    return {
      file: prepared,
      names: prepared.columns.map((item) => item.name),
      rows,
      normalized: prepared.columns.map((item) => item.isNormalized),
      types: prepared.columns.map(({ type }) => (type.kind === "decimal" ? `decimal(${type.precision},${type.scale})` : type.kind)),
    };
  });
}

async function faultOf(content: string | Buffer, encoding?: "utf-8"): Promise<{ code: string; params: Readonly<Record<string, unknown>> }> {
  const error = await load(content, {}, encoding).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!isAppError(error)) throw new Error(`expected an error of the catalogue, got ${String(error)}`);
  return { code: error.code, params: error.params };
}

describe("loading", () => {
  it("keeps an unquoted empty value apart from a quoted one", async () => {
    const { rows } = await load('a,b\n1,\n"",x\n');
    expect(rows).toEqual([
      ["1", null],
      ["", "x"],
    ]);
  });

  it.each([
    ["comma", "a,b\n1,2\n3,4\n", ","],
    ["semicolon with decimal commas", "name;price\nx;1,5\ny;2,75\n", ";"],
    ["tab", "a\tb\n1\t2\n", "\t"],
    ["pipe", "a|b|c\n1|2|3\n", "|"],
    ["tab with commas in text", "name\tnote\nx\ta, b\ny\tc\n", "\t"],
  ])("finds the delimiter: %s", async (_, text, delimiter) => {
    expect((await load(text)).file.facts.delimited?.layout.delimiter).toBe(delimiter);
  });

  it("reads a file of one column, whose blank lines are nulls", async () => {
    const { names, rows } = await load("name\nhello, world\n\nx\n");
    expect(names).toEqual(["name"]);
    expect(rows).toEqual([["hello, world"], [null], ["x"]]);
  });

  it("knows single quotes only where values are enclosed in them", async () => {
    expect((await load("a,b\n'x,y','2'\n'z','3'\n")).rows).toEqual([
      ["x,y", "2"],
      ["z", "3"],
    ]);
    expect((await load("a,b\n'tis,1\nx,2\n")).rows[0]).toEqual(["'tis", "1"]);
  });

  it.each([
    ["byte order mark", "\ufeffa,b\n1,2\n"],
    ["carriage returns and line feeds", "a,b\r\n1,2\r\n"],
    ["carriage returns", "a,b\r1,2\r"],
    ["mixed line ends", "a,b\r\n1,2\n"],
    ["no final line end", "a,b\n1,2"],
    ["a blank line in front", "\n\na,b\n1,2\n"],
    ["blank lines between", "a,b\n\n1,2\n\n"],
  ])("reads a file with %s", async (_, text) => {
    const { file, names, rows } = await load(text);
    expect([names, rows, file.rejectedCount]).toEqual([["a", "b"], [["1", "2"]], 0]);
  });

  it("keeps line ends and doubled quotes inside quoted values", async () => {
    const { rows } = await load('a,b\n"1\n2","x""y"\n"p\r\nq",2\n');
    expect(rows).toEqual([
      ["1\n2", 'x"y'],
      ["p\r\nq", "2"],
    ]);
  });

  it("sets ragged and broken records aside with their file line, reason and text", async () => {
    const { file, rows } = await load('a,b\n"1\n1",2\n3\n4,5,6\n"ab"c,1\n7,8,\n9,10\n"open,1\n');
    expect(rows).toEqual([
      ["1\n1", "2"],
      ["7", "8"],
      ["9", "10"],
    ]);
    expect(file.rejected).toMatchObject([
      { line: 4, reason: "2 values expected, 1 found", raw: "3" },
      { line: 5, reason: "2 values expected, 3 found", raw: "4,5,6" },
      { line: 6, reason: "there is text behind a closing quote", raw: '"ab"c,1' },
      { line: 9, reason: "a quoted value is not closed", raw: '"open,1\n' },
    ]);
    expect(file.loaded + file.rejectedCount).toBe(file.records);
  });

  it("counts every rejected record but returns only as many as were asked for", async () => {
    const { file } = await load(`a,b\n${"1\n".repeat(50)}1,2\n`, { delimiter: "," });
    expect([file.rejected.length, file.rejectedCount, file.loaded]).toEqual([10, 50, 1]);
  });

  it("loads a header without rows, and a file whose rows were all set aside", async () => {
    expect((await load("a,b\n")).rows).toEqual([]);
    expect((await load("a,b")).names).toEqual(["a", "b"]);
    const { file, rows } = await load("a,b\n1\n2\n", { delimiter: "," });
    expect([rows, file.rejectedCount]).toEqual([[], 2]);
  });

  it("names columns that have no usable name of their own and lists each change", async () => {
    const { file, names } = await load("id,ID,,na\u00a0me\n1,2,3,4\n");
    expect(names).toEqual(["id", "ID_2", "column_3", "na me"]);
    expect(file.columns.map((item) => item.renamedFrom)).toEqual([undefined, "ID", "", "na\u00a0me"]);
  });

  it("takes a first row of data as data", async () => {
    const { names, rows } = await load("1,x\n2,y\n");
    expect([names, rows.length]).toEqual([["column_1", "column_2"], 2]);
  });

  it("reads records of many megabytes, and sets aside what is longer than the engine takes", async () => {
    const long = "x".repeat(12_000_000);
    const tooLong = "y".repeat(20_000_000);
    const filler = "1,2\n".repeat(3_000_000);
    const path = file(`a,b\n1,${long}\n${filler}2,${long}\n3,${tooLong}\n4,5\n`);
    const found = await harness.engine.use({ kind: "job" }, (session) => prepareFile(session, { path }));
    expect([found.loaded, found.rejectedCount, found.rejected[0]?.line]).toEqual([3_000_003, 1, 3_000_004]);
  });

  it("reads records longer than a chunk of the scan", async () => {
    const long = "x".repeat(3_000_000);
    const { rows, file } = await load(`a,b\n1,"${long}"\n2\n3,y\n`);
    expect([rows.length, String(rows[0]?.[1]).length, file.rejectedCount]).toEqual([2, long.length, 1]);
  });
});

describe("refusals", () => {
  it.each([
    ["an empty file", "", "file.empty"],
    ["only blank lines", "\n\n\n", "file.empty"],
    ["a cut zip archive", Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), "file.truncated"],
    ["NUL characters", "a,b\n1\0,2\n", "file.binary"],
  ])("refuses %s", async (_, content, code) => {
    expect((await faultOf(content)).code).toBe(code);
  });

  it("names the byte and line where UTF-8 ends", async () => {
    const fault = await faultOf(Buffer.concat([Buffer.from("näme,b\n1,2\n3,"), Buffer.from([0xe9]), Buffer.from("t\n")]), "utf-8");
    expect(fault).toEqual({ code: "file.encoding_invalid", params: { encoding: "utf-8", offset: 14, line: 3 } });
  });

  it("accepts a character cut by the scan's chunks, and refuses one cut by the end of the file", async () => {
    const text = `a,b\n1,${"ä".repeat(700_000)}\n`;
    expect((await load(text)).rows.length).toBe(1);
    expect((await faultOf(Buffer.concat([Buffer.from("a,b\n1,"), Buffer.from([0xc3])]), "utf-8")).code).toBe("file.encoding_invalid");
  });

  it("refuses a quote that swallows the rest of a long file", async () => {
    const fault = await faultOf(`a,b\n1,2\n"3,4\n${"5,6\n".repeat(400_000)}`);
    expect(fault).toEqual({ code: "file.unclosed_quote", params: { line: 3 } });
  });
});

describe("types", () => {
  const typesOf = async (...values: readonly string[]): Promise<string | undefined> =>
    (await load(`v,w\n${values.map((value) => `${value},x\n`).join("")}`)).types[0];

  it.each([
    [["true", "false", ""], "boolean"],
    [["TRUE", "False"], "boolean"],
    [["1", "-2", "9223372036854775807"], "bigint"],
    [["9223372036854775808"], "decimal(38,0)"],
    [["00501", "1"], "text"],
    [["12345678901234567890", "1"], "decimal(38,0)"],
    [["1.50", "2.25"], "decimal(18,2)"],
    [["1", "2.5", "3.25"], "decimal(18,2)"],
    [["-0"], "text"],
    [["0.1234567890123", "12.5"], "double"],
    [["1e-10", "2.5"], "double"],
    [["1e400"], "text"],
    [["nan", "inf"], "text"],
    [["2024-02-29", "0001-01-01"], "date"],
    [["2024-02-30"], "text"],
    [["infinity"], "text"],
    [["2024-01-01 10:00:00", "2024-01-01T10:00:00.500"], "timestamp"],
    [["2024-01-01", "2024-01-01 10:00:00"], "text"],
    [["+442079460000"], "text"],
    [['""', "1"], "text"],
    [["", ""], "text"],
    [["1".repeat(50)], "text"],
  ])("proves %j to be %s", async (values, type) => {
    expect(await typesOf(...values)).toBe(type);
  });

  it.each([
    [["true", "false"], false],
    [["TRUE", "false"], true],
    [["1", "2"], false],
    [["1.50", "2.25"], false],
    [["1.5", "2.25"], true],
    [["2", "2.5e-10"], true],
    [["2024-01-01 10:00:00"], false],
    [["2024-01-01T10:00:00"], true],
    [["TRUE", "yes"], false],
  ])("says whether %j will be spelled otherwise when stored", async (values, isNormalized) => {
    expect((await load(`v,w\n${values.map((value) => `${value},x\n`).join("")}`)).normalized[0]).toBe(isNormalized);
  });

  it("falls back to exact decimals where doubles would lose digits", async () => {
    expect(await typesOf("0.12345678901234567890", "1.5")).toBe("decimal(38,20)");
  });

  it("is not misled by a late exception behind many integers", async () => {
    const rows = Array.from({ length: 30_000 }, (_, index) => `${index + 1},x\n`).join("");
    expect((await load(`v,w\n${rows}00501,x\n`)).types[0]).toBe("text");
  });

  it("proves a column that is empty at the front by what comes later", async () => {
    expect((await load(`v,w\n${",x\n".repeat(25_000)}7,x\n`)).types[0]).toBe("bigint");
  });
});
