import { connectOwner } from "@granary/db";
import { newId } from "@granary/kernel";
import { multipartForm, startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drainBacklog, verifyChain } from "../events/index.ts";
import { writeEntries } from "./recorder.ts";
import { toAccessRow } from "./entry.ts";

let server: TestServer;
let maker: TestUser;
let stranger: TestUser;
let id: string;

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  maker = await server.user({ roles: ["data_engineer"], name: "Mia Maker" });
  stranger = await server.user({ roles: ["data_analyst"], name: "Sam Stranger" });
  const form = multipartForm({ name: "People" }, { name: "people.csv", content: "id,name,city\n1,Ann,Bern\n2,Bob,Basel\nx,,\n" });
  const { body, text } = await server.request("POST", "/datasets?wait=true", { as: maker, ...form });
  if (body.batch?.status !== "loaded") throw new Error(text);
  id = body.dataset.id;
});
afterAll(() => server[Symbol.asyncDispose]());

interface Entry {
  readonly action: string;
  readonly decision: string;
  readonly person_id: string;
  readonly version: number | null;
  readonly stage: string;
  readonly column_names: string[];
  readonly row_count: number | null;
  readonly reason: string | null;
  readonly purpose: string | null;
  readonly dataset_id: string;
  readonly principal_kind: string;
}

async function entries(): Promise<Entry[]> {
  const { rows } = await sql<Entry>`select * from access_log order by id desc`.execute(server.services.database.reader("system") as never);
  return rows;
}

async function newest(path: string, options: Parameters<TestServer["request"]>[2] = {}, method = "GET"): Promise<[number, Entry | undefined]> {
  const response = await server.request(method, path, { as: maker, ...options });
  return [response.status, (await entries())[0]];
}

async function asOwner(statement: string): Promise<void> {
  await using client = await connectOwner(server.connection, "test");
  await client.query(statement);
}

test("tells of a load: by whom, into which version and columns, how many rows", async () => {
  const [load] = (await entries()).filter((entry) => entry.action === "load");
  expect(load).toMatchObject({ person_id: maker.id, dataset_id: id, version: 1, column_names: ["id", "name", "city"], row_count: 3, decision: "allowed" });
});

test.each<[string, string, object]>([
  ["a page", "/datasets/people/rows?limit=2", { action: "rows", version: 1, column_names: ["id", "name", "city"], row_count: 2 }],
  ["a page of some columns", "/datasets/people/rows?columns=city", { action: "rows", column_names: ["city"], row_count: 3 }],
  [
    "a filter and an order by columns that are not shown",
    `/datasets/people/rows?columns=city&sort=id&filter=${encodeURIComponent('{"column":"name","op":"eq","value":"Ann"}')}`,
    { column_names: ["id", "name", "city"], row_count: 1 },
  ],
  ["a number of rows", "/datasets/people/rows/count", { action: "count", column_names: [], row_count: 3 }],
  ["statistics", "/datasets/people/columns/stats?columns=name", { action: "statistics", column_names: ["name"], row_count: 3 }],
])("tells of %s", async (_, path, expected) => {
  const [status, entry] = await newest(path);
  expect([status, entry]).toMatchObject([200, { ...expected, person_id: maker.id, dataset_id: id, decision: "allowed", stage: "whole" }]);
});

test("tells of a download at its begin and, with the rows, at its end", async () => {
  const [status] = await newest("/datasets/people/download?format=csv");
  expect(status).toBe(200);
  const told = (await entries()).slice(0, 2).map(({ action, stage, row_count }) => [action, stage, row_count]);
  expect(told).toEqual([
    ["download", "end", 3],
    ["download", "begin", null],
  ]);
});

test("tells of SQL, of its kept rows, and of what failed in it", async () => {
  await server.request("POST", "/sql/queries", { as: maker, body: { sql: "select name from people" } });
  expect((await entries()).slice(0, 2).map(({ action, row_count }) => [action, row_count])).toEqual([
    ["sql_result", 3],
    ["sql", 3],
  ]);
  const [status, failed] = await newest("/sql/queries", { body: { sql: "select nothing_such from people" } }, "POST");
  expect([status, failed]).toMatchObject([422, { action: "sql", row_count: null, reason: expect.stringMatching(/^sql\./), dataset_id: id }]);
});

test("tells what it was for, and refuses a purpose that is no name", async () => {
  const [, entry] = await newest("/datasets/people/rows", { headers: { "x-purpose": "billing" } });
  expect(entry).toMatchObject({ purpose: "billing" });
  const refused = await server.request("GET", "/datasets/people/rows", { as: maker, headers: { "x-purpose": "Every thing!" } });
  expect(refused).toMatchObject({ status: 400, body: { code: "request.invalid", errors: [{ path: "header.X-Purpose" }] } });
});

test("tells of attempts on a dataset that exists, once a minute, and of none on others", async () => {
  const refused = async () => (await entries()).filter((entry) => entry.decision === "denied" && entry.person_id === stranger.id && entry.action === "open");
  for (const path of ["/datasets/people/rows", `/datasets/${id}`, "/datasets/people", "/datasets/no-such"])
    expect((await server.request("GET", path, { as: stranger })).status).toBe(404);
  await expect.poll(async () => (await refused()).length, { timeout: 20_000 }).toBe(2);
  expect((await refused()).map((entry) => [entry.dataset_id, entry.column_names, entry.row_count])).toEqual([
    [id, [], null],
    [id, [], null],
  ]);
});

test("tells of a request without permission", async () => {
  expect((await server.request("GET", "/users?search=x", { as: await server.user({ roles: ["executive"], name: "Eve" }) })).status).toBe(403);
  await expect.poll(async () => (await entries()).find((entry) => entry.action === "request")?.reason, { timeout: 20_000 }).toBe("GET /users needs user:read");
});

test("writes the entries of readers at the same time, each once, and one bad entry harms no other", async () => {
  const before = (await entries()).length;
  const pages = Array.from({ length: 25 }, () => server.request("GET", "/datasets/people/rows?limit=1", { as: maker }));
  expect(new Set((await Promise.all(pages)).map((response) => response.status))).toEqual(new Set([200]));
  expect((await entries()).length).toBe(before + 25);
  const ctx = await server.ctx(maker);
  const rowOf = (workspace: string) => toAccessRow({ principal: ctx.principal, request: ctx.request, now: new Date() }, workspace, { action: "rows" });
  const { database } = server.services;
  const written = await Promise.allSettled(
    [ctx.workspaceId, newId("workspace"), ctx.workspaceId].map((workspace) => writeEntries(database, [rowOf(workspace)])),
  );
  expect(written.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("cannot be changed or emptied by either role of the program", async () => {
  for (const scope of [{ workspaceId: server.workspace.id }, "system"] as const)
    for (const statement of ["update access_log set action = 'x'", "delete from access_log", "truncate access_log", "delete from access_log_positions"])
      await expect(server.services.database.tx(scope, (tx) => sql.raw(statement).execute(tx))).rejects.toThrow(/permission denied/);
});

test("chains its entries so that a change by the database's owner is found", async () => {
  const { database } = server.services;
  await drainBacklog(database);
  const whole = await verifyChain(database, { after: 0, limit: 100_000 }, "access");
  expect(whole).toMatchObject({ ok: true, complete: true, checked: (await entries()).length, broken: null });
  await asOwner(
    "alter table access_log no force row level security; update access_log set row_count = 0 where id = (select entry_id from access_log_positions where position = 3)",
  );
  expect(await verifyChain(database, { after: 0, limit: 100_000 }, "access")).toMatchObject({ ok: false, broken: { position: 3, reason: "changed" } });
});
