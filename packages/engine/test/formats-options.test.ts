import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type FileInspection, type FileOptions, inspectFile, prepareFile, type PrepareFileInput, type PreparedFile, type Row } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { afterAll, describe, expect, it } from "vitest";
import { testEngine } from "./engine.ts";
import { workbookOf } from "./formats-files.ts";

const harness = testEngine();
afterAll(() => harness[Symbol.asyncDispose]());

let counter = 0;
function file(content: string | Buffer): string {
  counter += 1;
  const path = join(harness.dir, `options-${counter}.dat`);
  writeFileSync(path, content);
  return path;
}

interface Loaded {
  readonly file: PreparedFile;
  readonly names: readonly string[];
  readonly rows: readonly Row[];
}

const load = (content: string | Buffer, options: FileOptions, more: Partial<PrepareFileInput> = {}): Promise<Loaded> =>
  harness.engine.use({ kind: "read" }, async (session) => {
    const prepared = await prepareFile(session, { path: file(content), options, ...more });
    const { rows } = await session.run({ kind: "query", query: prepared.query });
    expect(prepared.loaded + prepared.rejectedCount).toBe(prepared.records);
    return { file: prepared, names: prepared.columns.map((item) => item.name), rows };
  });

const inspect = (content: string | Buffer, options: FileOptions = {}): Promise<FileInspection> =>
  harness.engine.use({ kind: "read" }, (session) => inspectFile(session, { path: file(content), options }));

async function faultOf(content: string | Buffer, options: FileOptions, more: Partial<PrepareFileInput> = {}) {
  const error = await load(content, options, more).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!isAppError(error)) throw new Error(`expected an error of the catalogue, got ${String(error)}`, { cause: error });
  return { code: error.code, message: error.message, paths: error.issues.map((issue) => issue.path) };
}

const CSV = "id,name,note\n1,Ada,x\n2,Grace,y\n";

describe("columns as a person wants them", () => {
  it("gives columns other names and leaves columns out", async () => {
    const { names, rows, file } = await load(CSV, { columns: { name: { name: "person" }, note: { skip: true } } });
    expect(names).toEqual(["id", "person"]);
    expect(rows.map((row) => row.map(String))).toEqual([
      ["1", "Ada"],
      ["2", "Grace"],
    ]);
    expect(file.recordForm.columns.map(({ source, name }) => [source, name])).toEqual([
      ["id", "id"],
      ["name", "person"],
      ["note", null],
    ]);
  });

  it("swaps the names of two columns", async () => {
    expect((await load(CSV, { columns: { name: { name: "note" }, note: { name: "name" } } })).names).toEqual(["id", "note", "name"]);
  });

  it("does not reject rows for values of a column that is left out", async () => {
    const { file } = await load("a,b\n1,x\n2,y\n", { columns: { b: { type: { kind: "bigint" }, skip: true } } });
    expect([file.loaded, file.rejectedCount]).toEqual([2, 0]);
  });

  it("refuses options of columns that are not in the file", async () => {
    const fault = await faultOf(CSV, { columns: { nmae: { skip: true } } });
    expect(fault).toMatchObject({ code: "file.option_invalid", paths: ["options.columns.nmae"] });
    expect(fault.message).toContain("the file has no column called nmae");
  });

  it("refuses names that two columns would have, and names that cannot be used", async () => {
    expect((await faultOf(CSV, { columns: { note: { name: "ID" } } })).paths).toEqual(["options.columns.note.name"]);
    expect((await faultOf(CSV, { columns: { note: { name: "two\nlines" } } })).paths).toEqual(["options.columns.note.name"]);
  });

  it("refuses to leave out every column", async () => {
    const columns = { id: { skip: true }, name: { skip: true }, note: { skip: true } };
    expect(await faultOf(CSV, { columns })).toMatchObject({ code: "file.option_invalid", paths: ["options.columns"] });
  });

  it("refuses a type for a column of nested values", async () => {
    const fault = await faultOf('{"a":{"b":1}}\n{"a":{"b":2}}\n', { columns: { a: { type: { kind: "bigint" } } } });
    expect(fault).toMatchObject({ code: "file.option_invalid", paths: ["options.columns.a.type"] });
  });

  it("leaves texts as they are where only numbers are written in a style", async () => {
    const { rows } = await load("a,b\nx,1.5\n", { values: { decimal: ",", thousands: "." }, columns: { b: { type: { kind: "text" } } } });
    expect(rows).toEqual([["x", "1.5"]]);
  });

  it("reads numbers of all columns as a person says they are written", async () => {
    const { rows } = await load("id;v\n1;1.234,50\n2;3,00\n", { values: { decimal: ",", thousands: "." } });
    expect(rows.map((row) => row.map(String))).toEqual([
      ["1", "1234.50"],
      ["2", "3.00"],
    ]);
  });

  it("refuses a date format for a number, and another kind than the file is", async () => {
    expect((await faultOf(CSV, { columns: { id: { type: { kind: "bigint" }, format: "%Y" } } })).paths).toEqual(["options.columns.id.format"]);
    expect((await faultOf(workbookOf([{ name: "s", rows: "" }]), { kind: "json" })).code).toBe("file.option_invalid");
  });
});

describe("rejected rows", () => {
  it("keep their values, written as their file is", async () => {
    const { file } = await load('a;b\n1;x\ntwo;"y;z"\n3\n', { columns: { a: { type: { kind: "bigint" } } } });
    expect(file.rejected).toEqual([
      { line: 3, reason: "a: “two” is no integer", raw: 'two;"y;z"', fields: ["two", "y;z"] },
      { line: 4, reason: "2 values expected, 1 found", raw: "3", fields: ["3"] },
    ]);
    expect(file.recordForm.dialect).toEqual({ delimiter: ";", quote: '"', escape: "double" });
  });

  it("are JSON objects where the file is JSON", async () => {
    const { file } = await load('{"n":"1","s":{"x":1}}\n{"n":"b","s":{"x":2}}\n', { columns: { n: { type: { kind: "bigint" } } } });
    expect(file.rejected).toEqual([{ line: 2, reason: "n: “b” is no integer", raw: '{"n":"b","s":{"x":2}}' }]);
  });

  it("stop the import when more than a share of the records does not fit", async () => {
    const content = `a\n${"1\n".repeat(8)}x\ny\n`;
    const options: FileOptions = { columns: { a: { type: { kind: "bigint" } } } };
    expect((await load(content, options, { maxRejectedShare: 0.2 })).file.rejectedCount).toBe(2);
    const fault = await faultOf(content, options, { maxRejectedShare: 0.1 });
    expect(fault.code).toBe("file.too_many_rejected");
    expect(fault.message).toContain("line 10");
  });
});

describe("the text of one record", () => {
  const parse = (text: string) =>
    harness.engine.use({ kind: "read" }, (session) => session.task("parseRecord", { text, dialect: { delimiter: ";", quote: '"', escape: "double" } }));

  it("is taken apart", async () => {
    expect(await parse('1;"a;""b""\nc";')).toEqual({ fields: ["1", 'a;"b"\nc', null] });
  });

  it("is refused when it is none, or more than one", async () => {
    expect(await parse("")).toEqual({ fault: "it holds no value" });
    expect(await parse("1;2\n3;4")).toEqual({ fault: "it is more than one record" });
    expect(await parse('1;"open')).toEqual({ fault: "a quoted value is not closed" });
  });
});

describe("the front of a file", () => {
  it("shows the first lines of a text file as they are, long ones cut", async () => {
    const { head } = await inspect(`# about\r\nid;text\r\n1;${"x".repeat(600)}\r\n${"2;y\n".repeat(100)}`);
    expect(head?.slice(0, 2)).toEqual(["# about", "id;text"]);
    expect(head?.[2]).toBe(`1;${"x".repeat(498)}…`);
    expect(head?.length).toBe(50);
  });

  it("is nothing of a workbook", async () => {
    const rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="2"><c r="A2"><v>1</v></c></row>';
    expect((await inspect(workbookOf([{ name: "s", rows }]))).head).toBeUndefined();
  });
});
