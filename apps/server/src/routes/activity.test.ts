import { drainBacklog } from "@granary/core/events";
import type { Ctx } from "@granary/core/context";
import { newId } from "@granary/kernel";
import { startTestServer, type TestResponse, type TestServer, type TestUser, type TestWorkspace } from "@granary/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Fixture {
  readonly workspace: TestWorkspace;
  readonly reader: TestUser;
  get(path: string): Promise<TestResponse>;
}

/** A workspace of its own with somebody who reads and exports its log. */
async function fixture(): Promise<Fixture> {
  const workspace = await server.newWorkspace();
  const reader = await server.user({ workspace, roles: ["admin"], name: "Rita Reader" });
  return { workspace, reader, get: (path) => server.request("GET", path, { as: reader }) };
}

interface Past {
  readonly type?: string;
  readonly label?: string;
  readonly at?: string;
  readonly ip?: string;
  readonly result?: string;
  readonly actor?: string;
}

/** Events as if they had happened then. */
async function happened(workspace: TestWorkspace, events: readonly Past[]): Promise<void> {
  await server.services.database.tx("system", async (tx) => {
    for (const event of events) {
      const at = new Date(event.at ?? Date.now());
      const id = newId("event", at.getTime());
      await sql`insert into events (id, workspace_id, type, actor_kind, actor_id, actor_label, subject_kind, subject_id, subject_label, result, data, ip, at)
        values (${id}, ${workspace.id}, ${event.type ?? "user.updated"}, 'user', ${event.actor ?? "usr_x"}, 'Somebody', 'user', 'usr_s', ${event.label ?? "subject"},
          ${event.result ?? "success"}, '{}', ${event.ip ?? "10.0.0.1"}, ${at})`.execute(tx);
    }
  });
}

const labels = (body: { items: { subject: { label: string } }[] }) => body.items.map((item) => item.subject.label);

test("lists what happened with who, what, where and the place in the chain", async () => {
  const { reader, get } = await fixture();
  await server.request("POST", "/groups", { as: reader, body: { name: "Night shift" }, headers: { "user-agent": "Firefox" } });
  expect((await get("/admin/activity-logs")).body.items[0]).toMatchObject({ type: "group.created", position: null, hash: null });
  await drainBacklog(server.services.database);
  const { body } = await get("/admin/activity-logs");
  expect(body).toMatchObject({ next: null, total: null });
  expect(body.items[0]).toMatchObject({
    type: "group.created",
    area: "administration",
    text: "Rita Reader created the group Night shift",
    actor: { kind: "user", id: reader.id, label: "Rita Reader" },
    subject: { kind: "group", label: "Night shift" },
    result: "success",
    ip: "127.0.0.1",
    userAgent: "Firefox",
    position: expect.any(Number),
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect((await get("/audit")).body).toEqual(body);
});

test("filters by every field, alone and together", async () => {
  const { workspace, get } = await fixture();
  await happened(workspace, [
    { label: "a", type: "session.started", at: "2026-01-01T10:00:00Z", ip: "192.0.2.1" },
    { label: "b 100%", type: "user.deactivated", at: "2026-01-02T10:00:00Z" },
    { label: "c", type: "access.denied", result: "denied", at: "2026-01-03T10:00:00Z", actor: "usr_y" },
    { label: "d", type: "job.failed", result: "failure", at: "2026-01-04T10:00:00Z" },
  ]);
  const find = async (query: string) => labels((await get(`/admin/activity-logs?${query}`)).body);
  expect(await find("")).toEqual(["d", "c", "b 100%", "a"]);
  expect(await find("type=job.failed,access.denied")).toEqual(["d", "c"]);
  expect(await find("type=job.failed&type=session.started")).toEqual(["d", "a"]);
  expect(await find("area=authentication")).toEqual(["c", "a"]);
  expect(await find("area=authentication&type=job.failed")).toEqual([]);
  expect(await find("actor=usr_y")).toEqual(["c"]);
  expect(await find("subject=usr_s&result=failure")).toEqual(["d"]);
  expect(await find("ip=192.0.2.1")).toEqual(["a"]);
  expect(await find("from=2026-01-02T10:00:00Z&to=2026-01-04T10:00:00Z")).toEqual(["c", "b 100%"]);
  expect(await find("text=100%25")).toEqual(["b 100%"]);
  expect(await find("text=192.0.2")).toEqual(["a"]);
  expect(await find("text=somebody&result=denied")).toEqual(["c"]);
  expect((await get("/admin/activity-logs?type=made.up&from=yesterday&of=all")).body.errors).toHaveLength(3);
});

test("pages without gap or repetition and counts when asked", async () => {
  const { workspace, get } = await fixture();
  await happened(
    workspace,
    Array.from({ length: 7 }, (_, index) => ({ label: String(index), at: new Date(Date.UTC(2026, 0, 1, index)).toISOString() })),
  );
  const seen: string[] = [];
  let next: string | null = "";
  while (next !== null) {
    const { body } = await get(`/admin/activity-logs?limit=3&text=some${next === "" ? "" : `&cursor=${next}`}`);
    seen.push(...labels(body));
    next = body.next;
  }
  expect(seen).toEqual(["6", "5", "4", "3", "2", "1", "0"]);
  expect((await get("/admin/activity-logs?limit=1&count=true")).body.total).toEqual({ count: 7, capped: false });
});

test("counts no further than 10,000 and searches text in steps", async () => {
  const { workspace, get } = await fixture();
  await server.services.database.tx("system", (tx) =>
    sql`insert into events (id, workspace_id, type, actor_kind, actor_label, subject_kind, subject_label)
      select 'evt_0' || lpad(n::text, 25, '0'), ${workspace.id}, 'user.updated', 'system', 'Granary', 'user', case n when 1 then 'needle' else 'hay' end
      from generate_series(1, 60000) n`.execute(tx),
  );
  expect((await get("/admin/activity-logs?limit=1&count=true")).body.total).toEqual({ count: 10_000, capped: true });
  const first = await get("/admin/activity-logs?text=needle&count=true");
  expect(first.body).toMatchObject({ items: [], next: expect.any(String), total: { count: 0, capped: true } });
  const second = await get(`/admin/activity-logs?text=needle&cursor=${first.body.next}`);
  expect(labels(second.body)).toEqual(["needle"]);
  expect(second.body.next).toBeNull();
});

test("shows what a person did, also by key, and after they left", async () => {
  const { reader, workspace, get } = await fixture();
  const person = await server.user({ workspace, roles: ["admin"] });
  const key = await server.request("POST", "/api-keys", { as: person, body: { name: "Script", scopes: ["group:manage"], expiresAt: null } });
  await server.request("POST", "/groups", { as: key.body.secret, body: { name: "By key" } });
  const types = async (who: string) => (await get(`/admin/activity-logs/${who}`)).body.items.map((item: { type: string }) => item.type);
  expect(await types(person.id)).toEqual(["group.created", "api_key.created"]);
  expect(await types(person.email)).toEqual(["group.created", "api_key.created"]);
  await server.request("DELETE", `/users/${person.id}`, { as: reader });
  expect(await types(person.id)).toContain("api_key.created");
  expect((await get(`/admin/activity-logs/${newId("user")}`)).body.code).toBe("user.not_found");
  expect((await get("/admin/activity-logs/nobody@example.com")).body.code).toBe("user.not_found");
});

test("records a refused attempt once a minute and lists it", async () => {
  const { workspace, get } = await fixture();
  const viewer = await server.user({ workspace, roles: ["viewer"], name: "Vic Viewer" });
  for (let attempt = 0; attempt < 3; attempt += 1) await server.request("GET", "/users", { as: viewer });
  const refused = async () => (await get("/admin/activity-logs?type=access.denied")).body.items;
  await expect.poll(async () => (await refused()).length, { timeout: 20_000 }).toBe(1);
  const items = await refused();
  expect(items[0]).toMatchObject({
    type: "access.denied",
    result: "denied",
    text: "Vic Viewer was refused GET /users",
    subject: { kind: "route", id: "users.list" },
    data: { permission: "user:read" },
  });
});

test("records a refusal that only the command could decide", async () => {
  const { workspace, get } = await fixture();
  const engineer = await server.user({ workspace, roles: ["data_engineer"] });
  expect((await server.request("GET", "/api-keys?owner=all", { as: engineer })).status).toBe(403);
  const refused = async () => (await get("/admin/activity-logs?type=access.denied")).body.items;
  await expect.poll(async () => (await refused()).length, { timeout: 20_000 }).toBe(1);
  expect((await refused())[0]).toMatchObject({ subject: { id: "apiKeys.list" }, data: { permission: "api_key:manage" } });
});

test("counts by day and hour in the reader's zone, empty buckets included", async () => {
  const { workspace, get } = await fixture();
  await happened(workspace, [
    { at: "2026-03-28T22:30:00Z", type: "session.started" },
    { at: "2026-03-28T23:30:00Z", type: "access.denied", result: "denied" },
    { at: "2026-03-30T10:00:00Z", type: "user.updated" },
  ]);
  const span = "from=2026-03-28T00:00:00Z&to=2026-03-31T00:00:00Z";
  const days = (await get(`/admin/activity-logs/timeline?${span}&zone=Europe/Zurich`)).body.buckets;
  // The clocks go forward on 29 March: the day before begins at 23:00 UTC, the day after at 22:00.
  expect(days.map((bucket: { at: string; total: number }) => [bucket.at, bucket.total])).toEqual([
    ["2026-03-27T23:00:00.000Z", 1],
    ["2026-03-28T23:00:00.000Z", 1],
    ["2026-03-29T22:00:00.000Z", 1],
    ["2026-03-30T22:00:00.000Z", 0],
  ]);
  expect(days[1]).toMatchObject({ denied: 1, areas: { authentication: 1, administration: 0 } });
  const hours = (await get("/admin/activity-logs/timeline?bucket=hour&from=2026-03-28T22:00:00Z&to=2026-03-29T00:00:00Z")).body.buckets;
  expect(hours.map((bucket: { total: number }) => bucket.total)).toEqual([1, 1]);
  const heat = (await get(`/admin/activity-logs/heatmap?${span}&zone=Europe/Zurich`)).body;
  expect(heat).toMatchObject({
    max: 1,
    cells: [
      { weekday: 1, hour: 12 },
      { weekday: 6, hour: 23 },
      { weekday: 7, hour: 0 },
    ],
  });
});

test("refuses charts over too long or empty spans and unknown zones", async () => {
  const { get } = await fixture();
  for (const query of [
    "from=2020-01-01T00:00:00Z",
    "bucket=hour&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z",
    "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
    "zone=Mars/Olympus",
    "zone=%2B01:00",
  ]) {
    expect([query, (await get(`/admin/activity-logs/timeline?${query}`)).status]).toEqual([query, 400]);
  }
});

test("exports what the filters show, without formulas, and records that it did", async () => {
  const { workspace, get } = await fixture();
  await happened(workspace, [{ label: '=HYPERLINK("http://evil")' }, { label: 'says "hi", twice\nand more' }]);
  const csv = await get("/admin/activity-logs/export?type=user.updated");
  expect(csv.headers["content-type"]).toContain("text/csv");
  expect(csv.headers["content-disposition"]).toMatch(/^attachment; filename="activity-\d{4}-\d\d-\d\d\.csv"$/);
  expect(csv.text.split("\r\n")[0]).toMatch(/^at,type,area,text,/);
  expect(csv.text).toContain(`"'=HYPERLINK(""http://evil"")"`);
  expect(csv.text).toContain('"says ""hi"", twice\nand more"');
  const json = JSON.parse((await get("/admin/activity-logs/export?format=json&type=user.updated")).text);
  expect(json).toHaveLength(2);
  expect(JSON.parse((await get("/admin/activity-logs/export?format=json&actor=nobody")).text)).toEqual([]);
  expect((await get("/admin/activity-logs?type=activity.exported")).body.items).toHaveLength(3);
});

test("exports more than one read of the database holds", async () => {
  const { workspace, get } = await fixture();
  await server.services.database.tx("system", (tx) =>
    sql`insert into events (id, workspace_id, type, actor_kind, actor_label, subject_kind, subject_label)
      select 'evt_1' || lpad(n::text, 25, '0'), ${workspace.id}, 'user.updated', 'system', 'Granary', 'user', n::text from generate_series(1, 1201) n`.execute(
      tx,
    ),
  );
  const json = JSON.parse((await get("/admin/activity-logs/export?format=json&type=user.updated")).text);
  expect(new Set(json.map((entry: { id: string }) => entry.id)).size).toBe(1_201);
});

test("recomputes the chain and tells where it was broken", async () => {
  const { reader, get } = await fixture();
  await server.request("POST", "/groups", { as: reader, body: { name: "Chained" } });
  await drainBacklog(server.services.database);
  const whole = await get("/admin/activity-logs/verify");
  expect(whole.body).toMatchObject({ ok: true, first: 1, complete: true, broken: null, head: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const part = await get(`/admin/activity-logs/verify?after=${whole.body.last - 1}`);
  expect(part.body).toMatchObject({ checked: 1, head: whole.body.head });
});

test("keeps the logs of workspaces apart and the installation's for its administrators", async () => {
  const { reader, workspace, get } = await fixture();
  const other = await fixture();
  await happened(other.workspace, [{ label: "secret of others" }]);
  expect((await get("/admin/activity-logs?text=secret")).body.items).toEqual([]);
  expect((await server.request("GET", "/admin/activity-logs", { as: reader, workspace: other.workspace })).body.code).toBe("workspace.not_found");
  expect((await get("/admin/activity-logs?of=instance")).body.code).toBe("access.denied");
  const ctx: Ctx = await server.ctx();
  await ctx.system.tx((ctx) => ctx.record({ type: "settings.updated", workspaceId: null, subject: { id: "instance", label: "of the installation" } }));
  const instance = await server.request("GET", "/admin/activity-logs?of=instance", { as: server.admin, workspace });
  expect(labels(instance.body)).toContain("of the installation");
  expect(labels(instance.body)).not.toContain("secret of others");
});

test("asks for the permissions to read and to export", async () => {
  const steward = await server.user({ roles: ["steward"] });
  const viewer = await server.user({ roles: ["viewer"] });
  for (const path of ["", "/timeline", "/heatmap", "/verify", "/usr_x", "/export"]) {
    expect([path, (await server.request("GET", `/admin/activity-logs${path}`)).status]).toEqual([path, 401]);
    expect([path, (await server.request("GET", `/admin/activity-logs${path}`, { as: viewer })).status]).toEqual([path, 403]);
  }
  expect((await server.request("GET", "/admin/activity-logs/export", { as: steward })).body.code).toBe("access.denied");
  expect((await server.request("GET", "/admin/activity-logs/timeline", { as: steward })).status).toBe(200);
});
