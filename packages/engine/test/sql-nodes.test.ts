import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  and,
  arithmetic,
  between,
  call,
  caseWhen,
  cast,
  column,
  compare,
  exists,
  type Expression,
  fileName,
  fileNameOf,
  inList,
  inQuery,
  interval,
  isNull,
  type JsonValue,
  like,
  listFilter,
  listReduce,
  listTransform,
  literal,
  negate,
  not,
  or,
  over,
  parameter,
  type Query,
  regexMatch,
  type Relation,
  type Row,
  rowPosition,
  rowPositionOf,
  scalarQuery,
  type SelectQuery,
  type SqlType,
  type Statement,
  structField,
  structPack,
  tryCast,
  typedLiteral,
} from "@granary/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testEngine } from "./engine.ts";

const harness = testEngine();
afterAll(() => harness[Symbol.asyncDispose]());

const TEXT: SqlType = { kind: "text" };
const INTEGER: SqlType = { kind: "integer" };
const one: Relation = { kind: "sequence", length: 1 };
const select = (expression: Expression, from: Relation = one, rest: Partial<SelectQuery> = {}): SelectQuery => ({
  kind: "select",
  items: [{ expression, as: "v" }],
  from,
  ...rest,
});
const numbers = (...values: readonly (number | null)[]): Relation => ({
  kind: "values",
  columns: [{ name: "n", type: INTEGER }],
  rows: values.map((value) => [literal(value)]),
});
const asc = (name: string) => [{ expression: column(name), direction: "asc" }] as const;

async function run(...statements: readonly Statement[]): Promise<readonly Row[]> {
  return harness.engine.use({ kind: "read" }, async (session) => {
    let rows: readonly Row[] = [];
    for (const statement of statements) rows = (await session.run(statement)).rows;
    return rows;
  });
}
const rowsOf = (query: Query): Promise<readonly Row[]> => run({ kind: "query", query });
const valuesOf = async (query: Query): Promise<readonly JsonValue[]> => (await rowsOf(query)).map(([value]) => value ?? null);

const path = (name: string): string => join(harness.dir, name);
const parquet = { kind: "parquet", rowGroupRows: 2048, compression: "zstd" } as const;
const plain: Relation = { kind: "parquetFiles", paths: [path("plain.parquet")] };

beforeAll(async () => {
  await run({ kind: "copy", query: select(column("n"), numbers(5, 6, 7)), path: path("plain.parquet"), format: { ...parquet, fieldIds: { v: 1 } } });
});

type Samples<Node extends { readonly kind: string }> = { readonly [K in Node["kind"]]: readonly (readonly [Node, JsonValue])[] };

const yes = literal(true);
const no = literal(false);
const nothing = literal(null);
const list = call("list_of", literal(1), literal(2), literal(3));
const x = parameter("x");
const few = select(column("n"), numbers(1, 2));

const EXPRESSIONS: Samples<Expression> = {
  column: [[column("position"), "0"]],
  rowPosition: [],
  fileName: [],
  literal: [[literal("a"), "a"]],
  typedLiteral: [[typedLiteral({ kind: "date" }, "2024-02-29"), "2024-02-29"]],
  interval: [
    [interval({ months: 1, days: -2, micros: 3 }), { months: 1, days: -2, micros: "3" }],
    [arithmetic(typedLiteral({ kind: "timestamp" }, "2024-01-31 00:00:00"), "+", interval({ months: 1 })), "2024-02-29 00:00:00"],
    [arithmetic(typedLiteral({ kind: "date" }, "2024-03-01"), "-", interval({ days: 1 })), "2024-02-29 00:00:00"],
  ],
  comparison: [
    ...(["=", "<=", ">=", "is not distinct from"] as const).map((operator) => [compare(literal(1), operator, literal(1)), true] as const),
    ...(["<>", "<", ">", "is distinct from"] as const).map((operator) => [compare(literal(1), operator, literal(1)), false] as const),
    [compare(nothing, "is distinct from", literal(1)), true],
    [compare(nothing, "is not distinct from", nothing), true],
    [compare(nothing, "=", nothing), null],
  ],
  arithmetic: [
    [arithmetic(literal(7), "+", literal(2)), 9],
    [arithmetic(literal(7), "-", negate(literal(2))), 9],
    [arithmetic(literal(7), "*", literal(2)), 14],
    [arithmetic(literal(7), "/", literal(2)), 3.5],
    [arithmetic(literal(-7), "//", literal(2)), -3],
    [arithmetic(literal(-7), "%", literal(2)), -1],
    ...(["/", "//", "%"] as const).map((operator) => [arithmetic(literal(7), operator, literal(0)), null] as const),
    [arithmetic(arithmetic(literal(1), "-", literal(2)), "-", arithmetic(literal(3), "-", literal(4))), 0],
  ],
  negate: [
    [negate(literal(5)), -5],
    [negate(negate(literal(-5))), -5],
  ],
  logical: [
    [and(), true],
    [or(), false],
    [or(and(yes, no), not(no)), true],
    [and(or(yes, no), no), false],
  ],
  not: [[not(no), true]],
  isNull: [[isNull(nothing), true]],
  between: [
    [between(literal(2), literal(1), literal(2)), true],
    [not(between(literal(3), literal(1), literal(2))), true],
  ],
  inList: [
    [inList(literal(2), [literal(1), literal(2)]), true],
    [inList(literal(2), []), false],
    [inList(literal(3), [literal(1), nothing]), null],
  ],
  inQuery: [
    [inQuery(literal(2), few), true],
    [inQuery([literal(2), literal("a")], { ...few, items: [...few.items, { expression: literal("a"), as: "w" }] }), true],
    [not(inQuery([literal(2), literal("b")], { ...few, items: [...few.items, { expression: literal("a"), as: "w" }] })), true],
  ],
  exists: [
    [exists(few), true],
    [exists({ ...few, where: no }), false],
    [exists({ ...few, where: compare(column("n"), "=", arithmetic(column("position"), "+", literal(1))) }), true],
  ],
  scalarQuery: [[scalarQuery({ ...few, where: compare(column("n"), ">", literal(1)) }), 2]],
  like: [
    [like(literal("abc"), literal("a%")), true],
    [like(literal("ABC"), literal("a%")), false],
    [like(literal("ABC"), literal("a__"), { ignoreCase: true }), true],
    [like(literal("100%"), literal("100!%"), { escape: "!" }), true],
    [like(literal("1000"), literal("100!%"), { escape: "!" }), false],
    [like(literal("A%"), literal("a'%"), { escape: "'", ignoreCase: true }), true],
  ],
  regexMatch: [
    [regexMatch(literal("abc"), literal("b"), { extent: "part" }), true],
    [regexMatch(literal("abc"), literal("b"), { extent: "whole" }), false],
    [regexMatch(literal("ABC"), literal("a.c"), { extent: "whole", ignoreCase: true }), true],
  ],
  call: [[call("lower", literal("A")), "a"]],
  window: [],
  cast: [
    [cast(literal("5"), { kind: "bigint" }), "5"],
    [tryCast(literal("x"), { kind: "bigint" }), null],
  ],
  case: [
    [caseWhen([{ when: no, then: literal("a") }], literal("b")), "b"],
    [caseWhen([], literal("b")), "b"],
  ],
  structPack: [
    [
      structPack([
        { name: 'a "b', value: literal(1) },
        { name: "c'", value: list },
      ]),
      { 'a "b': 1, "c'": [1, 2, 3] },
    ],
  ],
  structField: [[structField(structPack([{ name: 'it\'s "x"', value: literal(1) }]), 'it\'s "x"'), 1]],
  parameter: [],
  listTransform: [
    [listTransform(list, "x", arithmetic(x, "*", literal(2))), [2, 4, 6]],
    [listTransform(list, "x", arithmetic(x, "+", column("position"))), ["1", "2", "3"]],
    [{ kind: "listTransform", operand: list, parameter: "x", index: "i", body: arithmetic(x, "*", parameter("i")) }, ["1", "4", "9"]],
    [
      listTransform(call("list_of", list, list), "x", listTransform(x, "y", call("list_length", x))),
      [
        ["3", "3", "3"],
        ["3", "3", "3"],
      ],
    ],
    [listTransform(list, 'x" y', parameter('x" y')), [1, 2, 3]],
  ],
  listFilter: [[listFilter(list, "x", compare(x, ">", literal(1))), [2, 3]]],
  listReduce: [[listReduce(list, literal(10), { accumulator: "sum", parameter: "x", body: arithmetic(parameter("sum"), "+", x) }), 16]],
};

describe("every kind of expression", () => {
  const samples = Object.entries(EXPRESSIONS).flatMap(([kind, list]) => list.map(([node, answer], index) => [`${kind} ${index + 1}`, node, answer] as const));
  it.each(samples)("means what the tree says: %s", async (_, node, answer) => {
    const [found] = await rowsOf({ kind: "select", items: [{ expression: node, as: "v" }], from: one });
    expect(found?.[0]).toEqual(answer);
  });

  it("places rows in their files", async () => {
    const named: Relation = { kind: "alias", relation: plain, as: "a" };
    expect(await valuesOf(select(rowPosition, plain, { where: compare(column("v"), ">", literal(5)) }))).toEqual(["1", "2"]);
    expect(await valuesOf(select(rowPositionOf("a"), named))).toEqual(["0", "1", "2"]);
    expect(await valuesOf(select(fileName, plain, { limit: 1 }))).toEqual([path("plain.parquet")]);
    expect(await valuesOf(select(fileNameOf("a"), named, { limit: 1 }))).toEqual([path("plain.parquet")]);
  });

  it("numbers files in the order they are given, whatever their names", async () => {
    const paths = ["z [1].parquet", "a*.parquet", "m.parquet"].map(path);
    for (const to of paths) await run({ kind: "copy", query: select(literal(to)), path: to, format: parquet });
    const files: Relation = { kind: "parquetFiles", paths, fileIndexAs: "file" };
    const items = ["file", "v"].map((name) => ({ expression: column(name), as: name }));
    expect(await rowsOf({ kind: "select", items, from: files, orderBy: asc("file") })).toEqual(paths.map((to, index) => [String(index), to]));
  });

  it.each<[string, Expression, readonly JsonValue[]]>([
    [
      "the rows before",
      over(call("sum", column("n")), {
        orderBy: asc("n"),
        frame: { unit: "rows", start: { kind: "preceding", offset: literal(1) }, end: { kind: "currentRow" } },
      }),
      ["1", "3", "6"],
    ],
    [
      "the rows after, by value",
      over(call("count_rows"), { orderBy: asc("n"), frame: { unit: "range", start: { kind: "currentRow" }, end: { kind: "following", offset: literal(2) } } }),
      ["2", "2", "1"],
    ],
    [
      "all others",
      over(call("sum", column("n")), {
        orderBy: asc("n"),
        frame: { unit: "groups", start: { kind: "unboundedPreceding" }, end: { kind: "unboundedFollowing" }, exclude: "current row" },
      }),
      ["6", "5", "3"],
    ],
    ["its part", over(call("row_number"), { partitionBy: [arithmetic(column("n"), "%", literal(2))], orderBy: asc("n") }), ["1", "1", "2"]],
    ["without nulls", over(call("lag", call("null_if", column("n"), literal(2))), { orderBy: asc("n"), ignoreNulls: true }), [null, 1, 1]],
  ])("shows a window function %s", async (_, window, answers) => {
    const values = numbers(1, 2, 4);
    const windowed: Query = {
      kind: "select",
      items: [
        { expression: window, as: "v" },
        { expression: column("n"), as: "n" },
      ],
      from: values,
      orderBy: asc("n"),
    };
    expect(await valuesOf(windowed)).toEqual(answers);
  });
});

const named = (relation: Relation, as: string): Relation => ({ kind: "alias", relation, as });
const onN = compare(column("n", "l"), "=", column("n", "r"));
const joined = (join: "inner" | "left" | "right" | "full" | "semi" | "anti"): Relation => ({
  kind: "join",
  join,
  left: named(numbers(1, 2), "l"),
  right: named(numbers(2, 3), "r"),
  on: onN,
});

describe("relations", () => {
  it.each([
    ["inner", [[2, 2]]],
    [
      "left",
      [
        [1, null],
        [2, 2],
      ],
    ],
    [
      "right",
      [
        [2, 2],
        [null, 3],
      ],
    ],
    [
      "full",
      [
        [1, null],
        [2, 2],
        [null, 3],
      ],
    ],
  ] as const)("join: %s", async (join, rows) => {
    const query: Query = {
      kind: "select",
      items: [
        { expression: column("n", "l"), as: "a" },
        { expression: column("n", "r"), as: "b" },
      ],
      from: joined(join),
      orderBy: [...asc("a"), ...asc("b")],
    };
    expect(await rowsOf(query)).toEqual(rows);
  });

  it("join to keep or leave out rows that have a partner, and all with all", async () => {
    expect(await valuesOf(select(column("n"), joined("semi")))).toEqual([2]);
    expect(await valuesOf(select(column("n"), joined("anti")))).toEqual([1]);
    const cross: Relation = { kind: "join", join: "cross", left: numbers(1, 2), right: named(numbers(3, 4, 5), "r") };
    expect(await valuesOf(select(call("count_rows"), cross))).toEqual(["6"]);
  });

  it("join joins and rename the columns of what comes out", async () => {
    const twice: Relation = {
      kind: "join",
      join: "left",
      left: joined("inner"),
      right: named(numbers(2), "z"),
      on: compare(column("n", "l"), "=", column("n", "z")),
    };
    const renamed: Relation = { kind: "alias", relation: twice, as: "all", columns: ["p", "q", 'r"s'] };
    expect(await rowsOf({ kind: "select", items: ["p", "q", 'r"s'].map((name) => ({ expression: column(name, "all"), as: name })), from: renamed })).toEqual([
      [2, 2, 2],
    ]);
  });

  it("show the elements of lists beside their rows", async () => {
    const lists: Relation = named(
      { kind: "values", columns: [{ name: "l", type: { kind: "list", element: INTEGER } }], rows: [[list], [call("list_of")]] },
      "t",
    );
    const elements = (rest: object): Relation => ({ kind: "unnest", relation: lists, list: column("l", "t"), as: "u", column: "e", ...rest });
    expect(await valuesOf(select(column("e", "u"), elements({}), { orderBy: asc("e") }))).toEqual([1, 2, 3]);
    const placed = elements({ ordinal: "i", keepEmpty: true });
    const query: Query = {
      kind: "select",
      items: [
        { expression: column("i"), as: "i" },
        { expression: column("e"), as: "e" },
      ],
      from: placed,
      orderBy: asc("i"),
    };
    expect(await rowsOf(query)).toEqual([
      ["1", 1],
      ["2", 2],
      ["3", 3],
      [null, null],
    ]);
  });

  it("write rows down, none of them too", async () => {
    const mixed = {
      kind: "values",
      columns: [
        { name: "a", type: TEXT },
        { name: "b", type: { kind: "double" } },
      ],
    } as const;
    const items = ["a", "b"].map((name) => ({ expression: column(name), as: name }));
    const rows = [
      [literal("x"), nothing],
      [nothing, literal(2)],
    ];
    expect(await rowsOf({ kind: "select", items, from: { ...mixed, rows } })).toEqual([
      ["x", null],
      [null, 2],
    ]);
    expect(await rowsOf({ kind: "select", items, from: { ...mixed, rows: [] } })).toEqual([]);
  });

  it("read tables and views of the session, which are gone with it", async () => {
    const table: Relation = { kind: "table", name: 'my "own" table' };
    const ofN = (from: Relation): SelectQuery => ({ kind: "select", items: [{ expression: column("n"), as: "n" }], from });
    const made: readonly Statement[] = [
      { kind: "createTable", name: 'my "own" table', query: ofN(numbers(1, 2)) },
      { kind: "createView", name: "over it", query: { ...ofN(table), where: compare(column("n"), ">", literal(1)) } },
    ];
    expect(await run(...made, { kind: "query", query: ofN({ kind: "table", name: "over it" }) })).toEqual([[2]]);
    await run(...made, { kind: "dropView", name: "over it" }, { kind: "dropTable", name: 'my "own" table' });
    await expect(rowsOf(ofN(table))).rejects.toMatchObject({ code: "engine.statement_failed" });
  });

  it("read JSON of known columns, by lines and as an array, and nested values as text or typed", async () => {
    writeFileSync(path("rows.ndjson"), '{"a": 1, "b": {"c": [1, 2]}}\n{"a": "x"}\n');
    writeFileSync(path("rows.json"), '[{"a": 1, "b": {"c": [1, 2]}}]');
    const nested: SqlType = { kind: "struct", fields: [{ name: "c", type: { kind: "list", element: INTEGER } }] };
    const json = (name: string, layout: "lines" | "array", type: SqlType): Relation => ({
      kind: "jsonFile",
      path: path(name),
      layout,
      columns: [
        { name: "a", type: TEXT },
        { name: "b", type },
      ],
    });
    const items = ["a", "b"].map((name) => ({ expression: column(name), as: name }));
    expect(await rowsOf({ kind: "select", items, from: json("rows.ndjson", "lines", TEXT) })).toEqual([
      ["1", '{"c":[1,2]}'],
      ["x", null],
    ]);
    expect(await rowsOf({ kind: "select", items, from: json("rows.json", "array", nested) })).toEqual([["1", { c: [1, 2] }]]);
    const strict: Relation = { kind: "jsonFile", path: path("rows.ndjson"), layout: "lines", columns: [{ name: "a", type: INTEGER }] };
    await expect(rowsOf(select(column("a"), strict))).rejects.toMatchObject({ code: "engine.statement_failed" });
    expect(await valuesOf(select(column("a"), { ...strict, onFault: "null" }))).toEqual([1, null]);
  });

  it("read typed delimited files, and refuse what does not fit", async () => {
    writeFileSync(path("typed.csv"), "n,day\n1,2024-02-29\n-,2024-01-02\n");
    const file = {
      kind: "csvFile",
      path: path("typed.csv"),
      columns: [
        { name: "n", type: INTEGER },
        { name: "day", type: { kind: "date" } },
      ],
      dialect: { delimiter: ",", quote: '"', header: true },
      lineEnd: "lf",
      nullText: "-",
    } as const;
    const items = ["n", "day"].map((name) => ({ expression: column(name), as: name }));
    const rows = { kind: "select", items, from: file } as const;
    expect(await rowsOf(rows)).toEqual([
      [1, "2024-02-29"],
      [null, "2024-01-02"],
    ]);
    appendFileSync(file.path, "x,2024-01-01\n");
    await expect(rowsOf(rows)).rejects.toMatchObject({ code: "engine.statement_failed" });
  });
});

describe("queries", () => {
  const left = select(column("n"), numbers(1, 1, 2, 3));
  const right = select(column("n"), numbers(1, 3, 3));
  it.each([
    ["union", [1, 2, 3]],
    ["unionAll", [1, 1, 1, 2, 3, 3, 3]],
    ["except", [2]],
    ["exceptAll", [1, 2]],
    ["intersect", [1, 3]],
    ["intersectAll", [1, 3]],
  ] as const)("combine: %s", async (kind, answer) => {
    const combined: Relation = { kind: "query", query: { kind, queries: [left, right] } };
    expect(await valuesOf(select(column("v"), combined, { orderBy: asc("v") }))).toEqual(answer);
  });

  it("select different rows, groups, and pages of them", async () => {
    const from = numbers(1, 1, 2, null, 3);
    const n = column("n");
    expect(await valuesOf(select(n, from, { distinct: true, orderBy: asc("n") }))).toEqual([1, 2, 3, null]);
    expect(await valuesOf(select(n, from, { orderBy: [{ expression: n, direction: "desc", nulls: "first" }], limit: 2, offset: 1 }))).toEqual([3, 2]);
    expect(await valuesOf(select(n, from, { groupBy: [n], having: compare(call("count_rows"), ">", literal(1)) }))).toEqual([1]);
    const first = compare(over(call("row_number"), { partitionBy: [n] }), "=", literal(1));
    expect(await valuesOf(select(n, from, { where: not(isNull(n)), qualify: first, orderBy: asc("n") }))).toEqual([1, 2, 3]);
  });

  it("group and sort by a constant without taking it for a place", async () => {
    const from = numbers(2, 1);
    expect(await valuesOf(select(call("sum", column("n")), from, { groupBy: [literal(1)] }))).toEqual(["3"]);
    expect(await valuesOf(select(column("n"), from, { orderBy: [{ expression: literal(1), direction: "asc" }] }))).toEqual([2, 1]);
    expect(await valuesOf(select(column("n"), from, { orderBy: [{ expression: literal("n"), direction: "asc" }] }))).toEqual([2, 1]);
  });

  it("name queries, keep them, and let them read themselves", async () => {
    const body = select(column("k"), { kind: "table", name: "kept" }, { orderBy: asc("k") });
    expect(await valuesOf({ kind: "with", named: [{ name: "kept", columns: ["k"], query: few, materialized: true }], query: body })).toEqual([1, 2]);
    expect(await valuesOf({ kind: "with", named: [{ name: "kept", columns: ["k"], query: few, materialized: false }], query: body })).toEqual([1, 2]);
    const start = select(literal(1));
    const step = select(arithmetic(column("k"), "+", literal(1)), { kind: "table", name: "kept" }, { where: compare(column("k"), "<", literal(4)) });
    const counting: Query = {
      kind: "with",
      recursive: true,
      named: [{ name: "kept", columns: ["k"], query: { kind: "unionAll", queries: [start, step] } }],
      query: body,
    };
    expect(await valuesOf(counting)).toEqual([1, 2, 3, 4]);
  });

  it("are nested a few hundred deep, and refused beyond", async () => {
    const deep = (levels: number): Expression => {
      let node = literal(1);
      for (let level = 0; level < levels; level += 1) node = arithmetic(node, "+", literal(1));
      return node;
    };
    expect(await valuesOf(select(deep(300)))).toEqual([301]);
    await expect(rowsOf(select(deep(5000)))).rejects.toMatchObject({ code: "engine.statement_invalid" });
  });
});

describe("copies", () => {
  const nestedType: SqlType = {
    kind: "struct",
    fields: [
      { name: "tags", type: { kind: "list", element: TEXT } },
      { name: "in 'ner\" x", type: { kind: "map", key: TEXT, value: { kind: "decimal", precision: 9, scale: 2 } } },
    ],
  };
  const value = structPack([
    { name: "tags", value: call("list_of", literal("a")) },
    {
      name: "in 'ner\" x",
      value: call("map_of", call("list_of", literal("k")), call("list_of", cast(literal("1.50"), { kind: "decimal", precision: 9, scale: 2 }))),
    },
  ]);

  it("write nested field ids and key values, which reading by id finds again under other names", async () => {
    const to = path("nested.parquet");
    const fieldIds = {
      v: { id: 7, children: { tags: { id: 8, children: { element: 9 } }, "in 'ner\" x": { id: 10, children: { key: 11, value: 12 } } } },
    };
    await run({ kind: "copy", query: select(value), path: to, format: { ...parquet, fieldIds, keyValues: { "iceberg.schema": "it's {}" } } });
    const schema: Query = {
      kind: "select",
      items: ["name", "field_id"].map((name) => ({ expression: column(name), as: name })),
      from: { kind: "parquetSchema", paths: [to] },
      where: not(isNull(column("field_id"))),
    };
    expect((await rowsOf(schema)).map(([, id]) => id)).toEqual(["7", "8", "9", "10", "11", "12"]);
    const read: Relation = {
      kind: "parquetFiles",
      paths: [to],
      fields: [
        { fieldId: 7, name: "renamed'\"", type: nestedType },
        { fieldId: 99, name: "added", type: { kind: "list", element: INTEGER } },
      ],
      rowPositionAs: 'at "row"',
      fileNameAs: "of",
    };
    const items = ["renamed'\"", "added", 'at "row"', "of"].map((name) => ({ expression: column(name), as: name }));
    expect(await rowsOf({ kind: "select", items, from: read })).toEqual([[{ tags: ["a"], "in 'ner\" x": [{ key: "k", value: "1.50" }] }, null, "0", to]]);
  });

  it("write several files by size and by value", async () => {
    mkdirSync(path("sized"));
    const many: Relation = { kind: "sequence", length: 100_000 };
    const bySize = await run({
      kind: "copy",
      query: select(column("position"), many),
      path: path("sized"),
      format: { ...parquet, files: { namePattern: "data-{i}", maxBytes: 50_000 } },
    });
    expect(bySize.length).toBeGreaterThan(2);
    expect(bySize.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(100_000);
    const files = { namePattern: "part-{i}", partitionBy: ["it's"] } as const;
    const parted: Query = {
      kind: "select",
      items: [
        { expression: column("position"), as: "n" },
        { expression: arithmetic(column("position"), "%", literal(2)), as: "it's" },
      ],
      from: many,
    };
    const byValue = await run({ kind: "copy", query: parted, path: path("parted"), format: { ...parquet, files } });
    expect(byValue.map(([, count]) => count)).toEqual(["50000", "50000"]);
    const paths = byValue.map(([name]) => String(name));
    expect(await valuesOf(select(call("sum", column("it's")), { kind: "parquetFiles", paths }))).toEqual(["50000"]);
  });

  it("write delimited text with the dialect asked for", async () => {
    const query: Query = {
      kind: "select",
      items: [
        { expression: literal("NULL"), as: "a;b" },
        { expression: nothing, as: "n" },
        { expression: literal("it's; 'x'"), as: "t" },
      ],
      from: one,
    };
    const csv = async (name: string, format: object): Promise<string> => {
      await run({ kind: "copy", query, path: path(name), format: { kind: "csv", ...format } });
      return readFileSync(path(name), "utf8");
    };
    expect(await csv("plain.csv", {})).toBe("a;b,n,t\r\nNULL,,it's; 'x'\r\n");
    expect(await csv("other.csv", { delimiter: ";", quote: "'", header: false, nullText: "NULL", lineEnd: "lf" })).toBe("'NULL';NULL;'it''s; ''x'''\n");
    expect(await csv("quoted.csv", { quoteAll: true, lineEnd: "lf" })).toBe('"a;b","n","t"\n"NULL",,"it\'s; \'x\'"\n');
  });

  it("write JSON by lines and as an array", async () => {
    const query = select(column("n"), numbers(1, null));
    await run({ kind: "copy", query, path: path("lines.json"), format: { kind: "json", layout: "lines" } });
    expect(readFileSync(path("lines.json"), "utf8")).toBe('{"v":1}\n{"v":null}\n');
    await run({ kind: "copy", query, path: path("array.json"), format: { kind: "json", layout: "array" } });
    expect(JSON.parse(readFileSync(path("array.json"), "utf8"))).toEqual([{ v: 1 }, { v: null }]);
  });

  it("read footers", async () => {
    expect(await valuesOf(select(column("row_group_num_rows"), { kind: "parquetFooter", path: path("plain.parquet") }))).toEqual(["3"]);
  });
});
