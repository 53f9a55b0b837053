import type { RowFilter } from "@granary/protocol";
import { multipartForm, startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let maker: TestUser;

const LONG = "x".repeat(600);
const STOCK = [
  "sku,name,price,sold,listed_on,checked_at,is_open",
  "A-1,Anna's lamp,10.50,3,2026-01-31,2026-01-31 08:00:00,true",
  "A-2,50% chair,7.25,12,2026-02-01,2026-02-01 09:30:00,false",
  "A-3,Été table,0.10,,2026-02-02,2026-02-02 00:00:00,true",
  `B-1,${LONG},99.99,7,2026-02-03,2026-02-03 12:00:00,false`,
  "B-2,,10.50,3,2026-02-04,2026-02-04 23:59:59,true",
  "",
].join("\n");

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  maker = await server.user({ roles: ["contributor"], name: "Mia Maker" });
  const loaded = await server.request("POST", "/datasets?wait=true", { as: maker, ...multipartForm({ name: "Stock" }, { name: "stock.csv", content: STOCK }) });
  if (loaded.body.batch?.rows !== 5) throw new Error(loaded.text);
});
afterAll(() => server[Symbol.asyncDispose]());

const get = (path: string, query: Readonly<Record<string, string>> = {}, as: TestUser = maker) =>
  server.request("GET", `/datasets/stock${path}?${new URLSearchParams(query)}`, { as });

const filtered = (filter: RowFilter | object) => get("/rows", { filter: JSON.stringify(filter), columns: "sku" });
const skus = async (filter: RowFilter | object) => (await filtered(filter)).body.rows.flat();

describe("filters", () => {
  it.each<[string, RowFilter, string[]]>([
    ["a decimal", { column: "price", op: "eq", value: "10.5" }, ["A-1", "B-2"]],
    ["a decimal with more places than the column", { column: "price", op: "gt", value: "10.4999" }, ["A-1", "B-1", "B-2"]],
    ["a range", { column: "price", op: "between", values: ["0.10", "7.25"] }, ["A-2", "A-3"]],
    ["a whole number", { column: "sold", op: "ge", value: "7" }, ["A-2", "B-1"]],
    ["a whole number beyond the column's range", { column: "sold", op: "lt", value: "99999999999999999999999" }, ["A-1", "A-2", "B-1", "B-2"]],
    ["a list", { column: "sku", op: "in", values: ["A-3", "B-2", "Z"] }, ["A-3", "B-2"]],
    ["an empty list", { column: "sku", op: "in", values: [] }, []],
    ["a date", { column: "listed_on", op: "le", value: "2026-02-01" }, ["A-1", "A-2"]],
    ["a time", { column: "checked_at", op: "ge", value: "2026-02-03T12:00" }, ["B-1", "B-2"]],
    ["a day as a time", { column: "checked_at", op: "eq", value: "2026-02-02" }, ["A-3"]],
    ["a truth", { column: "is_open", op: "eq", value: "TRUE" }, ["A-1", "A-3", "B-2"]],
    ["a part without regard to case", { column: "name", op: "contains", value: "ANNA'S" }, ["A-1"]],
    ["a wildcard as itself", { column: "name", op: "contains", value: "50%" }, ["A-2"]],
    ["a part of a number", { column: "price", op: "ends_with", value: ".50" }, ["A-1", "B-2"]],
    ["a start", { column: "sku", op: "starts_with", value: "b" }, ["B-1", "B-2"]],
    ["a regular expression", { column: "sku", op: "matches", value: "^[AB]-1$" }, ["A-1", "B-1"]],
    ["a missing value", { column: "sold", op: "is_null" }, ["A-3"]],
    ["what is there", { column: "sold", op: "is_not_null" }, ["A-1", "A-2", "B-1", "B-2"]],
    ["another value, missing ones included", { column: "sold", op: "ne", value: "3" }, ["A-2", "A-3", "B-1"]],
    [
      "all of some",
      {
        and: [
          { column: "price", op: "eq", value: "10.50" },
          { column: "is_open", op: "eq", value: "true" },
        ],
      },
      ["A-1", "B-2"],
    ],
    [
      "any of some",
      {
        or: [
          { column: "sku", op: "eq", value: "A-1" },
          { column: "sold", op: "is_null" },
        ],
      },
      ["A-1", "A-3"],
    ],
    ["nothing of nothing", { or: [] }, []],
  ])("finds %s", async (_what, filter, expected) => {
    expect(await skus(filter)).toEqual(expected);
    const others = await skus({ not: filter });
    expect(new Set([...expected, ...others])).toEqual(new Set(["A-1", "A-2", "A-3", "B-1", "B-2"]));
    expect(expected.length + others.length).toBe(5);
  });

  it("names every condition that cannot be", async () => {
    const conditions = [
      { column: "colour", op: "eq", value: "red" },
      { column: "price", op: "eq", value: "cheap" },
      { column: "sold", op: "in", values: ["1", "2.5"] },
      { column: "listed_on", op: "gt", value: "2026-02-30" },
    ];
    const response = await filtered({ and: conditions });
    expect([response.status, response.body.code]).toEqual([400, "request.invalid"]);
    expect(response.body.errors.map((issue: { path: string }) => issue.path)).toEqual([
      "query.filter.and.0.column",
      "query.filter.and.1.value",
      "query.filter.and.2.values.1",
      "query.filter.and.3.value",
    ]);
    expect(response.body.errors[1].message).toBe('"cheap" is not a decimal number of at most 38 digits, which the column price holds');
  });

  it.each([
    ["a broken regular expression", { column: "sku", op: "matches", value: "(" }, "query.filter.value"],
    ["one of another kind", { not: { column: "sku", op: "matches", value: "(?=x)" } }, "query.filter.not.value"],
    ["no condition", {}, "query.filter.column"],
  ])("refuses %s", async (_what, filter, path) => {
    const response = await filtered(filter);
    expect([response.status, response.body.errors[0].path]).toEqual([400, path]);
  });
});

describe("sorting, columns and search", () => {
  it("sorts by several columns, missing values last", async () => {
    expect((await get("/rows", { sort: "-sold,sku", columns: "sku" })).body.rows.flat()).toEqual(["A-2", "B-1", "A-1", "B-2", "A-3"]);
  });

  it("answers the columns asked for in their order", async () => {
    const { body } = await get("/rows", { columns: '["price","sku"]', limit: "1" });
    expect(body.columns.map((column: { name: string }) => column.name)).toEqual(["price", "sku"]);
    expect(body.rows).toEqual([["10.50", "A-1"]]);
  });

  it("looks for a text in the columns asked for", async () => {
    expect((await get("/rows", { q: "CHAIR", columns: "sku,name" })).body.rows).toEqual([["A-2", "50% chair"]]);
    expect((await get("/rows", { q: "chair", columns: "sku" })).body.rows).toEqual([]);
    expect((await get("/rows/count", { q: "chair", columns: "sku,name" })).body).toEqual({ rows: 1, isExact: true, dataVersion: 1 });
  });

  it.each([
    ["an unknown column", { columns: "sku,colour" }, "query.columns"],
    ["a column twice", { columns: "sku,sku" }, "query.columns"],
    ["an order by an unknown column", { sort: "-colour" }, "query.sort"],
    ["a list that is none", { columns: "[1]" }, "query.columns"],
    ["a batch of no such dataset", { batch_id: "bat_0123456789abcdefghjkmnpqrs" }, "query.batch_id"],
    ["going back from nowhere", { direction: "previous" }, "query.direction"],
  ])("refuses %s", async (_what, query, path) => {
    const response = await get("/rows", query);
    expect([response.status, response.body.errors[0].path]).toEqual([400, path]);
  });
});

describe("pages", () => {
  it.each([[{}], [{ sort: "-price" }], [{ filter: JSON.stringify({ column: "price", op: "gt", value: "1" }), sort: "name" }]])(
    "go forwards and back the same way with %j",
    async (query) => {
      const all = (await get("/rows", { ...query, columns: "sku" })).body.rows.flat();
      const seen: string[] = [];
      let page = (await get("/rows", { ...query, columns: "sku", limit: "2" })).body;
      expect(page.previous).toBeNull();
      for (seen.push(...page.rows.flat()); page.next !== null; seen.push(...page.rows.flat()))
        page = (await get("/rows", { ...query, columns: "sku", limit: "2", cursor: page.next })).body;
      expect(seen).toEqual(all);
      const back = (await get("/rows", { ...query, columns: "sku", limit: "2", cursor: page.previous, direction: "previous" })).body;
      const before = all.length - page.rows.length;
      expect(back.rows.flat()).toEqual(all.slice(Math.max(0, before - 2), before));
    },
  );

  it("refuses a cursor of another order", async () => {
    const { next } = (await get("/rows", { limit: "1" })).body;
    expect((await get("/rows", { limit: "1", cursor: next, sort: "sku" })).body.code).toBe("lake.cursor_invalid");
  });

  it("shortens long cells and says which, unless the exact ones are asked for", async () => {
    const short = (await get("/rows", { columns: "sku,name" })).body;
    expect(short.cut).toEqual([[3, 1]]);
    expect(short.rows[3][1]).toBe("x".repeat(500));
    const full = (await get("/rows", { columns: "sku,name", full: "true" })).body;
    expect([full.cut, full.rows[3][1]]).toEqual([[], LONG]);
  });
});

describe("versions", () => {
  it("are found by number and by instant", async () => {
    const { createdAt } = (await get("")).body;
    expect((await get("/rows", { version: "1" })).body.dataVersion).toBe(1);
    expect((await get("/rows", { version: new Date(Date.now() + 60_000).toISOString() })).body.dataVersion).toBe(1);
    for (const version of ["2", "no such name", new Date(Date.parse(createdAt) - 60_000).toISOString()]) {
      const response = await get("/rows", { version });
      expect([version, response.status, response.body.code]).toEqual([version, 404, "dataset.version_not_found"]);
    }
  });
});

describe("keys", () => {
  it("are told apart from a dataset without any", async () => {
    expect((await get("/rows/by-key", { key: '["A-1"]' })).body.code).toBe("dataset.no_keys");
    expect((await get("/rows/by-key", { key: "A-1" })).body.errors[0].path).toBe("query.key");
    expect((await get("/rows")).body).not.toHaveProperty("rowKeys");
  });
});

describe("a dataset with key columns and a named version", () => {
  const ofKeyed = (path: string, query: Readonly<Record<string, string>> = {}) =>
    server.request("GET", `/datasets/keyed${path}?${new URLSearchParams(query)}`, { as: maker });

  beforeAll(async () => {
    const content = "code,name,part\nA,Anna,1\nB,Bob,2\nA,Abel,2\n";
    const loaded = await server.request("POST", "/datasets?wait=true", { as: maker, ...multipartForm({ name: "Keyed" }, { name: "keyed.csv", content }) });
    const dataset = `/datasets/${loaded.body.dataset.id}`;
    const body = { changes: [{ kind: "keys", columns: ["code", "part"] }] };
    await server.request("PATCH", `${dataset}/schema`, { as: maker, body, headers: { "if-match": '"1"' } });
    await server.request("PUT", `${dataset}/versions/2/name`, { as: maker, body: { name: "first delivery" } });
  });

  it("tells the keys of rows, whichever columns are shown", async () => {
    const { body } = await ofKeyed("/rows", { columns: "name" });
    expect(body.columns).toHaveLength(1);
    expect(body.rows).toEqual([["Anna"], ["Bob"], ["Abel"]]);
    expect(body.rowKeys).toEqual([
      ["A", "1"],
      ["B", "2"],
      ["A", "2"],
    ]);
  });

  it("finds a row by its key", async () => {
    expect((await ofKeyed("/rows/by-key", { key: '["A","2"]' })).body).toMatchObject({ row: ["A", "Abel", "2"], isUnique: true, dataVersion: 2 });
    expect((await ofKeyed("/rows/by-key", { key: '["C","2"]' })).body.code).toBe("dataset.row_not_found");
    const response = await ofKeyed("/rows/by-key", { key: '["A"]' });
    expect([response.status, response.body.errors[0].message]).toEqual([400, "must be a list of 2: code, part"]);
  });

  it("does not search in keys that are not shown", async () => {
    expect((await ofKeyed("/rows", { columns: "name", q: "2" })).body.rows).toEqual([]);
  });

  it("is read at the version of that name", async () => {
    expect((await ofKeyed("/rows", { version: "first delivery" })).body.dataVersion).toBe(2);
    expect((await ofKeyed("/rows", { version: "second delivery" })).body.code).toBe("dataset.version_not_found");
  });
});

describe("column statistics", () => {
  const statsOf = async (query: Readonly<Record<string, string>> = {}) => {
    const { body } = await get("/columns/stats", query);
    return { ...body, byName: new Map(body.columns.map((column: { name: string }) => [column.name, column])) };
  };

  it("tell what the columns hold", async () => {
    const { rows, byName } = await statsOf();
    expect(rows).toBe(5);
    expect(byName.get("sold")).toMatchObject({ nulls: 1, distinct: 3, isDistinctApproximate: false, min: "3", max: "12", masked: false });
    expect(byName.get("price")).toMatchObject({ type: "decimal", nulls: 0, min: "0.10", max: "99.99" });
    expect(byName.get("price").top[0]).toEqual({ value: "10.50", count: 2 });
    const counts = byName.get("price").bins.map((bin: { count: number }) => bin.count);
    expect(counts.reduce((sum: number, count: number) => sum + count, 0)).toBe(5);
    expect(byName.get("is_open")).toMatchObject({
      bins: [],
      top: [
        { value: "true", count: 3 },
        { value: "false", count: 2 },
      ],
    });
  });

  it("are those of the rows asked for", async () => {
    const filter = JSON.stringify({ column: "sku", op: "starts_with", value: "A" });
    const { rows, byName } = await statsOf({ filter, columns: "price" });
    expect([rows, byName.size, byName.get("price").max]).toEqual([3, 1, "10.50"]);
    expect((await statsOf({ columns: "price" })).byName.get("price").max).toBe("99.99");
  });
});

describe("access", () => {
  it("answers 404 to whoever may not see the dataset", async () => {
    const stranger = await server.user({ roles: ["data_analyst"] });
    for (const path of ["/rows", "/rows/count", "/columns/stats", "/download"]) {
      const response = await get(path, {}, stranger);
      expect([path, response.status, response.body.code]).toEqual([path, 404, "dataset.not_found"]);
    }
  });
});
