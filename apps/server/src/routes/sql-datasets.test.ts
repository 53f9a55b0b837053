import { readdir } from "node:fs/promises";
import { join } from "node:path";
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
  await upload("Orders", "id,customer,amount\n1,ann,10.50\n2,bob,7.25\n3,ann,0.10\n", ada, { visibility: "workspace" });
  await upload("Payroll", "person,salary\nann,5000\n", bob, { visibility: "private" });
});
afterAll(() => server[Symbol.asyncDispose]());

type Json = Readonly<Record<string, unknown>>;

const codeOf = ({ status, body }: TestResponse): string => `${status} ${body.code}`;
const create = (name: string, sql: string, more: Json = {}, as = ada) =>
  server.request("POST", "/sql/datasets?wait=true", { as, body: { name, sql, ...more } });
const load = (dataset: string, sql: string, more: Json = {}, as = ada) =>
  server.request("POST", `/sql/datasets/${encodeURIComponent(dataset)}/batches?wait=true`, { as, body: { sql, ...more } });
const rowsOf = async (dataset: string, as = ada): Promise<string[]> =>
  (await server.request("GET", `/datasets/${encodeURIComponent(dataset)}/rows?limit=100`, { as })).body.rows.map((row: readonly (string | null)[]) =>
    row.join("|"),
  );

const TOTALS = "SELECT customer, count(*) AS orders, sum(amount) AS total FROM orders GROUP BY customer ORDER BY customer";

describe("a dataset made of a query", () => {
  it("holds all its rows, loaded by a batch that tells the query and what it read", async () => {
    const { status, body } = await create("Totals", TOTALS, { description: "By customer", tags: ["Sums"], visibility: "workspace" });
    expect(status).toBe(201);
    expect(body.dataset).toMatchObject({
      name: "Totals",
      status: "ready",
      rows: 2,
      description: "By customer",
      tags: ["sums"],
      visibility: "workspace",
      dataVersion: 1,
    });
    expect(body.batch).toMatchObject({
      status: "loaded",
      mode: "append",
      rows: 2,
      rejected: 0,
      fileName: "query.sql",
      bytes: TOTALS.length,
      query: { sql: TOTALS, at: null, datasets: [{ name: "Orders", version: 1 }] },
    });
    expect(await rowsOf("Totals")).toEqual(["ann|2|10.60", "bob|1|7.25"]);
    const ctx = await server.ctx();
    const events = await ctx.db
      .selectFrom("events")
      .select(["type", "data"])
      .where("subject_label", "=", "Totals")
      .where("type", "<>", "dataset.personal_data_scanned")
      .orderBy("id")
      .execute();
    expect(events.map(({ type }) => type)).toEqual(["dataset.created", "dataset.imported"]);
    expect(events[0]?.data).toMatchObject({ sql: TOTALS });
    expect(await readdir(join(server.services.config.dataDir, "tmp"))).not.toContainEqual(expect.stringContaining("parquet"));
  });

  it("keeps types and values exactly", async () => {
    const { body, text } = await create(
      "Types",
      `SELECT 9007199254740993::BIGINT AS big, 12.3400::DECIMAL(18,4) AS price, DATE '2026-01-31' AS day, TIMESTAMP '2026-01-31 10:20:30.123456' AS at,
        TIMESTAMPTZ '2026-01-31 10:20:30+02' AS seen, true AS yes, '007' AS code, 0.1::DOUBLE AS share, NULL::INTEGER AS gap,
        '123e4567-e89b-12d3-a456-426614174000'::UUID AS uid, 1 AS a, 2 AS "A"`,
    );
    expect(body.batch?.status, text).toBe("loaded");
    expect(body.dataset.columns.map((column: { name: string; storedType: string }) => `${column.name} ${column.storedType}`)).toEqual([
      "big long",
      "price decimal(18, 4)",
      "day date",
      "at timestamp",
      "seen timestamptz",
      "yes boolean",
      "code string",
      "share double",
      "gap int",
      "uid uuid",
      "a int",
      "A_2 int",
    ]);
    expect(await rowsOf("Types")).toEqual([
      "9007199254740993|12.3400|2026-01-31|2026-01-31 10:20:30.123456|2026-01-31 08:20:30+00|true|007|0.1||123e4567-e89b-12d3-a456-426614174000|1|2",
    ]);
  });

  it("may be without a row, and be of a version", async () => {
    expect((await create("None", "SELECT id, customer FROM orders WHERE id > 99")).body).toMatchObject({
      dataset: { rows: 0 },
      batch: { rows: 0, rejected: 0 },
    });
    const wanted = await create("Of then", "SELECT count(*) AS n FROM orders", { at: "1" });
    expect(wanted.body.batch.query).toMatchObject({ at: "1", datasets: [{ name: "Orders", version: 1 }] });
  });

  it("has more rows than a result that is shown", async () => {
    const { body } = await create("Many", "SELECT i, i % 7 AS day FROM range(50000) t(i)");
    expect(body).toMatchObject({ dataset: { rows: 50_000 }, batch: { rows: 50_000 } });
  });

  it("is refused at once when its name is taken, its query wrong, or a dataset not readable", async () => {
    expect(codeOf(await create("orders", TOTALS))).toBe("409 dataset.name_taken");
    const wrong = await create("Wrong", "SELECT amunt FROM orders");
    expect([codeOf(wrong), wrong.body.place]).toEqual(["422 sql.unknown_column", { line: 1, column: 8 }]);
    expect(codeOf(await create("Hidden", "SELECT * FROM payroll"))).toBe("422 sql.unknown_table");
    expect(codeOf(await create("Written", "DROP TABLE orders"))).toMatch(/^422 sql\./);
    for (const name of ["Wrong", "Hidden", "Written"]) expect((await server.request("GET", `/datasets/${name}`, { as: ada })).status).toBe(404);
  });

  it("fails with what went wrong while it ran, and nothing is stored", async () => {
    const { body } = await create("Broken", "SELECT CAST(customer AS INTEGER) AS n FROM orders");
    expect(body).toMatchObject({ dataset: { status: "failed", dataVersion: 0 }, batch: { status: "failed", error: { code: "sql.value_invalid" } } });
    const told = (await server.request("GET", "/notifications", { as: ada })).body.items as { kind: string; body: string }[];
    expect(told.map(({ kind }) => kind)).toContain("job.failed");
  });

  it("needs the permission to ask by SQL and to create", async () => {
    const creator = await server.user({ roles: ["executor"] });
    const asker = await server.user({ roles: ["steward"] });
    expect(codeOf(await create("X", "SELECT 1 AS a", {}, creator))).toBe("403 access.denied");
    expect(codeOf(await create("X", "SELECT 1 AS a", {}, asker))).toBe("403 access.denied");
    expect((await server.request("POST", "/sql/datasets", { body: { name: "X", sql: "SELECT 1" } })).status).toBe(401);
  });

  it("is loaded again only while its maker may still read what it reads", async () => {
    const payroll = (await server.request("GET", "/datasets/Payroll", { as: bob })).body.id;
    await server.request("POST", `/datasets/${payroll}/permissions`, { as: bob, body: { email: ada.email, level: "viewer" } });
    expect((await create("Salaries", "SELECT salary FROM payroll")).body.batch.status).toBe("loaded");
    await server.request("DELETE", `/datasets/${payroll}/permissions/${ada.email}`, { as: bob });
    expect(codeOf(await load("Salaries", "SELECT salary FROM payroll"))).toBe("422 sql.unknown_table");
  });
});

describe("a load of a query", () => {
  it("is appended or put in place of all rows, each a version", async () => {
    await create("Sums", "SELECT customer, sum(amount) AS total FROM orders GROUP BY customer ORDER BY 1");
    const more = await load("Sums", "SELECT 'cem' AS customer, 1.00::DECIMAL(38,2) AS total");
    expect([more.status, more.body.batch.status, more.body.batch.version]).toEqual([201, "loaded", 2]);
    expect(await rowsOf("Sums")).toEqual(["ann|10.60", "bob|7.25", "cem|1.00"]);
    const replaced = await load("Sums", "SELECT 'all' AS customer, sum(total) AS total FROM sums", { mode: "replace" });
    expect(replaced.body.batch).toMatchObject({ version: 3, rows: 1, query: { datasets: [{ name: "Sums", version: 2 }] } });
    expect(await rowsOf("Sums")).toEqual(["all|18.85"]);
    const { body } = await server.request("GET", "/datasets/Sums/batches", { as: ada });
    expect(body.items.map((item: { mode: string }) => item.mode)).toEqual(["replace", "append", "append"]);
  });

  it("is refused as a whole when its columns do not fit, unless new ones are welcome", async () => {
    await create("Fits", "SELECT 1 AS a");
    expect((await load("Fits", "SELECT 2 AS a, 3 AS b")).body.batch).toMatchObject({ status: "failed", error: { code: "lake.columns_mismatch" } });
    expect((await load("Fits", "SELECT 2 AS a, 3 AS b", { onNewColumns: "evolve" })).body.batch).toMatchObject({ status: "loaded", version: 2 });
  });

  it("is for those who may load into the dataset, and tells its query to nobody else", async () => {
    await create("Shared", "SELECT 1 AS a", { visibility: "workspace" });
    expect(codeOf(await load("Shared", "SELECT 2 AS a", {}, bob))).toBe("403 access.denied");
    expect(codeOf(await load("Payroll", "SELECT 2 AS a"))).toBe("404 dataset.not_found");
    expect(codeOf(await load("Nowhere", "SELECT 2 AS a"))).toBe("404 dataset.not_found");
    const { body } = await server.request("GET", "/datasets/Shared/batches", { as: bob });
    const shown = await server.request("GET", `/datasets/Shared/batches/${body.items[0].id}`, { as: bob });
    expect([body.items[0].query, shown.body.query]).toEqual([null, null]);
    expect((await server.request("GET", "/datasets/Shared/batches", { as: ada })).body.items[0].query).toMatchObject({ sql: "SELECT 1 AS a" });
  });

  it("is cancelled while it runs, and nothing is stored", async () => {
    const ENDLESS = "SELECT count(*) AS n FROM range(1000000) a, range(1000000) b, range(1000) c WHERE a.range + b.range = c.range * 7";
    const { status, body } = await server.request("POST", "/sql/datasets", { as: ada, body: { name: "Endless", sql: ENDLESS } });
    expect([status, body.batch.status]).toEqual([202, "importing"]);
    const path = `/datasets/${body.dataset.id}/batches/${body.batch.id}`;
    const job = () => server.request("GET", `/jobs/${body.jobId}`, { as: server.admin });
    await expect.poll(async () => (await job()).body.state, { timeout: 20_000 }).toBe("running");
    await server.request("POST", `${path}/cancel`, { as: ada });
    await expect.poll(async () => (await server.request("GET", path, { as: ada })).body.status, { timeout: 20_000 }).toBe("failed");
    expect((await server.request("GET", path, { as: ada })).body.error.code).toBe("engine.cancelled");
  });

  it("answers a repeated request with the load it began", async () => {
    const send = () =>
      server.request("POST", "/sql/datasets", { as: ada, body: { name: "Once", sql: "SELECT 1 AS a" }, headers: { "idempotency-key": "once-and-only" } });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.body.batch.id]).toEqual([202, first.body.batch.id]);
  });
});
