import { readFileSync } from "node:fs";
import { join } from "node:path";
import { and, cast, column, compare, type Expression, inList, isNull, like, literal, structField } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import type { FileIo, IcebergType, OpenTable, PageRequest, ReadPlan } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { equalityDeleteFile, type HandMade, stagedChange } from "./hand-made.ts";
import { everything, type TestLake, testLake } from "./lake.ts";
import { type Cell, field, rowsFor, schemaOf } from "./rows.ts";
import { warehouseLake } from "./warehouse-lake.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(() => bed[Symbol.asyncDispose]());

async function create(tableName: string, columns: Readonly<Record<string, IcebergType>>, rows: readonly (readonly Cell[])[]): Promise<OpenTable> {
  const schema = schemaOf(Object.entries(columns).map(([name, type], index) => field(index + 1, name, type)));
  const definition = { properties: { "write.delete.mode": "merge-on-read" } };
  const source = rowsFor(schema, Object.keys(columns), rows);
  await bed.publish(await bed.lake.stageCreate({ workspaceId: bed.workspaceId, tableName, schema, source, definition }));
  return bed.open(tableName);
}

async function append(table: OpenTable, rows: readonly (readonly Cell[])[]): Promise<OpenTable> {
  const names = table.schema.fields.map((item) => item.name);
  await bed.publish(await bed.lake.stageAppend({ table, source: rowsFor(table.schema, names, rows) }));
  return bed.open(table.tableName);
}

const rowsOf = async (table: OpenTable, request: Partial<PageRequest> = {}): Promise<readonly (readonly unknown[])[]> =>
  (await bed.lake.rows(table, { plan: everything(table), limit: 1_000, ...request })).rows;

describe("a search", () => {
  it.each([
    ["50%", ["50%"]],
    ["a_b", ["a_b"]],
    ["!", ["wow!", "!%_!"]],
    ["%_", ["!%_!"]],
    ["\\", ["back\\slash"]],
    ["STRASSE", ["Strasse"]],
    ["äö", ["ÄÖ"]],
    ["'; drop", ["'; DROP TABLE"]],
    ["nothing", []],
    ["", ["50%", "500", "a_b", "axb", "wow!", "!%_!", "back\\slash", "Strasse", "ÄÖ", "'; DROP TABLE", null]],
  ])("finds %j as it is written, without regard to case", async (text, expected) => {
    const values = ["50%", "500", "a_b", "axb", "wow!", "!%_!", "back\\slash", "Strasse", "ÄÖ", "'; DROP TABLE", null];
    const table = await bed.open("searched").catch(() =>
      create(
        "searched",
        { t: "string" },
        values.map((value) => [value]),
      ),
    );
    expect((await rowsOf(table, { search: { text } })).map(([value]) => value)).toEqual(expected);
    expect(await bed.lake.count(table, { plan: everything(table), search: { text } })).toBe(expected.length);
  });

  it("looks into numbers, dates and nested values as they are read, in the named columns only", async () => {
    const tags: IcebergType = { type: "list", "element-id": 50, "element-required": false, element: "string" };
    const table = await create("search_types", { n: "decimal(9, 2)", d: "date", tags }, [
      ["12.50", "2024-02-29", "[red, blue]"],
      ["7.00", "1999-12-31", "[]"],
    ]);
    const found = async (text: string, columns?: readonly string[]): Promise<number> =>
      (await rowsOf(table, { search: { text, ...(columns === undefined ? {} : { columns }) } })).length;
    expect([await found("2.5"), await found("02-29"), await found("blue"), await found("1999", ["n"]), await found("1999", ["n", "d"])]).toEqual([
      1, 1, 1, 0, 1,
    ]);
  });
});

describe("a table whose columns changed", () => {
  const inner = (first: string): IcebergType => ({ type: "struct", fields: [field(10, first, "string"), field(11, "no", "int")] });
  const people: IcebergType = { type: "list", "element-id": 12, "element-required": false, element: { type: "struct", fields: [field(13, "nick", "string")] } };

  it("is filtered, sorted, searched, counted, exported and queried by what its columns are called now", async () => {
    let table = await create("evolved", { id: "int", old: "string", at: inner("street"), people }, [
      ["1", "x", "{'street': Main, 'no': 7}", "[{'nick': ann}]"],
      ["2", "y", null, "[]"],
      ["3", "z", "{'street': NULL, 'no': 9}", null],
    ]);
    const ref = { workspaceId: bed.workspaceId, tableName: "evolved" };
    const before = table;
    await bed.tx((tx) =>
      bed.lake.evolveSchema(tx, ref, {
        changes: [
          { kind: "rename", fieldId: 2, name: "fresh" },
          { kind: "rename", fieldId: 10, name: "road" },
          { kind: "rename", fieldId: 13, name: "called" },
          { kind: "widen", fieldId: 1, type: "long" },
          { kind: "widen", fieldId: 11, type: "long" },
          { kind: "add", name: "street", type: "string", parent: 3 },
          { kind: "add", name: "old", type: "int" },
          { kind: "move", fieldId: 2, after: null },
        ],
      }),
    );
    table = await append(await bed.open("evolved"), [["w", "5000000000", "{'road': Side, 'no': 6000000000, 'street': new}", "[{'called': bob}]", "8"]]);
    expect(table.columns.map((item) => item.name)).toEqual(["fresh", "id", "at", "people", "old"]);
    const rows = [
      ["x", "1", { road: "Main", no: "7", street: null }, [{ called: "ann" }], null],
      ["y", "2", null, [], null],
      ["z", "3", { road: null, no: "9", street: null }, null, null],
      ["w", "5000000000", { road: "Side", no: "6000000000", street: "new" }, [{ called: "bob" }], 8],
    ];
    expect(await rowsOf(table)).toEqual(rows);
    expect(await rowsOf(table, { orderBy: [{ column: "fresh", direction: "asc" }] })).toEqual([rows[3], rows[0], rows[1], rows[2]]);
    expect(await rowsOf(table, { filter: compare(structField(column("at"), "road"), "=", literal("Main")) })).toEqual([rows[0]]);
    expect(await rowsOf(table, { filter: compare(column("id"), ">", literal(3)), search: { text: "side" } })).toEqual([rows[3]]);
    expect(await bed.lake.count(table, { plan: everything(table), filter: isNull(column("old")) })).toBe(3);
    const to = join(bed.dir, "evolved.ndjson");
    await bed.lake.export(table, { plan: everything(table), format: { kind: "ndjson" }, to });
    expect(readFileSync(to, "utf8").split("\n")[0]).toBe(
      '{"fresh":"x","id":1,"at":{"road":"Main","no":7,"street":null},"people":[{"called":"ann"}],"old":null}',
    );
    const sql = "SELECT fresh, e.at.road, people[1].called FROM evolved e WHERE e.at.no > 8 ORDER BY fresh";
    await using result = await bed.lake.query({ sql, tables: { evolved: { table, plan: everything(table) } } });
    expect((await Array.fromAsync(result.batches)).flat()).toEqual([
      ["w", "Side", "bob"],
      ["z", null, null],
    ]);
    expect((await rowsOf(before))[0]).toEqual([1, "x", { street: "Main", no: 7 }, [{ nick: "ann" }]]);
  });

  it("never shows a dropped column's values in a new one of its name", async () => {
    const table = await create("readded", { id: "int", v: "string" }, [["1", "old"]]);
    const ref = { workspaceId: bed.workspaceId, tableName: "readded" };
    await bed.tx((tx) =>
      bed.lake.evolveSchema(tx, ref, {
        changes: [
          { kind: "drop", fieldId: 2 },
          { kind: "add", name: "v", type: "string" },
        ],
      }),
    );
    const now = await append(await bed.open("readded"), [["2", "new"]]);
    expect(await rowsOf(now)).toEqual([
      [1, null],
      [2, "new"],
    ]);
    expect(await bed.lake.count(now, { plan: everything(now), filter: compare(column("v"), "=", literal("old")) })).toBe(0);
    expect(await rowsOf(table)).toEqual([[1, "old"]]);
  });

  it("applies deletes by a column that was dropped since", async () => {
    const table = await create("dropped_key", { id: "int", key: "string" }, [
      ["1", "a"],
      ["2", "b"],
      ["3", null],
    ]);
    const made: HandMade = { columns: [{ fieldId: 2, name: "key", type: "string", sqlType: { kind: "text" } }], location: table.location };
    const deletes = await equalityDeleteFile(bed, made, [2], [["a"], [null]]);
    await bed.publish({ ...stagedChange(bed, "dropped_key", made, { added: [deletes], tableUuid: table.tableUuid }), schema: table.schema });
    await bed.tx((tx) => bed.lake.evolveSchema(tx, { workspaceId: bed.workspaceId, tableName: "dropped_key" }, { changes: [{ kind: "drop", fieldId: 2 }] }));
    const now = await bed.open("dropped_key");
    expect(await rowsOf(now)).toEqual([[2]]);
    expect(await bed.lake.count(now, { plan: everything(now) })).toBe(1);
  });
});

describe("people's SQL", () => {
  it("joins tables and versions of them, and sees only those it was given", async () => {
    const orders = await create("orders", { id: "int", customer: "int", amount: "decimal(9, 2)" }, [
      ["1", "1", "10.00"],
      ["2", "2", "5.50"],
    ]);
    const later = await append(orders, [["3", "1", "0.25"]]);
    const customers = await create("customers", { id: "int", name: "string" }, [
      ["1", "Ada"],
      ["2", "Bo"],
    ]);
    const sql = `SELECT c.name, count(*), sum(o.amount), (SELECT count(*) FROM orders AT (VERSION => 1))
      FROM orders o JOIN customers c ON c.id = o.customer GROUP BY c.name ORDER BY c.name`;
    const check = await bed.engine.checkSql(sql);
    expect(check.tables.map((item) => item.key).toSorted()).toEqual(["customers", "orders", "orders at version 1"]);
    const versions: Readonly<Record<string, OpenTable>> = { orders: later, "orders at version 1": orders, customers };
    const tables = Object.fromEntries(Object.entries(versions).map(([key, table]) => [key, { table, plan: everything(table) }]));
    await using result = await bed.lake.query({ sql, tables });
    expect((await Array.fromAsync(result.batches)).flat()).toEqual([
      ["Ada", "2", "10.25", "2"],
      ["Bo", "1", "5.50", "2"],
    ]);
    const unknown = bed.lake.query({ sql: "SELECT * FROM salaries", tables });
    await expect(unknown).rejects.toMatchObject({ code: "sql.unknown_table" });
    for (const path of [orders.entries[0]?.file.uri ?? "", "/etc/passwd"]) {
      await expect(bed.lake.query({ sql: `SELECT * FROM read_parquet('${path.replace("file://", "")}')`, tables })).rejects.toMatchObject({
        code: "sql.function_not_allowed",
      });
    }
  });
});

describe("a cursor", () => {
  const nextOf = async (table: OpenTable, request: PageRequest): Promise<string> => (await bed.lake.rows(table, request)).next ?? "";

  it("belongs to its snapshot and order, and lets no other text pass", async () => {
    const table = await create(
      "cursors",
      { id: "int" },
      Array.from({ length: 5 }, (_, id) => [String(id)]),
    );
    const plan = everything(table);
    const orderBy = [{ column: "id", direction: "desc" }] as const;
    const next = await nextOf(table, { plan, limit: 2 });
    const sorted = await nextOf(table, { plan, limit: 2, orderBy });
    const of = (text: string): string => Buffer.from(text).toString("base64url");
    const [snapshotId, , , order] = Buffer.from(next, "base64url").toString().split(".");
    const codeOf = (request: Partial<PageRequest>): Promise<unknown> =>
      bed.lake.rows(table, { plan, limit: 2, ...request }).then(
        (page) => page.rows,
        (error: unknown) => (isAppError(error) ? error.code : error),
      );
    expect(await codeOf({ after: next })).toEqual([[2], [3]]);
    expect(await codeOf({ after: sorted, orderBy })).toEqual([[2], [1]]);
    const wrong: readonly Partial<PageRequest>[] = [
      { after: next, orderBy },
      { after: sorted },
      { after: sorted, orderBy: [{ column: "id", direction: "asc" }] },
      { after: "" },
      { after: "%%%" },
      { after: of(`${snapshotId}.1.0.${order}`) },
      { after: of(`${snapshotId}.0.-1.${order}`) },
      { after: of(`1${snapshotId}.0.0.${order}`) },
      { after: of(`${snapshotId}.0.0.${order}'`) },
      { before: of(`${snapshotId}.0.0.zzzzzzzz`) },
    ];
    for (const request of wrong) expect(await codeOf(request), JSON.stringify(request)).toBe("lake.cursor_invalid");
    expect(await codeOf({ after: next, before: next })).toBe("lake.read_invalid");
    const beyond = Buffer.from(sorted, "base64url")
      .toString()
      .replace(/\.\d+\.([0-9a-f]{8})$/, ".999.$1");
    expect(await codeOf({ after: of(beyond), orderBy })).toBe("lake.cursor_invalid");
    const later = await append(table, [["9"]]);
    expect((await bed.lake.rows(table, { plan, limit: 9, after: next })).rows).toEqual([[2], [3], [4]]);
    await expect(bed.lake.rows(later, { plan, limit: 9, after: next })).rejects.toMatchObject({ code: "lake.cursor_invalid" });
  });
});

describe("a reader who goes away", () => {
  it("stops a stream, a page, an export and a query, and the next one is served", async () => {
    const { workspaceId } = bed;
    const schema = schemaOf([field(1, "id", "long"), field(2, "t", "string")]);
    const items = [
      { expression: cast(column("position"), { kind: "bigint" } as const), as: "id" },
      { expression: cast(column("position"), { kind: "text" } as const), as: "t" },
    ];
    const query = { kind: "select", items, from: { kind: "sequence", length: 60_000 } } as const;
    await bed.publish(await bed.lake.stageCreate({ workspaceId, tableName: "long", schema, source: { query } }));
    const table = await bed.open("long");
    const plan = everything(table);
    const stopped = new AbortController();
    let seen = 0;
    const stream = bed.lake.stream(table, { plan, signal: stopped.signal }, async ({ batches }) => {
      for await (const batch of batches) {
        seen += batch.length;
        stopped.abort();
      }
    });
    await expect(stream).rejects.toMatchObject({ code: "engine.cancelled" });
    expect(seen).toBeLessThan(60_000);
    const { signal } = stopped;
    const to = join(bed.dir, "cancelled.csv");
    await expect(bed.lake.rows(table, { plan, limit: 5, signal })).rejects.toMatchObject({ code: "engine.cancelled" });
    await expect(bed.lake.count(table, { plan, signal, filter: compare(column("id"), ">", literal(5)) })).rejects.toMatchObject({ code: "engine.cancelled" });
    await expect(bed.lake.export(table, { plan, format: { kind: "csv" }, to, signal })).rejects.toMatchObject({ code: "engine.cancelled" });
    expect(() => readFileSync(to)).toThrow("ENOENT");
    await expect(bed.lake.query({ sql: "SELECT * FROM long", tables: { long: { table, plan } }, signal })).rejects.toMatchObject({ code: "engine.cancelled" });
    // One who takes a few rows and leaves.
    const few = await bed.lake.stream(table, { plan }, async ({ batches }) => {
      for await (const batch of batches) return batch.length;
      return 0;
    });
    expect(few).toBeGreaterThan(0);
    expect(await bed.lake.count(table, { plan })).toBe(60_000);
  });
});

describe("files that cannot hold a row asked for", () => {
  let table: OpenTable;
  let opened: string[];
  let lake: TestLake["lake"];
  let plan: ReadPlan;
  beforeAll(async () => {
    table = await create("many", { id: "int", t: "string", day: "date" }, [["0", "a", "2024-01-01"]]);
    for (let file = 1; file < 6; file += 1) {
      table = await append(table, [
        [String(file * 10), `${"abcdef"[file] ?? ""}x`, `2024-0${file + 1}-01`],
        [String(file * 10 + 9), null, `2024-0${file + 1}-28`],
      ]);
    }
    plan = everything(table);
    const counted: FileIo = Object.create(bed.fileIo, {
      open: {
        value: (file: Parameters<FileIo["open"]>[0]) => {
          opened.push(file.uri);
          return bed.fileIo.open(file);
        },
      },
    }) as FileIo;
    lake = warehouseLake(bed.warehouse, bed.engine, counted);
  });

  const id = column("id");
  it.each<[string, Expression, number, number]>([
    ["a value", compare(id, "=", literal(29)), 1, 1],
    ["a range", and(compare(id, ">=", literal(15)), compare(id, "<", literal(31))), 3, 4],
    ["a value in no file", compare(id, "=", literal(15)), 1, 0],
    ["values", inList(id, [literal(0), literal(59)]), 2, 2],
    ["a beginning", like(column("t"), literal("c%")), 1, 1],
    ["a day", compare(column("day"), ">", cast(literal("2024-05-15"), { kind: "date" })), 2, 3],
    ["a missing value", isNull(column("t")), 5, 5],
    ["something the bounds cannot tell", compare(cast(id, { kind: "text" }), "=", literal("29")), 6, 1],
  ])("are not even opened for %s", async (_, filter, files, rows) => {
    opened = [];
    expect(await lake.count(table, { plan, filter })).toBe(rows);
    // A value between the files' bounds may still be inside one of them, as far as these tell.
    expect(new Set(opened).size).toBeLessThanOrEqual(files);
    expect(opened.length > 0 || rows === 0).toBe(true);
    opened = [];
    expect((await lake.rows(table, { plan, filter, limit: 100 })).rows.length).toBe(rows);
    expect(new Set(opened).size).toBeLessThanOrEqual(files);
  });

  it("are not opened for a page, sorted by their bounds or in stored order, or for a count", async () => {
    opened = [];
    expect((await lake.rows(table, { plan, limit: 2 })).rows.map(([value]) => value)).toEqual([0, 10]);
    expect(opened.length).toBe(2);
    opened = [];
    const orderBy = [{ column: "day", direction: "desc" }] as const;
    expect((await lake.rows(table, { plan, limit: 1, orderBy })).rows.map(([value]) => value)).toEqual([59]);
    expect(opened.length).toBe(1);
    opened = [];
    expect(await lake.count(table, { plan })).toBe(11);
    expect(opened).toEqual([]);
  });
});
