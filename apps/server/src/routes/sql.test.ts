import { multipartForm, startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let ada: TestUser;
let bob: TestUser;

async function upload(name: string, content: string, as: TestUser, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const { body, text } = await server.request("POST", "/datasets?wait=true", { as, ...multipartForm({ name, ...more }, { name: "data.csv", content }) });
  if (body.batch?.status !== "loaded") throw new Error(text);
  return body.dataset.id;
}

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  ada = await server.user({ roles: ["data_engineer"], name: "Ada Analyst" });
  bob = await server.user({ roles: ["data_engineer"], name: "Bob Builder" });
  const orders = await upload("Orders", "id,customer,amount,at\n1,ann,10.50,2026-01-31\n2,bob,7.25,2026-02-01\n3,ann,0.10,2026-02-02\n", ada);
  await upload("Order items", "order id,sku\n1,A-1\n2,B-1\n", ada);
  await upload("Payroll", "person,salary\nann,5000\n", bob, { visibility: "private" });
  const sent = "id,customer,amount,at\n4,cem,99.90,2026-03-01\n";
  const { body } = await server.request("POST", "/uploads", { as: ada, body: { fileName: "more.csv", bytes: Buffer.byteLength(sent) } });
  await server.request("PATCH", `/uploads/${body.id}?offset=0`, { as: ada, body: Buffer.from(sent), headers: { "content-type": "application/octet-stream" } });
  const loaded = await server.request("POST", `/datasets/${orders}/batches?wait=true`, { as: ada, body: { uploadId: body.id } });
  if (loaded.body.batch?.version !== 2) throw new Error(loaded.text);
});
afterAll(() => server[Symbol.asyncDispose]());

const run = (sql: string, more: Readonly<Record<string, unknown>> = {}, as = ada) => server.request("POST", "/sql/queries", { as, body: { sql, ...more } });
const rowsOf = async (sql: string, more: Readonly<Record<string, unknown>> = {}, as = ada) => {
  const response = await run(sql, more, as);
  if (response.status !== 200) throw new Error(response.text);
  return response.body.page.rows;
};
const codeOf = ({ status, body }: TestResponse): string => `${status} ${body.code}`;

describe("running a query", () => {
  it("answers the first rows with columns, types and figures", async () => {
    const { status, body } = await run("SELECT customer, count(*) AS orders, sum(amount) AS total FROM orders GROUP BY customer ORDER BY customer");
    expect(status).toBe(200);
    expect(body.page).toEqual({
      columns: [
        { name: "customer", type: "text", storedType: "VARCHAR", masked: false },
        { name: "orders", type: "integer", storedType: "BIGINT", masked: false },
        { name: "total", type: "decimal", storedType: "DECIMAL(38,2)", masked: false },
      ],
      rows: [
        ["ann", "2", "10.60"],
        ["bob", "1", "7.25"],
        ["cem", "1", "99.90"],
      ],
      next: null,
      cut: [],
    });
    expect(body.query).toMatchObject({ status: "succeeded", rows: 3, cut: null, error: null, datasets: [{ name: "Orders", version: 2 }] });
    expect(body.query.expiresAt).not.toBeNull();
  });

  it("finds datasets by names in quotes, whatever their case, and joins them", async () => {
    expect(await rowsOf('SELECT o.customer, i.sku FROM ORDERS o JOIN "order items" i ON i."order id" = o.id ORDER BY o.id')).toEqual([
      ["ann", "A-1"],
      ["bob", "B-1"],
    ]);
  });

  it("reads versions by number, by name, by the query's own version and by time", async () => {
    const numbers = await rowsOf(
      "SELECT (SELECT count(*) FROM orders AT (VERSION => 1)), (SELECT count(*) FROM orders AT (VERSION => 2)), (SELECT count(*) FROM orders)",
    );
    expect(numbers).toEqual([["3", "4", "4"]]);
    expect(await rowsOf("SELECT count(*) FROM orders", { at: "1" })).toEqual([["3"]]);
    expect(await rowsOf("SELECT count(*) FROM orders AT (TIMESTAMP => '2999-01-01')")).toEqual([["4"]]);
    await server.request("PUT", "/datasets/orders/versions/1/name", { as: ada, body: { name: "first load" } });
    expect(await rowsOf("SELECT count(*) FROM orders AT (VERSION => 'first load')")).toEqual([["3"]]);
    const early = await run("SELECT 1\nFROM orders AT (TIMESTAMP => '2001-01-01 10:00')");
    expect([codeOf(early), early.body.place]).toEqual(["422 sql.unknown_version", { line: 2, column: 6 }]);
    expect(codeOf(await run("FROM orders AT (VERSION => 99)"))).toBe("422 sql.unknown_version");
  });

  it("pages through what it kept, and cuts at the rows asked for", async () => {
    const { body } = await run("SELECT i, repeat('x', 600) AS long FROM range(25) t(i)", { limit: 10, maxRows: 20 });
    expect(body.query).toMatchObject({ rows: 20, cut: "rows" });
    expect(body.page.cut).toHaveLength(10);
    const path = `/sql/queries/${body.query.id}/rows`;
    const second = await server.request("GET", `${path}?limit=10&full=true&cursor=${body.page.next}`, { as: ada });
    expect(second.body.rows.map((row: string[]) => row[0])).toEqual(["10", "11", "12", "13", "14", "15", "16", "17", "18", "19"]);
    expect([second.body.rows[0][1].length, second.body.next, second.body.cut]).toEqual([600, null, []]);
    const made = await server.request("GET", `${path}?cursor=${Buffer.from("[3]").toString("base64url")}`, { as: ada });
    expect([made.status, made.body.errors[0].path]).toEqual([400, "query.cursor"]);
  });

  it("gives columns of one name names of their own", async () => {
    const { body } = await run('SELECT 1 AS a, 2 AS "A", 3 AS a');
    expect(body.page.columns.map((column: { name: string }) => column.name)).toEqual(["a", "A_2", "a_3"]);
  });

  it("keeps a result from others, and from its owner once the dataset is not theirs to read", async () => {
    const shared = await upload("Shared", "a\n1\n", bob, { visibility: "workspace" });
    const { body } = await run("FROM shared");
    const path = `/sql/queries/${body.query.id}`;
    expect(codeOf(await server.request("GET", `${path}/rows`, { as: bob }))).toBe("404 sql.query_not_found");
    expect((await server.request("GET", `${path}/rows`, { as: ada })).status).toBe(200);
    await server.request("DELETE", `/datasets/${shared}`, { as: bob });
    expect(codeOf(await server.request("GET", `${path}/rows`, { as: ada }))).toBe("410 sql.result_expired");
    expect(codeOf(await server.request("GET", `${path}/download`, { as: ada }))).toBe("410 sql.result_expired");
  });

  it("tells of a dataset somebody may not read as of one that is not there", async () => {
    const [hidden, missing] = [await run("SELECT salary FROM payroll"), await run("SELECT salary FROM payrolls")];
    expect([codeOf(hidden), codeOf(missing)]).toEqual(["422 sql.unknown_table", "422 sql.unknown_table"]);
    expect(hidden.body.detail).toBe(missing.body.detail.replaceAll("payrolls", "payroll"));
    expect(await rowsOf("SELECT salary FROM payroll", {}, bob)).toEqual([["5000"]]);
  });

  it("needs the permission", async () => {
    const viewer = await server.user({ roles: ["viewer"] });
    expect(codeOf(await run("SELECT 1", {}, viewer))).toBe("403 access.denied");
    expect((await server.request("POST", "/sql/queries", { body: { sql: "SELECT 1" } })).status).toBe(401);
  });
});

describe("a running query", () => {
  const ENDLESS = "SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000) c WHERE a.range + b.range = c.range * 7";

  it("is followed and cancelled by its id, and stays in the history", async () => {
    const { status, body } = await run(ENDLESS, { wait: 0 });
    expect([status, body.query.status, body.page]).toEqual([202, "running", null]);
    const path = `/sql/queries/${body.query.id}`;
    expect(codeOf(await server.request("GET", `${path}/rows`, { as: ada }))).toBe("409 sql.no_result");
    expect(codeOf(await server.request("DELETE", path, { as: bob }))).toBe("404 sql.query_not_found");
    expect((await server.request("DELETE", path, { as: ada })).status).toBe(204);
    const after = await server.request("GET", path, { as: ada });
    expect(after.body).toMatchObject({ status: "cancelled", error: { code: "engine.cancelled" }, rows: null });
  });

  it("is cancelled by another process through its row", async () => {
    const { body } = await run(ENDLESS, { wait: 0 });
    const ctx = await server.ctx(ada);
    await ctx.tx((ctx) => ctx.db.updateTable("sql_queries").set({ cancel_asked: true }).where("id", "=", body.query.id).execute());
    const after = await server.request("GET", `/sql/queries/${body.query.id}?wait=20`, { as: ada });
    expect(after.body.status).toBe("cancelled");
  });

  it("is one of at most four of a person", async () => {
    const started = await Promise.all([1, 2, 3, 4].map(() => run(ENDLESS, { wait: 0 })));
    expect(codeOf(await run("SELECT 1"))).toBe("429 sql.too_many_running");
    expect((await run("SELECT 1", { wait: 0 }, bob)).status).toBe(202);
    await Promise.all(started.map(({ body }) => server.request("DELETE", `/sql/queries/${body.query.id}`, { as: ada })));
    expect(await rowsOf("SELECT 1")).toEqual([["1"]]);
  });
});

describe("checking and explaining", () => {
  const check = async (sql: string) => (await server.request("POST", "/sql/check", { as: ada, body: { sql } })).body;

  it.each([
    ["SELECT 1", []],
    ["SELECT\n  customer FORM orders", [["sql.syntax", 2, 17]]],
    ["SELECT * FROM ordres", [["sql.unknown_table", 1, 15]]],
    ["SELECT custmer FROM orders", [["sql.unknown_column", 1, 8]]],
    ["SELECT summ(amount) FROM orders", [["sql.unknown_function", 1, 8]]],
    ["DROP TABLE orders", [["sql.statement_not_allowed", null, null]]],
    ["", [["sql.empty", null, null]]],
  ])("finds what is wrong with %j", async (sql, expected) => {
    const { problems } = await check(sql);
    expect(problems.map((item: { code: string; line: number; column: number }) => [item.code, item.line, item.column])).toEqual(expected);
  });

  it("offers similar names the caller may see", async () => {
    expect((await check("FROM ordres")).problems[0].message).toContain("Did you mean");
    expect((await check("FROM ordres")).problems[0].message.toLowerCase()).toContain("orders");
    expect((await check("FROM payrol")).problems[0].message.toLowerCase()).not.toContain("payroll");
    expect((await check("SELECT custmer FROM orders")).problems[0].message).toContain("customer");
  });

  it("shows the plan with the names of the query and nothing else", async () => {
    const response = await server.request("POST", "/sql/explain", { as: ada, body: { sql: "SELECT customer FROM orders WHERE amount > 5 ORDER BY 1" } });
    expect(response.status).toBe(200);
    expect(response.text).toContain('"table":"Orders"');
    expect(response.text).not.toMatch(/parquet|granary_|\/tmp|file:/);
  });

  it("lists datasets, columns and functions to complete with", async () => {
    const { body } = await server.request("GET", "/sql/completions?q=order", { as: ada });
    expect(body.datasets).toEqual([
      { name: "Order items", columns: [expect.objectContaining({ name: "order id", type: "integer" }), expect.objectContaining({ name: "sku" })] },
      { name: "Orders", columns: expect.arrayContaining([{ name: "amount", type: "decimal" }]) },
    ]);
    expect(body.functions).toContain("date_trunc");
    expect(body.functions).not.toContain("read_csv");
    expect(JSON.stringify((await server.request("GET", "/sql/completions", { as: ada })).body)).not.toContain("Payroll");
  });
});

describe("history and the audit trail", () => {
  it("lists what one ran oneself, failures too, by status and text", async () => {
    const cem = await server.user({ roles: ["data_engineer"] });
    await run("SELECT 1 AS first", {}, cem);
    await run("SELECT broken FROM range(3)", {}, cem);
    const list = async (query = "") => (await server.request("GET", `/sql/history${query}`, { as: cem })).body;
    const all = await list();
    expect(all.items.map((item: { sql: string; status: string }) => [item.sql, item.status])).toEqual([
      ["SELECT broken FROM range(3)", "failed"],
      ["SELECT 1 AS first", "succeeded"],
    ]);
    expect(all.items[0].error).toMatchObject({ code: "sql.unknown_column", line: 1, column: 8 });
    expect((await list("?status=succeeded")).items).toHaveLength(1);
    expect((await list("?q=broken")).items).toHaveLength(1);
    const first = await list("?limit=1");
    expect((await list(`?limit=1&cursor=${first.next}`)).items[0].sql).toBe("SELECT 1 AS first");
  });

  it("tells administrators who ran what over which datasets", async () => {
    const { body } = await run("SELECT id FROM orders WHERE id = 1");
    const { rows } = { rows: await (await server.ctx()).system.db.selectFrom("events").selectAll().where("subject_id", "=", body.query.id).execute() };
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ type: "query.ran", actor_label: "Ada Analyst", result: "success" });
    expect(rows[0]?.data).toMatchObject({ sql: "SELECT id FROM orders WHERE id = 1", rows: 1, datasets: [{ name: "Orders", version: 2 }] });
  });

  it("forgets rows that have expired and queries of long ago", async () => {
    const { body } = await run("SELECT 1");
    const ctx = await server.ctx();
    await ctx.system.tx((ctx) =>
      ctx.db
        .updateTable("sql_queries")
        .set({ expires_at: new Date(0) })
        .where("id", "=", body.query.id)
        .execute(),
    );
    expect(codeOf(await server.request("GET", `/sql/queries/${body.query.id}/rows`, { as: ada }))).toBe("410 sql.result_expired");
    const { sqlJobs } = await import("@granary/core/sql-console");
    expect(await sqlJobs["maintenance.sql"](await server.ctx())).toMatchObject({ expired: 1, files: 1 });
    expect((await server.request("GET", `/sql/queries/${body.query.id}`, { as: ada })).body.expiresAt).toBeNull();
  });
});

describe("saved queries", () => {
  const save = (body: object, as = ada) => server.request("POST", "/sql/saved", { as, body });

  it("are private or shared, and changed by who saved them", async () => {
    const mine = await save({ name: "Totals", sql: "SELECT sum(amount) FROM orders" });
    expect([mine.status, mine.body.visibility, mine.body.can]).toEqual([201, "private", { update: true, delete: true }]);
    const path = `/sql/saved/${mine.body.id}`;
    expect(codeOf(await server.request("GET", path, { as: bob }))).toBe("404 saved_query.not_found");
    const shared = await server.request("PATCH", path, { as: ada, version: 1, body: { visibility: "workspace", description: "By month" } });
    expect(shared.body).toMatchObject({ visibility: "workspace", version: 2, name: "Totals" });
    const seen = await server.request("GET", "/sql/saved?q=total", { as: bob });
    expect(seen.body.items).toMatchObject([{ name: "Totals", owner: { name: "Ada Analyst" }, can: { update: false, delete: false } }]);
    expect(codeOf(await server.request("PATCH", path, { as: bob, version: 2, body: { name: "Mine" } }))).toBe("403 access.denied");
    expect(codeOf(await server.request("PATCH", path, { as: ada, version: 1, body: { name: "Old" } }))).toBe("409 edit.conflict");
    expect(codeOf(await server.request("DELETE", path, { as: bob }))).toBe("403 access.denied");
    expect((await server.request("DELETE", path, { as: ada })).status).toBe(204);
    expect(codeOf(await server.request("GET", path, { as: ada }))).toBe("404 saved_query.not_found");
  });

  it("have a name once a person, and stay in their workspace", async () => {
    await save({ name: "Same", sql: "SELECT 1", visibility: "workspace" });
    expect(codeOf(await save({ name: "same", sql: "SELECT 2" }))).toBe("409 saved_query.name_taken");
    expect((await save({ name: "Same", sql: "SELECT 3" }, bob)).status).toBe(201);
    const elsewhere = await server.newWorkspace("Elsewhere");
    const list = await server.request("GET", "/sql/saved", { as: server.admin, workspace: elsewhere });
    expect(list.body.items).toEqual([]);
  });
});

describe("files of a result", () => {
  const SQL = `SELECT 9007199254740993 AS "big id", 1.50::DECIMAL(5,2) AS price, '=1+1' AS note, [1, 2] AS list, NULL AS nothing, DATE '2026-01-31' AS day, 1e400 = 1 AS f
    UNION ALL SELECT 2, 2.25, 'say "hi", you', [], 'x', NULL, true`;
  let id = "";

  const file = (query: string) => server.request("GET", `/sql/queries/${id}/download?${query}`, { as: ada });

  beforeAll(async () => {
    const { body, text } = await run(SQL.replace("1e400 = 1", "false"));
    if (body.query === undefined) throw new Error(text);
    id = body.query.id;
  });

  it("are CSV, with what spreadsheets would compute made harmless if asked", async () => {
    const plain = await file("format=csv");
    expect(plain.text).toBe(
      'big id,price,note,list,nothing,day,f\r\n9007199254740993,1.50,=1+1,"[1,2]",,2026-01-31,false\r\n2,2.25,"say ""hi"", you",[],x,,true\r\n',
    );
    expect(plain.headers["content-disposition"]).toMatch(/^attachment; filename="query-dow_\w+\.csv"$/);
    expect((await file("format=csv&spreadsheetSafe=true&bom=true")).text).toContain("'=1+1");
  });

  it("are JSON with exact numbers and nested values", async () => {
    const first = '{"big id":9007199254740993,"price":1.50,"note":"=1+1","list":[1,2],"nothing":null,"day":"2026-01-31","f":false}';
    const second = '{"big id":2,"price":2.25,"note":"say \\"hi\\", you","list":[],"nothing":"x","day":null,"f":true}';
    expect((await file("format=ndjson")).text).toBe(`${first}\n${second}\n`);
    expect((await file("format=json")).bytes.toString()).toBe(`[\n${first},\n${second}\n]\n`);
  });

  it("are Parquet and Excel", async () => {
    expect((await file("format=parquet")).bytes.subarray(0, 4).toString()).toBe("PAR1");
    expect((await file("format=xlsx")).bytes.subarray(0, 2).toString()).toBe("PK");
  });

  it("keep sums beyond every decimal type, as texts", async () => {
    const { body } = await run("SELECT 170141183460469231731687303715884105727::HUGEINT AS n");
    expect(body.page.rows).toEqual([["170141183460469231731687303715884105727"]]);
    const parquet = await server.request("GET", `/sql/queries/${body.query.id}/download?format=parquet`, { as: ada });
    expect(parquet.status).toBe(200);
  });

  it("are told to the audit trail, and need the permission to download", async () => {
    const { headers } = await file("format=csv");
    const events = await (await server.ctx()).system.db.selectFrom("events").selectAll().where("type", "=", "query.downloaded").execute();
    const data = events.map((event) => event.data as { downloadId: string });
    expect(data.some(({ downloadId }) => downloadId === headers["granary-download-id"])).toBe(true);
    const designer = await server.user({ roles: ["designer"] });
    const { body } = await run("SELECT 1", {}, designer);
    expect(codeOf(await server.request("GET", `/sql/queries/${body.query.id}/download`, { as: designer }))).toBe("403 access.denied");
  });
});
