import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { call, caseWhen, cast, column, isNull, literal, type ParquetField, type SqlType } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { type ExportFormat, type ExportRequest, type IcebergType, type OpenTable, type ReadPlan, storedColumn } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toSqlType } from "../src/iceberg/index.ts";
import { everything, type TestLake, testLake } from "./lake.ts";
import { type Cell, field, rowsFor, schemaOf } from "./rows.ts";

const TAGS: IcebergType = { type: "list", "element-id": 50, "element-required": false, element: "string" };
const PLACE: IcebergType = { type: "struct", fields: [field(51, "x y", "double"), field(52, "n", "long")] };
const SCORES: IcebergType = { type: "map", "key-id": 53, key: "string", "value-id": 54, "value-required": false, value: "int" };
const COLUMNS: Readonly<Record<string, IcebergType>> = {
  id: "long",
  wide: "decimal(38, 10)",
  ratio: "double",
  small: "float",
  ok: "boolean",
  day: "date",
  hour: "time",
  at: "timestamp",
  moment: "timestamptz",
  key: "uuid",
  bytes: "binary",
  text: "string",
  tags: TAGS,
  place: PLACE,
  scores: SCORES,
};
const ROWS: readonly (readonly Cell[])[] = [
  [
    "9223372036854775807",
    "1234567890123456789012345678.0123456789",
    "0.1",
    "1.5",
    "true",
    "2024-02-29",
    "23:59:59.999999",
    "1969-12-31 23:59:59.999999",
    "2024-01-01 00:00:00+00",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "\\x00\\xFFa",
    'a "quoted", text\nof two lines; ünï😀',
    "[a, NULL, 'b,c']",
    "{'x y': 0.25, 'n': 9007199254740993}",
    "{k=1, l=NULL}",
  ],
  Object.keys(COLUMNS).map((name) => (name === "id" ? "-1" : null)),
  [
    "0",
    "-0.0000000001",
    "nan",
    "-inf",
    "false",
    "0001-01-01",
    "00:00:00",
    "9999-12-31 00:00:00",
    "1582-10-04 12:00:00+00",
    null,
    "",
    "",
    "[]",
    "{'x y': NULL, 'n': NULL}",
    "{}",
  ],
];

let bed: TestLake;
let table: OpenTable;
beforeAll(async () => {
  bed = await testLake();
  const schema = schemaOf(Object.entries(COLUMNS).map(([name, type], index) => field(index + 1, name, type)));
  await bed.publish(
    await bed.lake.stageCreate({ workspaceId: bed.workspaceId, tableName: "kinds", schema, source: rowsFor(schema, Object.keys(COLUMNS), ROWS) }),
  );
  table = await bed.open("kinds");
});
afterAll(() => bed[Symbol.asyncDispose]());

async function written(from: OpenTable, format: ExportFormat, request: Partial<ExportRequest> = {}): Promise<Buffer> {
  const to = join(bed.dir, `export-${format.kind}-${readdirSync(bed.dir).length}`);
  await bed.lake.export(from, { plan: everything(from), orderBy: [], ...request, format, to });
  return readFileSync(to);
}

async function fromCsv(tableName: string, content: string): Promise<OpenTable> {
  await bed.publish(await bed.stage(tableName, content), { mode: "create" });
  return bed.open(tableName);
}

describe("a delimited download", () => {
  it("writes every type as its text, nested ones as JSON, and tells a missing value from an empty text", async () => {
    const lines = (
      await written(table, { kind: "csv", lineEnd: "lf" }, { columns: ["id", "wide", "ratio", "small", "ok", "bytes", "text", "tags", "place", "scores"] })
    ).toString();
    expect(lines).toBe(
      [
        "id,wide,ratio,small,ok,bytes,text,tags,place,scores",
        '9223372036854775807,1234567890123456789012345678.0123456789,0.1,1.5,true,\\x00\\xFFa,"a ""quoted"", text',
        'of two lines; ünï😀","[""a"",null,""b,c""]","{""x y"":0.25,""n"":9007199254740993}","{""k"":1,""l"":null}"',
        "-1,,,,,,,,,",
        '0,-0.0000000001,nan,-inf,false,"","",[],"{""x y"":null,""n"":null}",{}',
        "",
      ].join("\n"),
    );
  });

  it.each<[string, ExportFormat, string]>([
    ["as it is by default", { kind: "csv" }, 'a,b\r\n1,"x;y"\r\n2,\r\n3,""\r\n'.replace('"x;y"', "x;y")],
    ["with semicolons", { kind: "csv", delimiter: ";" }, 'a;b\r\n1;"x;y"\r\n2;\r\n3;""\r\n'],
    ["with tabs", { kind: "csv", delimiter: "\t", lineEnd: "lf" }, 'a\tb\n1\tx;y\n2\t\n3\t""\n'],
    ["without a header", { kind: "csv", header: false }, '1,x;y\r\n2,\r\n3,""\r\n'],
    ["with quotes around everything but missing values", { kind: "csv", quoteAll: true, lineEnd: "lf" }, '"a","b"\n"1","x;y"\n"2",\n"3",""\n'],
    ["with a byte order mark", { kind: "csv", byteOrderMark: true, lineEnd: "lf" }, '\uFEFFa,b\n1,x;y\n2,\n3,""\n'],
  ])("is written %s", async (name, format, expected) => {
    const plain = await bed.open("plain").catch(() => fromCsv("plain", 'a,b\n1,x;y\n2,\n3,""\n'));
    expect((await written(plain, format)).toString(), name).toBe(expected);
  });

  it("gives back every value with every option when it is read again", async () => {
    const columns = ["id", "wide", "day", "at", "text"];
    const options: readonly ExportFormat[] = [
      { kind: "csv" },
      { kind: "csv", delimiter: ";", quoteAll: true },
      { kind: "csv", delimiter: "|", lineEnd: "lf", byteOrderMark: true },
    ];
    const before = (await bed.lake.rows(table, { plan: everything(table), columns, limit: 10 })).rows;
    for (const [index, format] of options.entries()) {
      const again = await fromCsv(`again_${index}`, (await written(table, format, { columns })).toString());
      const { rows } = await bed.lake.rows(again, { plan: everything(again), limit: 10 });
      expect(rows).toEqual(before);
    }
  });

  it("makes no formula of a text for a spreadsheet, and leaves numbers alone", async () => {
    const bad = ["=1+1", "+cmd", "-x", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1", "＋1", "－1", "＠x"];
    const fine = ["a=1", "x", "1-2", ""];
    const quoted = (values: readonly string[]): string => values.map((value) => `"${value}",-5\n`).join("");
    const sheet = await fromCsv("sheet", `"=HYPERLINK(x)",n\n${quoted(bad)}${quoted(fine)}`);
    const plain = await bed.lake.rows(sheet, { plan: everything(sheet), limit: 100 });
    expect(plain.rows.map(([value]) => value)).toEqual([...bad, ...fine]);
    const safe = (await written(sheet, { kind: "csv", isSpreadsheetSafe: true })).toString();
    const again = await fromCsv("sheet_again", safe);
    expect(again.columns.map((item) => item.name)).toEqual(["'=HYPERLINK(x)", "n"]);
    const { rows } = await bed.lake.rows(again, { plan: everything(again), limit: 100 });
    expect(rows).toEqual([...bad.map((value) => [`'${value}`, "-5"]), ...fine.map((value) => [value, "-5"])]);
    expect((await written(sheet, { kind: "csv" })).toString()).not.toContain("'=");
  });

  it("takes masks, filters, columns, order and a limit as a page does", async () => {
    const plan = {
      columns: [
        { name: "hidden", fieldId: 12, mask: call("upper", storedColumn(12)) },
        { name: "id", fieldId: 1 },
      ],
    };
    const request = { plan, columns: ["id", "hidden"], orderBy: [{ column: "id", direction: "desc" }], limit: 2 } as const;
    expect((await written(table, { kind: "csv", lineEnd: "lf" }, request)).toString()).toBe(
      'id,hidden\n9223372036854775807,"A ""QUOTED"", TEXT\nOF TWO LINES; ÜNÏ😀"\n0,""\n',
    );
  });
});

describe("a download as JSON", () => {
  it("has numbers as exact as the table, in lines and in one array", async () => {
    const columns = ["id", "wide", "ratio", "small", "ok", "tags", "place", "scores"];
    const first =
      '{"id":9223372036854775807,"wide":1234567890123456789012345678.0123456789,"ratio":0.1,"small":1.5,"ok":true,"tags":["a",null,"b,c"],"place":{"x y":0.25,"n":9007199254740993},"scores":{"k":1,"l":null}}';
    const lines = (await written(table, { kind: "ndjson" }, { columns })).toString().split("\n");
    expect(lines.length).toBe(4);
    expect(lines[0]).toBe(first);
    const array = (await written(table, { kind: "json" }, { columns })).toString();
    expect(array.replaceAll(/\s*\n\s*/g, "")).toBe(`[${lines.slice(0, 3).join(",")}]`);
    expect((JSON.parse(array) as { ratio: unknown; small: unknown }[]).map(({ ratio, small }) => [ratio, small])).toEqual([
      [0.1, 1.5],
      [null, null],
      ["NaN", "-Infinity"],
    ]);
    expect(JSON.parse((await written(table, { kind: "json" }, { limit: 0 })).toString())).toEqual([]);
  });
});

describe("numbers that JSON does not have", () => {
  const double: IcebergType = { type: "list", "element-id": 10, "element-required": false, element: "double" };
  const deep: IcebergType = { type: "map", "key-id": 11, key: "string", "value-id": 12, "value-required": false, value: double };
  const both: IcebergType = { type: "struct", fields: [field(13, "f", "float"), field(14, "m", deep)] };

  it("are texts wherever they are, masked or not, and everything can be parsed", async () => {
    const schema = schemaOf([field(1, "d", "double"), field(2, "s", both)]);
    const rows = [
      ["nan", "{'f': inf, 'm': {a=[1.5, -inf, NULL], b=NULL}}"],
      ["-inf", null],
      [null, "{'f': NULL, 'm': NULL}"],
      ["2.5", "{'f': 0.5, 'm': {}}"],
    ];
    await bed.publish(await bed.lake.stageCreate({ workspaceId: bed.workspaceId, tableName: "no_json", schema, source: rowsFor(schema, ["d", "s"], rows) }));
    const odd = await bed.open("no_json");
    const values = [
      { d: "NaN", s: { f: "Infinity", m: { a: [1.5, "-Infinity", null], b: null } } },
      { d: "-Infinity", s: null },
      { d: null, s: { f: null, m: null } },
      { d: 2.5, s: { f: 0.5, m: {} } },
    ];
    const masks = [1, 2].map((fieldId) => caseWhen([{ when: isNull(storedColumn(fieldId)), then: literal(null) }], storedColumn(fieldId)));
    const masked: ReadPlan = { columns: odd.columns.map(({ name, fieldId }, index) => ({ name, fieldId, mask: masks[index] ?? literal(null) })) };
    for (const plan of [everything(odd), masked]) {
      expect(JSON.parse((await written(odd, { kind: "json" }, { plan })).toString())).toEqual(values);
      const page = await bed.lake.rows(odd, { plan, limit: 9, maxCellChars: 500 });
      expect(page.rows.map(([, nested]) => (typeof nested === "string" ? (JSON.parse(nested) as unknown) : nested))).toEqual(values.map((value) => value.s));
      const again = await fromCsv(`no_json_${plan === masked ? 1 : 0}`, (await written(odd, { kind: "csv" }, { plan, columns: ["s"] })).toString());
      const texts = (await bed.lake.rows(again, { plan: everything(again), limit: 9 })).rows;
      expect(texts.map(([nested]) => (typeof nested === "string" ? (JSON.parse(nested) as unknown) : nested))).toEqual(values.map((value) => value.s));
    }
  });
});

describe("a download as Parquet", () => {
  it("has the columns' own types and every value", async () => {
    const to = join(bed.dir, "all.parquet");
    expect(await bed.lake.export(table, { plan: everything(table), format: { kind: "parquet" }, to })).toEqual({ rows: 3 });
    const names = Object.keys(COLUMNS);
    const items = names.map((name) => ({ expression: column(name), as: name }));
    const texts = names.map((name) => ({ expression: cast(column(name), { kind: "text" } as const), as: name }));
    const answers = await bed.engine.use({ kind: "read" }, async (session) => {
      const from = { kind: "parquetFiles", paths: [to] } as const;
      const read = await session.run({ kind: "query", query: { kind: "select", items, from } });
      const asText = await session.run({ kind: "query", query: { kind: "select", items: texts, from } });
      const fields = Object.entries(COLUMNS).map(([name, type], index): ParquetField => ({ fieldId: index + 1, name, type: toSqlType(type) as SqlType }));
      const paths = table.entries.map((entry) => new URL(entry.file.uri).pathname);
      const stored = await session.run({ kind: "query", query: { kind: "select", items: texts, from: { kind: "parquetFiles", paths, fields } } });
      return { read, asText, stored };
    });
    expect(answers.asText.rows).toEqual(answers.stored.rows);
    expect(answers.read.columns.map((item) => item.type)).toEqual([
      "BIGINT",
      "DECIMAL(38,10)",
      "DOUBLE",
      "FLOAT",
      "BOOLEAN",
      "DATE",
      "TIME",
      "TIMESTAMP",
      "TIMESTAMP WITH TIME ZONE",
      "UUID",
      "BLOB",
      "VARCHAR",
      "VARCHAR[]",
      'STRUCT("x y" DOUBLE, "n" BIGINT)',
      "MAP(VARCHAR, INTEGER)",
    ]);
  });
});

describe("a download that fails", () => {
  it.each<[ExportFormat]>([[{ kind: "csv", byteOrderMark: true }], [{ kind: "ndjson" }], [{ kind: "json" }], [{ kind: "parquet" }]])(
    "leaves no file, as %j",
    async (format) => {
      const to = join(bed.dir, `failed-${format.kind}`);
      const filter = { kind: "comparison", operator: "=", left: cast(column("text"), { kind: "bigint" }), right: column("id") } as const;
      const error = await bed.lake.export(table, { plan: everything(table), filter, format, to }).catch((cause: unknown) => cause);
      expect(isAppError(error)).toBe(true);
      expect([existsSync(to), existsSync(`${to}.plain`)]).toEqual([false, false]);
    },
  );
});
