import { startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: TestServer;
let production: TestServer;
let admin: TestUser;

beforeAll(async () => {
  server = await startTestServer();
  production = await startTestServer({ env: { GRANARY_MODE: "production" } });
  admin = await server.user({ roles: ["admin"] });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await production[Symbol.asyncDispose]();
});

const HOUR_MS = 3_600_000;
const ahead = (hours: number): string => new Date(Date.now() + hours * HOUR_MS).toISOString();

async function eventTypes(of: TestServer): Promise<string[]> {
  const rows = await of.services.database.reader("system").selectFrom("events").select(["type", "workspace_id"]).where("type", "like", "settings.%").execute();
  expect(rows.every((row) => row.workspace_id === null)).toBe(true);
  return rows.map((row) => row.type);
}

test("shows the workspace's settings to its administrators, the installation's to its own", async () => {
  const seen = await server.request("GET", "/admin/settings", { as: admin });
  expect(seen.body).toMatchObject({
    workspace: { id: server.workspace.id, name: "Test workspace", version: 1 },
    instance: null,
    mail: { delivery: "outbox" },
    can: { updateWorkspace: true, updateInstance: false },
  });
  const whole = await server.request("GET", "/admin/settings", { as: server.admin });
  expect(whole.body.instance).toMatchObject({ signUp: "invitation", secondFactorRoles: [], session: { idleTimeout: 1_800 } });
  const viewer = await server.user({ roles: ["viewer"] });
  expect((await server.request("GET", "/admin/settings", { as: viewer })).status).toBe(403);
  expect((await server.request("GET", "/admin/settings")).status).toBe(401);
  expect((await server.request("GET", "/admin/settings/instance", { as: admin })).body.code).toBe("access.denied");
});

test("changes the installation's settings by the version that was read, in force at once", async () => {
  const before = await server.request("GET", "/admin/settings/instance", { as: server.admin });
  const { version } = before.body;
  expect(before.headers["etag"]).toBe(`"${version}"`);
  const answers = await Promise.all(
    [{ signUp: "open" }, { signUp: "closed" }].map((body) => server.request("PATCH", "/admin/settings", { as: server.admin, version, body })),
  );
  const [won, lost] = answers.toSorted((a, b) => a.status - b.status);
  expect([won?.status, lost?.status]).toEqual([200, 409]);
  expect(lost?.body).toMatchObject({ code: "edit.conflict", current: { signUp: won?.body.signUp, version: won?.body.version } });
  expect((await server.request("GET", "/auth/config")).body.signUp).toBe(won?.body.signUp);
  const next = await server.request("PATCH", "/admin/settings", { as: server.admin, version: won?.body.version, body: { secondFactorRoles: ["steward"] } });
  expect(next.body).toMatchObject({ signUp: won?.body.signUp, secondFactorRoles: ["steward"], version: won?.body.version + 1 });
  expect(await eventTypes(server)).toEqual(["settings.updated", "settings.updated"]);
});

test("bounds session times and refuses empty and foreign changes", async () => {
  const patch = (body: object, as = server.admin) => server.request("PATCH", "/admin/settings", { as, version: 1, body });
  expect((await patch({ session: { idleTimeout: 1, lifetime: 43_200, remember: 86_400 } })).status).toBe(400);
  expect((await patch({ session: { idleTimeout: 80_000, lifetime: 3_600, remember: 86_400 } })).body.errors).toMatchObject([
    { path: "body.session.idleTimeout" },
  ]);
  expect((await patch({})).status).toBe(400);
  expect((await patch({ colour: "red" })).status).toBe(400);
  expect((await patch({ signUp: "open" }, admin)).body.code).toBe("access.denied");
  expect((await server.request("PATCH", "/admin/settings", { as: server.admin, body: { signUp: "open" } })).status).toBe(428);
});

test("queues a test mail to the asked address or one's own", async () => {
  const own = await server.request("POST", "/admin/settings/mail-test", { as: server.admin, body: {} });
  expect(own).toMatchObject({ status: 202, body: { to: server.admin.email, delivery: "outbox" } });
  const other = await server.request("POST", "/admin/settings/mail-test", { as: server.admin, body: { to: "it@example.com" } });
  const mail = await server.services.database
    .reader("system")
    .selectFrom("mails")
    .select(["kind", "to_address"])
    .where("id", "=", other.body.mailId)
    .executeTakeFirst();
  expect(mail).toEqual({ kind: "mail_test", to_address: "it@example.com" });
  expect((await server.request("POST", "/admin/settings/mail-test", { as: admin, body: {} })).status).toBe(403);
  expect((await server.request("POST", "/admin/settings/mail-test", { as: server.admin, body: { to: "it" } })).status).toBe(400);
});

test("opens production to developers for a limited time, with a reason, and closes it again", async () => {
  const path = "/admin/settings/dev-role-production";
  const developer = await production.user({ roles: ["developer"] });
  const mayAdminister = async () => (await production.request("GET", "/admin/activity-logs", { as: developer })).status;
  expect(await mayAdminister()).toBe(403);
  expect((await production.request("PUT", path, { as: developer, body: { enabled: true, reason: "me" } })).body.code).toBe("access.denied");
  const put = (body: object) => production.request("PUT", path, { as: production.admin, body });
  expect((await put({ enabled: true })).body.errors).toMatchObject([{ path: "body.reason" }]);
  expect((await put({ enabled: true, reason: "long", until: ahead(25) })).body.errors).toMatchObject([{ path: "body.until" }]);
  expect((await put({ enabled: true, reason: "past", until: ahead(-1) })).status).toBe(400);
  const until = ahead(2);
  const on = await put({ enabled: true, reason: "Broken import", until });
  expect(on.body).toMatchObject({ mode: "production", enabled: true, until, reason: "Broken import", changedBy: "Ada Admin", maxHours: 24 });
  expect(await mayAdminister()).toBe(200);
  expect((await production.request("PUT", path, { as: developer, body: { enabled: false } })).status).toBe(403);
  expect((await put({ enabled: false })).body).toMatchObject({ enabled: false, until: null });
  expect(await mayAdminister()).toBe(403);
  expect(await eventTypes(production)).toEqual(["settings.developer_unlocked", "settings.developer_limited"]);
});

test("closes production by itself when the time is over", async () => {
  const developer = await production.user({ roles: ["developer"] });
  await production.request("PUT", "/admin/settings/dev-role-production", { as: production.admin, body: { enabled: true, reason: "short" } });
  expect((await production.request("GET", "/admin/activity-logs", { as: developer })).status).toBe(200);
  const value = JSON.stringify({ until: new Date(Date.now() - 1).toISOString(), reason: "short" });
  await production.services.database.tx("system", (tx) =>
    tx.updateTable("instance_settings").set({ value }).where("key", "=", "developer_in_production").execute(),
  );
  expect((await production.request("GET", "/admin/activity-logs", { as: developer })).status).toBe(403);
  expect((await production.request("GET", "/admin/settings/dev-role-production", { as: production.admin })).body).toMatchObject({
    enabled: false,
    until: null,
  });
  expect((await production.request("GET", "/roles/developer", { as: production.admin })).body).toMatchObject({ limited: true });
});
