import { drainBacklog } from "@granary/core/events";
import { multipartForm, startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: TestServer;
let owner: TestUser;
let steward: TestUser;
let reader: TestUser;
let dataset: string;

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  owner = await server.user({ roles: ["data_engineer"], name: "Olga Owner" });
  steward = await server.user({ roles: ["steward"], name: "Stella Steward" });
  reader = await server.user({ roles: ["data_analyst"], name: "Rob Reader" });
  const form = multipartForm({ name: "Patients" }, { name: "p.csv", content: "id,name,city\n1,Ann,Bern\n2,Bob,Basel\n" });
  const made = await server.request("POST", "/datasets?wait=true", { as: owner, ...form });
  dataset = made.body.dataset.id;
  await server.request("POST", `/datasets/${dataset}/permissions`, { as: owner, body: { email: reader.email, level: "viewer" } });
  const { body: schema } = await server.request("GET", `/datasets/${dataset}/schema`, { as: owner });
  const keyed = await server.request("PATCH", `/datasets/${dataset}/schema`, {
    as: owner,
    version: schema.version,
    body: { changes: [{ kind: "keys", columns: ["id"] }] },
  });
  if (keyed.status !== 200) throw new Error(keyed.text);
  await server.request("GET", `/datasets/${dataset}/rows?columns=city`, { as: reader, headers: { "x-purpose": "research" } });
  await server.request("GET", `/datasets/${dataset}/rows?columns=name&limit=1`, { as: reader });
});
afterAll(() => server[Symbol.asyncDispose]());

const get = (path: string, as: TestUser = steward) => server.request("GET", path, { as });
const list = async (query: string, as: TestUser = steward) => (await get(`/rbac/access-logs?${query}`, as)).body.items;
const actions = async (query: string) => (await list(query)).map((item: { action: string }) => item.action);

test("lists reads and writes with who, what, why and where from, and their place in the chain", async () => {
  await drainBacklog(server.services.database);
  const [newest] = await list(`person=${reader.id}&purpose=research`);
  expect(newest).toMatchObject({
    principal: { kind: "user", id: reader.id, label: "Rob Reader" },
    personId: reader.id,
    dataset: { id: dataset, name: "Patients" },
    version: 2,
    action: "rows",
    kind: "read",
    columns: [
      { name: "id", masked: false },
      { name: "city", masked: false },
    ],
    rows: 2,
    purpose: "research",
    ip: "127.0.0.1",
    decision: "allowed",
    position: expect.any(Number),
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test("filters by person, dataset, column, action, decision, time and purpose", async () => {
  expect(await actions(`person=${reader.email}&dataset=patients&column=city`)).toEqual(["rows"]);
  expect(await actions("dataset=patients&action=load,schema_change")).toEqual(["schema_change", "load"]);
  expect(await actions("dataset=patients&from=2099-01-01T00:00:00Z")).toEqual([]);
  expect(await actions("purpose=research&decision=allowed")).toEqual(["rows"]);
  expect((await get("/rbac/access-logs?dataset=no%20such")).body.code).toBe("dataset.not_found");
  expect((await get("/rbac/access-logs?action=stare")).status).toBe(400);
});

test("pages without gap or repetition", async () => {
  const all = (await list("limit=100")).map((item: { id: string }) => item.id);
  const seen: string[] = [];
  for (let next: string | null = ""; next !== null; ) {
    const { body } = await get(`/rbac/access-logs?limit=2${next === "" ? "" : `&cursor=${next}`}`);
    seen.push(...body.items.map((item: { id: string }) => item.id));
    next = body.next;
  }
  expect(seen).toEqual(all);
});

test("lists refused attempts by themselves: datasets kept from people, and permissions they lack", async () => {
  const stranger = await server.user({ roles: ["data_analyst"], name: "Sam Stranger" });
  expect((await get("/datasets/patients/rows", stranger)).status).toBe(404);
  expect((await get("/users", await server.user({ roles: ["executive"] }))).status).toBe(403);
  const denied = async () => (await get("/rbac/access-logs/denied")).body.items.map((item: { action: string }) => item.action).toSorted();
  await expect.poll(denied, { timeout: 20_000 }).toEqual(["open", "request"]);
  expect((await get(`/rbac/access-logs/denied?person=${stranger.id}`)).body.items).toMatchObject([
    { action: "open", kind: "refusal", decision: "denied", dataset: { id: dataset }, columns: [], rows: null },
  ]);
});

test("is the whole workspace's for those who answer for it, a dataset's for its owner, and nobody else's", async () => {
  expect((await get("/rbac/access-logs", owner)).body.code).toBe("access.denied");
  expect((await get(`/rbac/access-logs?dataset=${dataset}`, owner)).status).toBe(200);
  expect((await get(`/rbac/access-logs?dataset=${dataset}`, reader)).status).toBe(403);
  const stranger = await server.user({ roles: ["data_analyst"] });
  expect((await get(`/rbac/access-logs?dataset=${dataset}`, stranger)).status).toBe(404);
  expect((await get(`/datasets/${dataset}/readers`, stranger)).status).toBe(404);
  const elsewhere = await server.user({ roles: ["admin"], workspace: await server.newWorkspace() });
  expect((await get("/rbac/access-logs", elsewhere)).body.items).toEqual([]);
  expect((await get("/datasets/patients/readers", elsewhere)).status).toBe(404);
});

test("tells who has seen a column, and who could have seen a row", async () => {
  const readers = async (query: string, as = owner) => (await get(`/datasets/${dataset}/readers?${query}`, as)).body;
  expect((await readers("column=city")).items).toMatchObject([{ personId: reader.id, name: "Rob Reader", times: 1, unmasked: 1, rows: 2, actions: ["rows"] }]);
  const row = await readers(`key=${encodeURIComponent('["1"]')}`);
  expect(row.versions).toEqual([2]);
  expect(row.items.map((item: { name: string }) => item.name)).toContain("Rob Reader");
  expect((await readers(`key=${encodeURIComponent('["77"]')}`)).versions).toEqual([]);
  expect((await readers(`key=${encodeURIComponent('["77"]')}`)).items).toEqual([]);
  expect((await get(`/datasets/${dataset}/readers?column=salary`, owner)).status).toBe(400);
  expect((await get(`/datasets/${dataset}/readers?key=1`, owner)).status).toBe(400);
});

test("counts by day in the reader's zone", async () => {
  const { body } = await get(`/rbac/access-logs/timeline?dataset=${dataset}&zone=Europe/Zurich`);
  expect(body.buckets).toHaveLength(31);
  expect(body.buckets.at(-1)).toMatchObject({ reads: expect.any(Number), writes: 2, denied: expect.any(Number) });
});

test("exports as CSV for those who may export, and records that it did", async () => {
  const file = await get(`/rbac/access-logs/export?dataset=${dataset}`, server.admin);
  expect(file.headers["content-disposition"]).toMatch(/^attachment; filename="access-log-\d{4}-\d\d-\d\d\.csv"$/);
  expect(file.text).toContain("Rob Reader");
  expect((await get("/admin/activity-logs?type=activity.exported")).body.items[0]).toMatchObject({ subject: { label: "access log" } });
  expect((await get("/rbac/access-logs/export")).status).toBe(403);
});

test("recomputes the chain", async () => {
  await drainBacklog(server.services.database);
  expect((await get("/rbac/access-logs/verify")).body).toMatchObject({ ok: true, complete: true, first: 1, broken: null });
  expect((await get("/rbac/access-logs/verify", owner)).status).toBe(403);
});
