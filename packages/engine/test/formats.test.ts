import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type FileInspection, type FileOptions, inspectFile, prepareFile, type PreparedFile, type Row } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { afterAll, describe, expect, it } from "vitest";
import { testEngine } from "./engine.ts";
import { encodeAs, workbookOf, zipOf } from "./formats-files.ts";

const harness = testEngine();
afterAll(() => harness[Symbol.asyncDispose]());

let counter = 0;
function file(content: string | Buffer): string {
  counter += 1;
  const path = join(harness.dir, `file-${counter}.dat`);
  writeFileSync(path, content);
  return path;
}

interface Outcome {
  readonly file: PreparedFile;
  readonly rows: readonly Row[];
  readonly types: readonly string[];
  readonly rejects: readonly unknown[];
}

const typeName = (type: PreparedFile["columns"][number]["type"]): string => (type.kind === "decimal" ? `decimal(${type.precision},${type.scale})` : type.kind);

function load(content: string | Buffer, options: FileOptions = {}, more: { readonly maxRejected?: number } = {}): Promise<Outcome> {
  return harness.engine.use({ kind: "read" }, async (session) => {
    counter += 1;
    const rejectsPath = join(harness.dir, `rejects-${counter}.json`);
    const prepared = await prepareFile(session, { path: file(content), options, rejectsPath, ...more });
    const { rows } = await session.run({ kind: "query", query: prepared.query });
    expect(prepared.loaded + prepared.rejectedCount).toBe(prepared.records);
    expect(rows.length).toBe(prepared.loaded);
    const text = prepared.rejectedCount === 0 ? "" : readFileSync(rejectsPath, "utf8");
    const rejects = text
      .split("\n")
      .filter((line) => line !== "")
      .map((line): unknown => JSON.parse(line));
    expect(rejects.length).toBe(prepared.rejectedCount);
    return { file: prepared, rows, types: prepared.columns.map((item) => typeName(item.type)), rejects };
  });
}

const inspect = (content: string | Buffer, options: FileOptions = {}): Promise<FileInspection> =>
  harness.engine.use({ kind: "read" }, (session) => inspectFile(session, { path: file(content), options }));

async function faultOf(content: string | Buffer, options: FileOptions = {}, more: { readonly maxRejected?: number } = {}) {
  const error = await load(content, options, more).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!isAppError(error)) throw new Error(`expected an error of the catalogue, got ${String(error)}`, { cause: error });
  return { code: error.code, params: error.params, message: error.message, issues: error.issues };
}

describe("delimited files", () => {
  it.each<readonly [string, string | Buffer]>([
    ["plain", "a,b\n1,x\n2,y\n"],
    ["sep= line", "sep=;\na;b\n1;x\n2;y\n"],
    ["a preamble", "Report of sales\nprinted 2024\n\na,b\n1,x\n2,y\n".replaceAll(",", ";")],
    ["UTF-16 with tabs", Buffer.from("\ufeffa\tb\r\n1\tx\r\n2\ty\r\n", "utf16le")],
    ["control characters between values", "a\u0001b\n1\u0001x\n2\u0001y\n"],
    ["gzip", gzipSync("a,b\n1,x\n2,y\n")],
    ["zstd", zstdCompressSync(Buffer.from("a,b\n1,x\n2,y\n"))],
    ["a zip of one file", zipOf({ "data.csv": "a,b\n1,x\n2,y\n", "__MACOSX/._data.csv": "junk" })],
    ["mixed line ends", "a,b\r\n1,x\n2,y\r"],
    ["blank lines in front", "\n\na,b\n1,x\n2,y"],
  ])("reads %s", async (_, content) => {
    const { file: prepared, rows, types } = await load(content);
    expect([prepared.columns.map((item) => item.name), types, rows]).toEqual([
      ["a", "b"],
      ["bigint", "text"],
      [
        ["1", "x"],
        ["2", "y"],
      ],
    ]);
  });

  it("reads backslash escapes and \\N as they are meant", async () => {
    const { rows, file: prepared } = await load('id,note,qty\n1,"he said \\"no\\", twice",5\n2,"back\\\\slash",\\N\n3,"x\\"",7\n');
    expect(prepared.facts.delimited?.layout.escape).toBe("backslash");
    expect(rows).toEqual([
      ["1", 'he said "no", twice', "5"],
      ["2", "back\\slash", null],
      ["3", 'x"', "7"],
    ]);
  });

  it("takes any character that a person names as the delimiter, quote or header", async () => {
    const { rows } = await load("§x§#1\n§y#z§#2\n", { delimited: { delimiter: "#", quote: "§", headerRows: 0 } });
    expect(rows).toEqual([
      ["x", "1"],
      ["y#z", "2"],
    ]);
    const { file: prepared } = await load("a,a\nx,y\n1,2\n", { delimited: { headerRows: 2 } });
    expect(prepared.columns.map((item) => item.name)).toEqual(["a x", "a y"]);
  });

  it("sets every record that does not fit aside with line, reason and text", async () => {
    const { rejects, rows } = await load('a,b\n"1\n1",2\n3\n4,5,6\n"ab"c,1\n7,8,\n9,10\n"open,1\n');
    expect(rows.length).toBe(3);
    expect(rejects).toEqual([
      { line: 4, reason: "2 values expected, 1 found", raw: "3", fields: ["3"] },
      { line: 5, reason: "2 values expected, 3 found", raw: "4,5,6", fields: ["4", "5", "6"] },
      { line: 6, reason: "there is text behind a closing quote", raw: '"ab"c,1' },
      { line: 9, reason: "a quoted value is not closed", raw: '"open,1\n' },
    ]);
  });

  it("stops at a limit of rejected rows", async () => {
    expect(await faultOf(`a,b\n${"1\n".repeat(20)}1,2\n`, { delimited: { delimiter: "," } }, { maxRejected: 5 })).toMatchObject({
      code: "file.too_many_rejected",
      params: { count: 6, line: 2 },
    });
  });

  it("names columns without or with a repeated name, and those behind the header", async () => {
    const { file: prepared } = await load("id,,ID\n1,2,3,4\n5,6,7,8\n");
    expect(prepared.columns.map((item) => item.name)).toEqual(["id", "column_2", "ID_2", "column_4"]);
  });

  it("keeps an empty text apart from a missing one in every dialect", async () => {
    const { rows } = await load('sep=;\na;b\n"";1\n;2\n');
    expect(rows).toEqual([
      ["", "1"],
      [null, "2"],
    ]);
  });
});

describe("types of values", () => {
  const typed = async (values: readonly string[], options: FileOptions = {}): Promise<Outcome> =>
    load(`v;w\n${values.map((value) => `${value};x\n`).join("")}`, options);

  it.each<readonly [readonly string[], string, readonly unknown[]]>([
    [["1,5", "2,25"], "decimal(18,2)", ["1.50", "2.25"]],
    [["1.234,50", "2,25"], "decimal(18,2)", ["1234.50", "2.25"]],
    [["1,234,567.5", "2.5"], "decimal(18,1)", ["1234567.5", "2.5"]],
    [["1'234", "5"], "bigint", ["1234", "5"]],
    [["31/12/2024", "01/02/2024"], "date", ["2024-12-31", "2024-02-01"]],
    [["12/31/2024", "1/2/2024"], "date", ["2024-12-31", "2024-01-02"]],
    [["31.12.2024", "01.02.2024"], "date", ["2024-12-31", "2024-02-01"]],
    [["31.12.2024 23:59", "01.02.2024 00:00"], "timestamp", ["2024-12-31 23:59:00", "2024-02-01 00:00:00"]],
    [["1", "n/a", "3"], "bigint", ["1", null, "3"]],
    [["1,5", "NULL", "3,5"], "decimal(18,1)", ["1.5", null, "3.5"]],
    [["31/02/2024", "31/12/2024"], "text", ["31/02/2024", "31/12/2024"]],
    [["00501", "7"], "text", ["00501", "7"]],
    [["12345678901234567890", "1"], "decimal(38,0)", ["12345678901234567890", "1"]],
    [["x", "n/a"], "text", ["x", "n/a"]],
    [["1", "n/a", ""], "text", ["1", "n/a", null]],
    [["1", "n/a", "-"], "text", ["1", "n/a", "-"]],
  ])("reads %j as %s", async (values, type, expected) => {
    const { types, rows } = await typed(values);
    expect([types[0], rows.map((row) => row[0])]).toEqual([type, expected]);
  });

  it("leaves ambiguous dates and numbers text and answers both readings", async () => {
    const dates = await typed(["01/02/2024", "03/04/2024"]);
    expect([dates.types[0], dates.file.columns[0]?.alternatives.map((item) => item.format)]).toEqual(["text", ["%d/%m/%Y", "%m/%d/%Y"]]);
    const said = await typed(["1,234", "5,678"], { values: { decimal: "," } });
    expect([said.types[0], said.rows[0]?.[0]]).toEqual(["decimal(18,3)", "1.234"]);
    const numbers = await typed(["1,234", "5,678"]);
    expect([numbers.types[0], numbers.file.columns[0]?.alternatives.map((item) => item.number?.decimal)]).toEqual(["text", [",", "."]]);
  });

  it("decides numbers by another column of the file that leaves no doubt", async () => {
    const { types } = await load("a;b\n1,234;1,5\n5,678;2,5\n");
    expect(types).toEqual(["decimal(18,3)", "decimal(18,1)"]);
  });

  it("reads an ambiguous column as a person says", async () => {
    const { rows } = await typed(["01/02/2024", "03/04/2024"], { columns: { v: { format: "%m/%d/%Y" } } });
    expect(rows.map((row) => row[0])).toEqual(["2024-01-02", "2024-03-04"]);
  });

  it("rejects the rows that do not fit a type a person asked for", async () => {
    const { rows, rejects } = await typed(["1", "n/a", "3"], { columns: { v: { type: { kind: "bigint" } } } });
    expect([rows.length, rejects]).toEqual([2, [{ line: 3, reason: "v: “n/a” is no integer", raw: "n/a;x", fields: ["n/a", "x"] }]]);
  });

  it("reads null tokens that a person names, in all columns or one", async () => {
    const all = await load("a,b\nNIL,1\nx,NIL\n", { values: { nullTokens: ["NIL"] } });
    expect([all.types, all.rows]).toEqual([
      ["text", "bigint"],
      [
        [null, "1"],
        ["x", null],
      ],
    ]);
    const one = await load("a,b\nNIL,1\nx,2\n", { columns: { b: { nullTokens: ["NIL"] } } });
    expect(one.rows[0]).toEqual(["NIL", "1"]);
  });
});

describe("inspection", () => {
  it("shows evidence with the row that says otherwise, and a typed sample", async () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => `${index === 7212 ? "unknown" : index},x\n`).join("");
    const found = await inspect(`qty,note\n${lines}`);
    expect(found.columns[0]).toMatchObject({ type: { kind: "text" }, evidence: { values: 10_000, fitting: 9999, misfit: { line: 7214, value: "unknown" } } });
    expect(found.columns[0]?.evidence.text).toBe("9,999 of 10,000 are integers; line 7,214 is “unknown”");
    expect([found.rows.length, found.rows[1]]).toEqual([50, ["1", "x"]]);
  });

  it("names what it left out, renamed or could not decide", async () => {
    const found = await inspect("Title\n\nid;d;\n1;01/02/2024;x\n2;03/04/2024;y\n");
    expect(found.warnings.map((warning) => warning.code)).toEqual(["lines_skipped", "reading_ambiguous", "column_renamed"]);
    expect(found.facts.delimited).toMatchObject({ preamble: ["Title", ""], layout: { delimiter: ";", skipLines: 2 } });
  });

  it("reads no more than it needs", async () => {
    const found = await inspect(`a,b\n${"1,2\n".repeat(50_000)}`);
    expect([found.records, found.isPartial]).toEqual([10_000, true]);
  });
});

describe("JSON", () => {
  it("keeps nested values as structs and lists and numbers of any length exact", async () => {
    const { rows, file: prepared } = await load(
      '{"id":9007199254740993,"n":1.10,"s":"0012","c":{"city":"Köln","zip":"00501"},"t":[1,2],"at":"2024-01-31"}\n{"id":12345678901234567890,"n":2,"c":{"city":null},"t":[],"at":null}\n',
    );
    expect(prepared.columns.map((item) => [item.name, item.type.kind])).toEqual([
      ["id", "decimal"],
      ["n", "decimal"],
      ["s", "text"],
      ["c", "struct"],
      ["t", "list"],
      ["at", "date"],
    ]);
    expect(rows[0]).toEqual(["9007199254740993", "1.10", "0012", { city: "Köln", zip: "00501" }, ["1", "2"], "2024-01-31"]);
    expect(rows[1]).toEqual(["12345678901234567890", "2.00", null, { city: null, zip: null }, [], null]);
  });

  it("makes columns of inner objects when asked", async () => {
    const { rows, file: prepared } = await load('[{"a":{"b":{"c":1},"d":2}},{"a":{"d":3}}]', { json: { nested: "flatten" } });
    expect([prepared.columns.map((item) => item.name), rows]).toEqual([
      ["a.b.c", "a.d"],
      [
        ["1", "2"],
        [null, "3"],
      ],
    ]);
  });

  it("sets broken lines aside, and keeps mixed kinds as JSON text", async () => {
    const { rows, rejects, file: prepared } = await load('{"a":1,"b":true}\n{"a":\n{"a":"x","b":false}\n');
    expect(rows).toEqual([
      ["1", true],
      ['"x"', false],
    ]);
    expect(rejects).toMatchObject([{ line: 2, raw: '{"a":' }]);
    expect(prepared.warnings).toMatchObject([{ code: "kinds_mixed", column: "a" }]);
  });

  it("keeps numbers written with an exponent", async () => {
    const { rows, types } = await load('[{"v":1e5},{"v":2.5e-7}]');
    expect([types, rows]).toEqual([["double"], [[100_000], [2.5e-7]]]);
  });
});

describe("XML", () => {
  it("loads attributes, inner elements and repeated ones", async () => {
    const { rows, file: prepared } = await load(
      '<?xml version="1.0" encoding="ISO-8859-1"?>\n<r><p id="007"><n>1</n><t>a</t><t>b</t></p><p id="008"><n>2</n><t>c</t></p></r>',
    );
    expect(prepared.columns.map((item) => [item.name, item.type.kind])).toEqual([
      ["id", "text"],
      ["n", "bigint"],
      ["t", "list"],
    ]);
    expect(rows).toEqual([
      ["007", "1", ["a", "b"]],
      ["008", "2", ["c"]],
    ]);
  });
});

describe("Excel", () => {
  const SHEET = `<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>day</t></is></c><c r="D1" t="inlineStr"><is><t>at</t></is></c><c r="E1" t="inlineStr"><is><t>sum</t></is></c></row>
    <row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2"><v>1.1000000000000001</v></c><c r="C2" s="3"><v>45322</v></c><c r="D2" s="2"><v>45322.75</v></c><c r="E2"><f>B2*2</f><v>2.2</v></c></row>
    <row r="4"><c r="A4" t="inlineStr"><is><t>00502</t></is></c><c r="B4"><v>2</v></c><c r="C4" s="1"><v>45323</v></c><c r="E4" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>
    <row r="5"><c r="A5" t="inlineStr"><is><t>00503</t></is></c><c r="B5"><v>3</v></c></row>`;
  const book = (options = {}): Buffer =>
    workbookOf(
      [
        { name: "Stock", rows: SHEET, merged: ["C4:D4"] },
        { name: "Other", rows: '<row r="1"><c r="A1"><v>7</v></c></row>' },
      ],
      { texts: ["price", "00501"], ...options },
    );

  it("keeps text ids, reads dates by their format and formulas by their saved values, and rejects errors", async () => {
    const { rows, rejects, types, file: prepared } = await load(book());
    expect(prepared.columns.map((item) => item.name)).toEqual(["id", "price", "day", "at", "sum"]);
    expect([types, rows]).toEqual([
      ["text", "decimal(18,1)", "date", "timestamp", "decimal(18,1)"],
      [
        ["00501", "1.1", "2024-01-31", "2024-01-31 18:00:00", "2.2"],
        ["00503", "3.0", null, null, null],
      ],
    ]);
    expect(rejects).toEqual([
      { line: 4, reason: "cell E4 shows #DIV/0!", raw: "00502\t2\t2024-02-01\t\t#DIV/0!", fields: ["00502", "2", "2024-02-01", null, "#DIV/0!"] },
    ]);
    expect(prepared.warnings.map((warning) => warning.code)).toEqual(["cells_merged", "formulas"]);
  });

  it("takes errors for missing values, another sheet, or another day of reckoning when told", async () => {
    expect((await load(book(), { sheet: { errors: "null" } })).rows.length).toBe(3);
    expect((await load(book(), { sheet: { name: "Other" } })).rows).toEqual([["7"]]);
    expect((await load(book({ date1904: true }))).rows[0]?.[2]).toBe("2028-02-01");
    expect(await faultOf(book(), { sheet: { name: "Nowhere" } })).toMatchObject({ code: "file.sheet_unknown", params: { sheets: "Stock, Other" } });
  });
});

describe("Parquet", () => {
  it("takes columns and types as they are, and says when the file is cut off", async () => {
    const path = join(harness.dir, "own.parquet");
    await harness.engine.use({ kind: "read" }, async (session) => {
      const prepared = await prepareFile(session, { path: file("id,d\n00501,2024-01-31\n7,2024-02-01\n") });
      await session.run({ kind: "copy", query: prepared.query, path, format: { kind: "parquet", rowGroupRows: 1000, compression: "zstd" } });
    });
    const bytes = readFileSync(path);
    const { rows, types } = await load(bytes);
    expect([types, rows]).toEqual([
      ["text", "date"],
      [
        ["00501", "2024-01-31"],
        ["7", "2024-02-01"],
      ],
    ]);
    expect((await load(gzipSync(bytes))).rows.length).toBe(2);
    expect((await faultOf(bytes.subarray(0, bytes.length - 20))).code).toBe("file.truncated");
  });
});

describe("encodings", () => {
  it.each(["utf-8", "utf-16le", "utf-16be", "windows-1252"])("finds and reads %s", async (encoding) => {
    const { rows, file: prepared } = await load(encodeAs(encoding, "name;preis\nMüller;1,50\nÉtienne Dupré;2,25\nGröße & Söhne;3,00\n"));
    expect([prepared.facts.encoding?.encoding, rows[0]]).toEqual([encoding, ["Müller", "1.50"]]);
  });

  it("reads a file as the encoding that a person chose, or says where it is not that", async () => {
    const bytes = encodeAs("windows-1250", "a,b\nŁódź,1\nx,2\n");
    expect((await load(bytes, { encoding: "windows-1250" })).rows[0]).toEqual(["Łódź", "1"]);
    expect(await faultOf(bytes, { encoding: "utf-8" })).toMatchObject({ code: "file.encoding_invalid", params: { encoding: "utf-8", offset: 4, line: 2 } });
  });
});

describe("bad input", () => {
  it.each<readonly [string, string | Buffer, string]>([
    ["an empty file", "", "file.empty"],
    ["blank lines alone", "\n\n\n", "file.empty"],
    ["an empty gzip", gzipSync(""), "file.empty"],
    ["a truncated gzip", gzipSync("a,b\n1,2\n".repeat(1000)).subarray(0, 30), "file.truncated"],
    ["a damaged gzip", Buffer.concat([gzipSync("a,b\n").subarray(0, 10), Buffer.alloc(20, 0xff)]), "file.damaged"],
    ["a truncated zstd", zstdCompressSync(Buffer.from("a,b\n1,2\n".repeat(1000))).subarray(0, 20), "file.truncated"],
    ["a truncated zip", zipOf({ "a.csv": "a,b\n1,2\n" }).subarray(0, 60), "file.truncated"],
    ["a zip with a password", zipOf({ "a.csv": "a,b\n1,2\n" }, { encrypted: true }), "file.encrypted"],
    ["a zip of several files", zipOf({ "a.csv": "a", "b.csv": "b" }), "file.member_required"],
    ["a zip bomb", zipOf({ "a.csv": Buffer.alloc(100 * 1024 * 1024, 0x61) }), "file.bomb"],
    ["a gzip bomb", gzipSync(Buffer.alloc(100 * 1024 * 1024, 0x61)), "file.bomb"],
    ["an archive in an archive", gzipSync(gzipSync("a,b\n1,2\n")), "file.kind_unsupported"],
    ["a PDF", "%PDF-1.7 xxxx", "file.kind_unsupported"],
    ["a picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10]), "file.kind_unsupported"],
    ["an old workbook", Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 1, 2]), "file.kind_unsupported"],
    ["a web page", "<!DOCTYPE html><html></html>", "file.kind_unsupported"],
    ["binary junk", Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 7919) % 256)), "file.binary"],
    ["a cut JSON document", '[{"a":1},{"a"', "file.truncated"],
    ["broken XML", "<a><b>1</b><c></a>", "file.malformed"],
    ["a Parquet file cut off", "PAR1xxxxxxxxxxxxxxxx", "file.truncated"],
    ["a Parquet file of junk", "PAR1xxxxxxxxxxxxxxxxPAR1", "file.damaged"],
    ["too many columns", `${Array.from({ length: 10_001 }, (_, index) => `c${index}`).join(",")}\n`, "file.too_many_columns"],
    ["an unclosed quote in a long file", `a,b\n1,2\n"3,4\n${"5,6\n".repeat(600_000)}`, "file.unclosed_quote"],
  ])("refuses %s", async (_, content, code) => {
    expect((await faultOf(content)).code).toBe(code);
  });

  it("lists the files of an archive to choose from, and reads the chosen one", async () => {
    const zip = zipOf({ "a.csv": "a,b\n1,2\n", "deep/b.csv": "x,y\n3,4\n" });
    expect((await faultOf(zip)).issues.map((issue) => issue.path)).toEqual(["a.csv", "deep/b.csv"]);
    expect((await load(zip, { member: "deep/b.csv" })).rows).toEqual([["3", "4"]]);
    const path = file(zip);
    const members = await harness.engine.use({ kind: "read" }, (session) => session.task("archiveMembers", { path }));
    expect(members.map((member) => [member.name, member.bytes])).toEqual([
      ["a.csv", 8],
      ["deep/b.csv", 8],
    ]);
  });

  it("loads a header without rows", async () => {
    const { rows, file: prepared } = await load("a,b,c\n");
    expect([rows, prepared.columns.length, prepared.records]).toEqual([[], 3, 0]);
  });

  it("loads 2,000 columns", async () => {
    const header = Array.from({ length: 2000 }, (_, index) => `c${index}`).join(",");
    const path = file(`${header}\n${Array.from({ length: 2000 }, (_, index) => index).join(",")}\n`);
    // Each vector of 2,048 values has 16 bytes a value, so that 10,000 columns need more than a preview has.
    const row = await harness.engine.use({ kind: "job", threads: 1, memoryBytes: 2 * 1024 ** 3 }, async (session) => {
      const prepared = await prepareFile(session, { path });
      return (await session.run({ kind: "query", query: prepared.query })).rows[0];
    });
    expect([row?.length, row?.[1999]]).toEqual([2000, "1999"]);
  }, 120_000);

  it("sets a record with a value of 100 MB aside and loads what is around it", async () => {
    const { rows, rejects } = await load(`a,b\n1,x\n2,"${"y\n".repeat(50_000_000)}"\n3,z\n`);
    expect([rows, rejects.length, rejects[0]]).toMatchObject([
      [
        ["1", "x"],
        ["3", "z"],
      ],
      1,
      { line: 3, reason: "the record is longer than 16 MiB" },
    ]);
  }, 120_000);
});
