import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  call,
  cast,
  column,
  compare,
  type Expression,
  like,
  literal,
  type Query,
  type Relation,
  type SqlType,
  structPack,
  type TypedLiteralType,
  typedLiteral,
} from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { afterAll, describe, expect, it } from "vitest";
import { printExpression, printQuery, printStatement } from "../src/sql/duckdb/index.ts";
import { testEngine } from "./engine.ts";

const harness = testEngine();
afterAll(() => harness[Symbol.asyncDispose]());

const one: Relation = { kind: "sequence", length: 1 };

async function evaluate(expressions: readonly Expression[]): Promise<readonly unknown[]> {
  const query: Query = { kind: "select", items: expressions.map((expression, index) => ({ expression, as: `v${index}` })), from: one };
  const { rows } = await harness.engine.use({ kind: "read" }, (session) => session.run({ kind: "query", query }));
  return rows[0] ?? [];
}

function refusal(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return isAppError(error) ? error.code : error;
  }
}

/** The same numbers each time, so that a failure can be repeated: the generator is mulberry32. */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const PIECES = [
  "'",
  '"',
  "\\",
  "\0",
  "--",
  "/*",
  "*/",
  ";",
  "$$",
  "é",
  "日本",
  "😀",
  "\u202e",
  "\uffff",
  "\n",
  "\r",
  "\t",
  " ",
  "a",
  "%",
  "_",
  "{",
  "}",
  "?",
  "$1",
  ":x",
  "`",
  "\u0001",
  "\u007f",
  "\ud83d\ude00",
  "') OR 1=1 --",
  '" FROM x --',
  "E'\\x00'",
  "U&'\\0041'",
];

function texts(seed: number, count: number): readonly string[] {
  const next = randoms(seed);
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + Math.floor(next() * 8) }, () => PIECES[Math.floor(next() * PIECES.length)] ?? "").join(""),
  );
}

const hostile = (seed: number, count: number): readonly string[] =>
  [...new Set(texts(seed, count).map((text) => text.replaceAll("\0", "").trim()))].filter((text) => text !== "");

describe("values in a statement", () => {
  it("keep any text exact", async () => {
    const values = ["", ...PIECES, ...texts(1, 400)];
    expect(await evaluate(values.map(literal))).toEqual(values);
  });

  it("keep any number exact", async () => {
    const next = randoms(2);
    const bits = new DataView(new ArrayBuffer(8));
    const random = Array.from({ length: 300 }, () => {
      bits.setUint32(0, next() * 4_294_967_296);
      bits.setUint32(4, next() * 4_294_967_296);
      return bits.getFloat64(0);
    }).filter((value) => Number.isFinite(value));
    const values = [0, 1, -1, 0.1, 1e308, -1.7976931348623157e308, 5e-324, 2 ** 53, -(2 ** 53), 1e21, 1e-7, ...random];
    const answers = await evaluate(values.map((value) => cast(literal(value), { kind: "double" })));
    expect(answers).toEqual(values);
    const signs = await evaluate([
      call("encode_hex", cast(literal(-0), { kind: "text" })),
      cast(literal(Number.NaN), { kind: "text" }),
      cast(literal(-Infinity), { kind: "text" }),
    ]);
    expect(signs).toEqual(["2D302E30", "nan", "-inf"]);
  });

  it("keep whole numbers of up to 38 digits exact, and refuse longer ones", async () => {
    const most = 10n ** 38n - 1n;
    const values = [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n, 2n ** 64n, most, -most];
    const answers = await evaluate(values.map((value) => cast(literal(value), { kind: "text" })));
    expect(answers).toEqual(values.map(String));
    expect(await evaluate([call("type_name", literal(-(2n ** 63n)))])).toEqual(["BIGINT"]);
    expect(refusal(() => printExpression(literal(most + 1n)))).toBe("engine.statement_invalid");
  });

  const DECIMAL: TypedLiteralType = { kind: "decimal", precision: 38, scale: 10 };
  it.each<[TypedLiteralType, string, string?]>([
    [{ kind: "date" }, "0001-01-01"],
    [{ kind: "date" }, "9999-12-31"],
    [{ kind: "date" }, "0044-03-15 (BC)"],
    [{ kind: "date" }, "-0043-03-15", "0044-03-15 (BC)"],
    [{ kind: "date" }, "5881580-07-10"],
    [{ kind: "date" }, "infinity"],
    [{ kind: "time" }, "23:59:59.999999"],
    [{ kind: "time" }, "00:00:00"],
    [{ kind: "timestamp" }, "2024-02-29 23:59:59.999999"],
    [{ kind: "timestamp" }, "2024-02-29T23:59:59", "2024-02-29 23:59:59"],
    [{ kind: "timestamp" }, "0044-03-15 (BC) 12:00:00"],
    [{ kind: "timestamp" }, "-infinity"],
    [{ kind: "timestamptz" }, "2024-02-29 12:00:00+05:30", "2024-02-29 06:30:00+00"],
    [{ kind: "timestamptz" }, "2024-02-29T12:00:00Z", "2024-02-29 12:00:00+00"],
    [{ kind: "timestamptz" }, "9999-12-31 23:59:59.999999+00"],
    [{ kind: "uuid" }, "123e4567-e89b-12d3-a456-426614174000"],
    [{ kind: "binary" }, "", ""],
    [{ kind: "binary" }, "00ff27", "\\x00\\xFF\\x27"],
    [DECIMAL, "9999999999999999999999999999.9999999999"],
    [DECIMAL, "-0.0000000001"],
    [{ kind: "decimal", precision: 38, scale: 0 }, "-99999999999999999999999999999999999999"],
    [{ kind: "decimal", precision: 1, scale: 0 }, "007", "7"],
  ])("keep %j %s exact", async (type, text, printed = text) => {
    expect(await evaluate([cast(typedLiteral(type, text), { kind: "text" })])).toEqual([printed]);
  });

  it.each<[TypedLiteralType, string]>([
    [{ kind: "date" }, "2024-2-9"],
    [{ kind: "date" }, "2024-01-01'; --"],
    [{ kind: "date" }, "today"],
    [{ kind: "time" }, "12:00"],
    [{ kind: "timestamp" }, "2024-01-01"],
    [{ kind: "timestamptz" }, "2024-01-01 00:00:00"],
    [{ kind: "timestamptz" }, "2024-01-01 00:00:00 Europe/Berlin"],
    [{ kind: "uuid" }, "123e4567"],
    [{ kind: "binary" }, "f"],
    [{ kind: "binary" }, "zz"],
    [{ kind: "decimal", precision: 9, scale: 2 }, "1.239"],
    [{ kind: "decimal", precision: 9, scale: 2 }, "12345678.00"],
    [{ kind: "decimal", precision: 9, scale: 2 }, "1e3"],
    [{ kind: "decimal", precision: 39, scale: 2 }, "1"],
  ])("are refused in no form of their type: %j %s", (type, text) => {
    expect(refusal(() => printExpression(typedLiteral(type, text)))).toBe("engine.statement_invalid");
  });
});

const TYPES: readonly SqlType[] = [
  ...(["boolean", "integer", "bigint", "float", "double", "date", "time", "timestamp", "timestamptz", "text", "uuid", "binary"] as const).map((kind) => ({
    kind,
  })),
  { kind: "decimal", precision: 38, scale: 10 },
  { kind: "list", element: { kind: "list", element: { kind: "text" } } },
  {
    kind: "struct",
    fields: [
      { name: "a \"b'", type: { kind: "integer" } },
      { name: "select", type: { kind: "uuid" } },
    ],
  },
  { kind: "map", key: { kind: "text" }, value: { kind: "struct", fields: [{ name: "x", type: { kind: "timestamptz" } }] } },
];

describe("types", () => {
  it.each(TYPES.map((type) => [JSON.stringify(type), type] as const))("are spelled as the engine knows them: %s", async (_, type) => {
    expect(await evaluate([cast(literal(null), type)])).toEqual([null]);
  });

  it("are refused when there can be none such", () => {
    for (const type of [
      { kind: "struct", fields: [] },
      { kind: "decimal", precision: 3, scale: 4 },
      { kind: "INTEGER); --" },
      { kind: "list", element: { kind: "toString" } },
    ]) {
      expect(refusal(() => printExpression(cast(literal(1), type as SqlType)))).toBe("engine.statement_invalid");
    }
  });
});

describe("names in a statement", () => {
  const names = [...hostile(3, 60), "select", "Ünï çode", "a.b", "__proto__", "constructor"];

  it("stay names of columns, relations and parts, whatever they hold", async () => {
    for (const name of names) {
      const struct = structPack([{ name, value: literal(1) }]);
      const from: Relation = {
        kind: "alias",
        relation: { kind: "query", query: { kind: "select", items: [{ expression: struct, as: name }], from: one } },
        as: name,
      };
      const query: Query = {
        kind: "select",
        items: [{ expression: { kind: "structField", operand: column(name, name), name }, as: name }],
        from,
        orderBy: [{ expression: column(name), direction: "asc" }],
      };
      const { rows, columns } = await harness.engine.use({ kind: "read" }, (session) => session.run({ kind: "query", query }));
      expect([columns[0]?.name, rows]).toEqual([name, [[1]]]);
    }
  });

  it("stay names in files: of columns, fields, keys and the files themselves", async () => {
    for (const [index, name] of names.slice(0, 25).entries()) {
      const folder = join(harness.dir, name.replaceAll(/[/\\]/g, "-").slice(0, 40) || "x", `*${index}[a]?`);
      mkdirSync(folder, { recursive: true });
      const path = join(folder, `${name.replaceAll(/[/\\]/g, "-").slice(0, 40)}.parquet`);
      const query: Query = { kind: "select", items: [{ expression: literal(name), as: name }], from: one };
      const read: Query = {
        kind: "select",
        items: [{ expression: column(name), as: "v" }],
        from: { kind: "parquetFiles", paths: [path], fields: [{ fieldId: 5, name, type: { kind: "text" } }] },
      };
      const rows = await harness.engine.use({ kind: "read" }, async (session) => {
        const format = { kind: "parquet", rowGroupRows: 2048, compression: "snappy", fieldIds: { [name]: 5 }, keyValues: { [name]: name } } as const;
        await session.run({ kind: "copy", query, path, format });
        return (await session.run({ kind: "query", query: read })).rows;
      });
      expect(rows).toEqual([[name]]);
    }
  });

  it("are refused when they are empty, hold a NUL character or half a surrogate pair", () => {
    for (const name of ["", "a\0b", "a\ud800b", "\udc00"]) expect(refusal(() => printExpression(column(name)))).toBe("engine.statement_invalid");
    expect(refusal(() => printExpression(literal("\ud800")))).toBe("engine.statement_invalid");
  });
});

describe("what would reach beyond the tree", () => {
  const select = (from: unknown): Query => ({ kind: "select", items: [{ expression: literal(1), as: "v" }], from: from as Relation });

  it.each<[string, unknown]>([
    ["a file in the place of a table", { kind: "table", name: "/etc/passwd" }],
    ["a file by its ending", { kind: "table", name: "people.csv" }],
    ["the engine's own tables", { kind: "table", name: "duckdb_settings" }],
    ["an address in the place of a file", { kind: "parquetFiles", paths: ["https://example.org/x.parquet"] }],
    ["no file at all", { kind: "parquetFiles", paths: [] }],
    ["a field that has no id", { kind: "parquetFiles", paths: ["/x"], fields: [{ fieldId: "1: {name: 'x'}", name: "x", type: { kind: "text" } }] }],
    ["a join of no kind", { kind: "join", join: "JOIN x, ", left: one, right: one, on: literal(true) }],
    ["a join without a condition", { kind: "join", join: "inner", left: one, right: one }],
    ["a relation of no kind", { kind: "valueOf" }],
    ["a length that is none", { kind: "sequence", length: "1) --" }],
    ["values of another width", { kind: "values", columns: [{ name: "a", type: { kind: "text" } }], rows: [[]] }],
  ])("is refused: %s", (_, from) => {
    expect(refusal(() => printQuery(select(from)))).toBe("engine.statement_invalid");
  });

  it.each<[string, unknown]>([
    ["an operator that is none", { kind: "comparison", operator: "= 1 OR 1 =", left: literal(1), right: literal(2) }],
    ["an operator of all objects", { kind: "arithmetic", operator: "toString", left: literal(1), right: literal(2) }],
    ["a node of no kind", { kind: "toString" }],
    ["an escape of many characters", like(literal("a"), literal("b"), { escape: "!' OR '" })],
    ["a parameter outside its list function", { kind: "parameter", name: "x" }],
    ["a span that is no number", { kind: "interval", months: 1, days: 1, micros: "1) --" }],
    [
      "a frame that is none",
      {
        kind: "window",
        call: { kind: "call", name: "count_rows", operands: [] },
        partitionBy: [],
        orderBy: [],
        frame: { unit: "ROWS; --", start: { kind: "currentRow" }, end: { kind: "currentRow" } },
      },
    ],
    ["a column named like a parameter", { kind: "listTransform", operand: literal(null), parameter: "x", body: column("parameter:X") }],
    ["a struct without fields", structPack([])],
  ])("is refused: %s", (_, expression) => {
    expect(refusal(() => printExpression(expression as Expression))).toBe("engine.statement_invalid");
  });

  it.each<[string, object]>([
    ["a delimiter of many characters", { kind: "csv", delimiter: "', HEADER" }],
    ["a quote that is the delimiter", { kind: "csv", quote: "," }],
    ["a pattern that leads elsewhere", { kind: "parquet", rowGroupRows: 2048, compression: "zstd", files: { namePattern: "../{i}", maxBytes: 1 } }],
    ["a format of no kind", { kind: "csv, FORMAT json" }],
    ["a group size that is none", { kind: "parquet", rowGroupRows: "1)", compression: "zstd" }],
    ["an id of the engine's own", { kind: "parquet", rowGroupRows: 2048, compression: "zstd", fieldIds: { __duckdb_field_id: 1 } }],
  ])("is refused: %s", (_, format) => {
    expect(refusal(() => printStatement({ kind: "copy", query: select(one), path: "/tmp/x", format: format as never }))).toBe("engine.statement_invalid");
  });

  it("is refused in the place of a path to write", () => {
    for (const path of ["", "s3://bucket/x", "HTTP://x/y", "a\0b"]) {
      expect(refusal(() => printStatement({ kind: "copy", query: select(one), path, format: { kind: "csv" } }))).toBe("engine.statement_invalid");
    }
  });

  it("stays a text in every option that takes one", async () => {
    for (const text of hostile(4, 40)) {
      const expression = compare(call("concat", literal(text)), "=", literal(text));
      expect(await evaluate([expression, like(literal(text), literal(text.replace(/[!%_]/g, "!$&")), { escape: "!" })])).toEqual([true, true]);
    }
  });
});
