import { readFileSync } from "node:fs";
import { join } from "node:path";
import { aggregate, arithmetic, call, caseWhen, cast, column, compare, type Expression, inList, inQuery, literal, or, over, type Query } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { type OpenTable, type ReadPlan, type RowChoice, storedColumn } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { equalityDeleteFile, type HandMade, stagedChange } from "./hand-made.ts";
import { type TestLake, testLake } from "./lake.ts";
import { field, rowsFor, schemaOf } from "./rows.ts";

let bed: TestLake;
let table: OpenTable;
/** Shows people of one country; names are cut, pay is banded, the code of the hidden rows is no number. */
let plan: ReadPlan;

const SCHEMA = schemaOf([
  field(1, "id", "long"),
  field(2, "name", "string"),
  field(3, "country", "string"),
  field(4, "pay", "long"),
  field(5, "code", "string"),
]);
const NAMES = SCHEMA.fields.map((item) => item.name);
const MERGE = { properties: { "write.delete.mode": "merge-on-read" } };
const text = { kind: "text" } as const;
const bigint = { kind: "bigint" } as const;

beforeAll(async () => {
  bed = await testLake();
  const rows = [
    ["1", "Ada", "GB", "100", "7"],
    ["2", "Bo", "SE", "200", "secret"],
    ["3", "Cy", "GB", "300", "8"],
    ["4", "Di", "SE", "9223372036854775807", "hidden"],
    ["5", "Ed", "GB", "300", "9"],
    ["6", "Flo", "GB", "100", "gone"],
    ["7", "Gus", "GB", "100", "gone too"],
  ];
  const source = rowsFor(SCHEMA, NAMES, rows);
  await bed.publish(await bed.lake.stageCreate({ workspaceId: bed.workspaceId, tableName: "people", schema: SCHEMA, source, definition: MERGE }));
  const opened = await bed.open("people");
  await bed.publish(await bed.lake.stageDelete({ table: opened, where: compare(storedColumn(1), "=", literal(6)) }));
  const made: HandMade = { columns: [{ fieldId: 2, name: "name", type: "string", sqlType: text }], location: opened.location };
  const deletes = await equalityDeleteFile(bed, made, [2], [["Gus"]]);
  await bed.publish({ ...stagedChange(bed, "people", made, { added: [deletes], tableUuid: opened.tableUuid }), schema: SCHEMA });
  table = await bed.open("people");
  plan = {
    columns: [
      { name: "id", fieldId: 1 },
      { name: "who", fieldId: 2, mask: call("concat", call("left", storedColumn(2), literal(1)), literal("***")) },
      { name: "pay", fieldId: 4, mask: caseWhen([{ when: compare(storedColumn(4), ">", literal(200)), then: literal("high") }], literal("low")) },
      { name: "code", fieldId: 5 },
    ],
    filter: compare(storedColumn(3), "=", literal("GB")),
  };
});
afterAll(() => bed[Symbol.asyncDispose]());

async function failure(work: Promise<unknown>): Promise<unknown> {
  const error = await work.catch((cause: unknown) => cause);
  return isAppError(error) ? [error.code, error.params["reason"]] : error;
}

const ALL = [
  ["1", "A***", "low", "7"],
  ["3", "C***", "high", "8"],
  ["5", "E***", "high", "9"],
];

/** The ids every way of reading gives; they must agree. */
async function idsEverywhere(choice: Omit<RowChoice, "plan">): Promise<readonly unknown[]> {
  const request = { plan, ...choice };
  const page = await bed.lake.rows(table, { ...request, limit: 10 });
  const ids = page.rows.map(([id]) => id);
  const sorted = await bed.lake.rows(table, { ...request, limit: 10, orderBy: [{ column: "id", direction: "asc" }] });
  expect(sorted.rows).toEqual(page.rows);
  expect(await bed.lake.count(table, request)).toBe(ids.length);
  const streamed = await bed.lake.stream(table, { ...request, orderBy: [{ column: "id", direction: "asc" }] }, async ({ batches }) =>
    (await Array.fromAsync(batches)).flat(),
  );
  expect(streamed).toEqual(page.rows);
  const to = join(bed.dir, "everywhere.ndjson");
  expect(await bed.lake.export(table, { ...request, orderBy: [{ column: "id", direction: "asc" }], format: { kind: "ndjson" }, to })).toEqual({
    rows: ids.length,
  });
  const lines = readFileSync(to, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  expect(lines.map((line) => String((JSON.parse(line) as { id: number }).id))).toEqual(ids);
  return ids;
}

async function sql(statement: string): Promise<readonly (readonly unknown[])[]> {
  await using result = await bed.lake.query({ sql: statement, tables: { people: { table, plan } } });
  return (await Array.fromAsync(result.batches)).flat();
}

describe("a reader of masked and filtered rows", () => {
  it("sees the same rows and values whichever way they are read", async () => {
    expect((await bed.lake.rows(table, { plan, limit: 10 })).rows).toEqual(ALL);
    expect(await idsEverywhere({})).toEqual(["1", "3", "5"]);
    expect(await sql("SELECT * FROM people ORDER BY id")).toEqual(ALL);
    const query: Query = {
      kind: "select",
      items: [
        { expression: call("max", column("pay")), as: "most" },
        { expression: call("count_rows"), as: "rows" },
      ],
      from: { kind: "table", name: "t" },
    };
    const computed = await bed.lake.compute({ tables: { t: { table, plan } }, query }, async ({ batches }) => (await Array.fromAsync(batches)).flat());
    expect(computed).toEqual([["low", "3"]]);
  });

  it.each<[string, Omit<RowChoice, "plan">, readonly string[]]>([
    ["a mask's value", { filter: compare(column("pay"), "=", literal("high")) }, ["3", "5"]],
    ["a value behind a mask", { filter: compare(column("pay"), "=", literal("300")) }, []],
    ["a whole name behind a mask", { filter: compare(column("who"), "=", literal("Ada")) }, []],
    ["a value of a hidden row", { filter: compare(column("code"), "=", literal("secret")) }, []],
    ["a value of a deleted row", { filter: compare(column("code"), "=", literal("gone")) }, []],
    ["a name behind a mask, searched", { search: { text: "Ada" } }, []],
    ["what a mask shows, searched", { search: { text: "c**" } }, ["3"]],
    ["a value of a hidden row, searched", { search: { text: "secret" } }, []],
    ["everything but one", { filter: compare(column("id"), "<>", literal(3)) }, ["1", "5"]],
  ])("filters by %s", async (_, choice, expected) => {
    expect(await idsEverywhere(choice)).toEqual(expected);
  });

  it("sorts by what a mask shows, and by nothing behind it", async () => {
    const sorted = async (direction: "asc" | "desc"): Promise<unknown> =>
      (await bed.lake.rows(table, { plan, limit: 2, orderBy: [{ column: "pay", direction }] })).rows.map(([id]) => id);
    expect([await sorted("asc"), await sorted("desc")]).toEqual([
      ["3", "5"],
      ["1", "3"],
    ]);
    const first = await bed.lake.rows(table, { plan, limit: 1, orderBy: [{ column: "pay", direction: "desc" }] });
    const second = await bed.lake.rows(table, { plan, limit: 5, orderBy: [{ column: "pay", direction: "desc" }], after: first.next ?? "" });
    expect([...first.rows, ...second.rows].map(([id]) => id)).toEqual(["1", "3", "5"]);
  });

  /** Each fails, or answers otherwise, as soon as it is computed for a row of the other country or a deleted one. */
  const tricks: readonly (readonly [string, Expression, readonly string[]])[] = [
    ["a cast", compare(cast(column("code"), bigint), ">", literal(7)), ["3", "5"]],
    [
      "a cast inside a case",
      compare(
        caseWhen([{ when: compare(column("id"), "=", literal(2)), then: cast(call("concat", literal("x"), column("code")), bigint) }], literal(1)),
        "=",
        literal(1),
      ),
      ["1", "3", "5"],
    ],
    [
      "an overflow",
      compare(
        arithmetic(
          caseWhen([{ when: inList(column("id"), [literal(1), literal(3), literal(5)]), then: literal(1) }], literal(9223372036854775807n)),
          "+",
          column("id"),
        ),
        ">",
        literal(3),
      ),
      ["3", "5"],
    ],
    [
      "a division",
      or(compare(arithmetic(literal(1), "/", arithmetic(column("id"), "-", literal(2))), ">", literal(0.4)), compare(column("id"), "=", literal(1))),
      ["1", "3"],
    ],
  ];

  it.each(tricks)("learns nothing of hidden rows by %s that fails for them", async (_, filter, expected) => {
    expect(await idsEverywhere({ filter })).toEqual(expected);
  });

  it("learns nothing of hidden rows by SQL that fails for them", async () => {
    expect(await sql("SELECT id FROM people WHERE code::BIGINT > 7 ORDER BY id")).toEqual([["3"], ["5"]]);
    expect(await sql("SELECT max(code::BIGINT), count(*) FROM people")).toEqual([["9", "3"]]);
    expect(await sql("SELECT count(*) FROM people a JOIN people b ON a.code::BIGINT = b.code::BIGINT")).toEqual([["3"]]);
    expect(await sql("SELECT count(*) FROM people WHERE pay = '300' OR who = 'Ada' OR code LIKE '%e%'")).toEqual([["0"]]);
    expect(await failure(sql("SELECT country FROM people"))).toEqual(["sql.unknown_column", undefined]);
    expect(await failure(sql("SELECT name FROM people"))).toEqual(["sql.unknown_column", undefined]);
    expect(await failure(sql("SELECT field_3 FROM people"))).toEqual(["sql.unknown_column", undefined]);
  });

  it("learns nothing of deleted rows by a filter that fails for them", async () => {
    const columns = ["id", "code"];
    const schema = schemaOf([field(1, "id", "long"), field(2, "code", "string")]);
    const rows = Array.from({ length: 500 }, (_, id) => [String(id), id % 5 === 0 ? "deleted" : String(id)]);
    const source = rowsFor(schema, columns, rows);
    await bed.publish(await bed.lake.stageCreate({ workspaceId: bed.workspaceId, tableName: "codes", schema, source, definition: MERGE }));
    const opened = await bed.open("codes");
    await bed.publish(await bed.lake.stageDelete({ table: opened, where: compare(storedColumn(2), "=", literal("deleted")) }));
    const codes = await bed.open("codes");
    const all: ReadPlan = { columns: columns.map((name, index) => ({ name, fieldId: index + 1 })) };
    const filter = compare(cast(column("code"), bigint), ">=", literal(0));
    expect(await bed.lake.count(codes, { plan: all, filter })).toBe(400);
    expect((await bed.lake.rows(codes, { plan: all, filter, limit: 1 })).rows).toEqual([["1", "1"]]);
    await using result = await bed.lake.query({ sql: "SELECT count(*) FROM codes WHERE code::BIGINT >= 0", tables: { codes: { table: codes, plan: all } } });
    expect((await Array.fromAsync(result.batches)).flat()).toEqual([["400"]]);
    const deletes = await equalityDeleteFile(
      bed,
      { columns: [{ fieldId: 2, name: "code", type: "string", sqlType: text }], location: codes.location },
      [2],
      [["1"], [null]],
    );
    await bed.publish({ ...stagedChange(bed, "codes", { columns: [], location: codes.location }, { added: [deletes], tableUuid: codes.tableUuid }), schema });
    expect(await bed.lake.count(await bed.open("codes"), { plan: all, filter })).toBe(399);
  });

  it.each<[string, Parameters<typeof bed.lake.rows>[1]["orderBy"], Omit<RowChoice, "plan">]>([
    ["a filter over a column the plan hides", [], { filter: compare(column("country"), "=", literal("SE")) }],
    ["a filter over a stored column", [], { filter: compare(storedColumn(3), "=", literal("SE")) }],
    ["a filter over an internal name", [], { filter: compare(column("visible_0"), "=", literal(1)) }],
    ["a search in a column the plan hides", [], { search: { text: "SE", columns: ["country"] } }],
    ["a sort by a column the plan hides", [{ column: "country", direction: "asc" }], {}],
    ["a hidden column to show", [], { columns: ["id", "country"] }],
    ["a column twice", [], { columns: ["id", "id"] }],
    ["no column to show", [], { columns: [] }],
    ["an aggregate as a filter", [], { filter: compare(call("max", column("id")), "=", literal(1)) }],
    ["a place in a file as a filter", [], { filter: compare({ kind: "rowPosition" }, "=", literal(1)) }],
    [
      "a query as a filter",
      [],
      { filter: inQuery(column("id"), { kind: "select", items: [{ expression: literal(1), as: "one" }], from: { kind: "sequence", length: 1 } }) },
    ],
  ])("may not ask for %s", async (_, orderBy, choice) => {
    expect(((await failure(bed.lake.rows(table, { plan, limit: 5, ...choice, orderBy: orderBy ?? [] }))) as string[])[0]).toBe("lake.read_invalid");
  });

  it.each([0, -1, 1.5, 10_001, Number.NaN])("may not ask for a page of %d rows", async (limit) => {
    expect(await failure(bed.lake.rows(table, { plan, limit }))).toEqual(["lake.read_invalid", "a page holds 1 to 10000 rows"]);
  });
});

describe("a read plan", () => {
  const one: Query = { kind: "select", items: [{ expression: literal(1), as: "one" }], from: { kind: "sequence", length: 1 } };
  const notOfOneRow: readonly (readonly [string, Expression])[] = [
    ["an aggregate", call("max", storedColumn(4))],
    ["an aggregate with a filter", aggregate("sum", [storedColumn(4)], { filter: compare(storedColumn(1), "=", literal(1)) })],
    ["a window", over(call("row_number"), { orderBy: [{ expression: storedColumn(1), direction: "asc" }] })],
    ["a subquery", { kind: "scalarQuery", query: one }],
    ["a list from a query", inQuery(storedColumn(1), one)],
    ["the name of a file", { kind: "fileName" }],
    ["a position in a file", { kind: "rowPosition" }],
    ["a column of another relation", column("field_1", "other")],
  ];

  it.each(notOfOneRow)("with %s as a mask or a filter is refused by every way of reading", async (_, expression) => {
    const refused = ["lake.plan_invalid", "an expression is not computed from one row"];
    const plans: readonly ReadPlan[] = [
      { columns: [{ name: "x", fieldId: 1, mask: expression }] },
      { columns: [{ name: "x", fieldId: 1 }], filter: compare(expression, "=", literal(1)) },
    ];
    for (const broken of plans) {
      const query: Query = { kind: "select", items: [{ expression: column("x"), as: "x" }], from: { kind: "table", name: "t" } };
      const works: readonly (() => Promise<unknown>)[] = [
        () => bed.lake.rows(table, { plan: broken, limit: 1 }),
        () => bed.lake.count(table, { plan: broken }),
        () => bed.lake.stream(table, { plan: broken }, async () => undefined),
        () => bed.lake.export(table, { plan: broken, format: { kind: "csv" }, to: join(bed.dir, "never") }),
        () => bed.lake.query({ sql: "SELECT * FROM t", tables: { t: { table, plan: broken } } }),
        () => bed.lake.compute({ tables: { t: { table, plan: broken } }, query }, async () => undefined),
        () => bed.lake.plannedQueries({ t: { table, plan: broken } }),
      ];
      for (const work of works) expect(await failure(work())).toEqual(refused);
    }
  });
});
