import { startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: TestServer;
let admin: TestUser;
let engineer: TestUser;

beforeAll(async () => {
  server = await startTestServer();
  admin = await server.user({ roles: ["admin"] });
  engineer = await server.user({ roles: ["data_engineer"] });
});
afterAll(() => server[Symbol.asyncDispose]());

async function make(body: object = {}, as: TestUser = engineer) {
  return server.request("POST", "/api-keys", { as, body: { name: "Script", expiresAt: null, ...body } });
}

test("shows the secret once and keeps only its hash", async () => {
  const { status, body } = await make({ scopes: ["job:read", "job:read"] });
  expect(status).toBe(201);
  expect(body.secret).toMatch(/^grk_[\w-]{43}$/);
  expect(body.apiKey).toMatchObject({ hint: body.secret.slice(0, 10), scopes: ["job:read"], status: "active", lastUsedAt: null, can: { revoke: true } });
  const row = await server.services.database.reader("system").selectFrom("api_keys").selectAll().where("id", "=", body.apiKey.id).executeTakeFirstOrThrow();
  const everything = JSON.stringify([row, await server.services.database.reader("system").selectFrom("events").selectAll().execute()]);
  expect(everything).not.toContain(body.secret);
  expect((await server.request("GET", "/api-keys", { as: engineer })).text).not.toContain(body.secret);
});

test("works as X-API-Key and as a bearer token, cut to its scopes", async () => {
  const { secret } = (await make({ scopes: ["job:read"] })).body;
  expect((await server.request("GET", "/jobs", { headers: { "x-api-key": secret } })).status).toBe(200);
  expect((await server.request("GET", "/jobs", { as: secret })).status).toBe(200);
  const refused = await server.request("GET", "/users", { as: secret });
  expect(refused).toMatchObject({ status: 403, body: { code: "access.denied" } });
  expect((await server.request("GET", "/jobs", { as: `${secret.slice(0, -1)}x` })).status).toBe(401);
});

test("gives a key without scopes what its owner may do at that moment", async () => {
  const person = await server.user({ roles: ["data_engineer"] });
  const { secret } = (await make({}, person)).body;
  expect((await server.request("GET", "/jobs", { as: secret })).status).toBe(200);
  await server.request("PUT", `/rbac/users/${person.id}/roles`, { as: admin, body: { roles: ["viewer"] } });
  expect((await server.request("GET", "/jobs", { as: secret })).status).toBe(403);
});

test("refuses scopes beyond the maker's permissions, keys made by keys, and times past", async () => {
  expect((await make({ scopes: ["user:delete"] })).body).toMatchObject({ code: "api_key.scope_exceeds" });
  expect((await make({ scopes: ["no:such"] })).status).toBe(400);
  expect((await make({ expiresAt: "2020-01-01T00:00:00Z" })).body.errors).toMatchObject([{ path: "body.expiresAt" }]);
  const { secret } = (await make()).body;
  const child = await server.request("POST", "/api-keys", { as: secret, body: { name: "Child", expiresAt: null } });
  expect(child.body.code).toBe("auth.session_required");
  const viewer = await server.user({ roles: ["viewer"] });
  expect((await make({}, viewer)).body.code).toBe("access.denied");
  expect((await server.request("POST", "/api-keys", { body: { name: "x", expiresAt: null } })).status).toBe(401);
});

test("refuses a key once it expired", async () => {
  const { secret, apiKey } = (await make({ expiresAt: new Date(Date.now() + 3_600_000).toISOString() })).body;
  expect((await server.request("GET", "/jobs", { as: secret })).status).toBe(200);
  await server.services.database.tx("system", (tx) =>
    tx
      .updateTable("api_keys")
      .set({ expires_at: new Date(0) })
      .where("id", "=", apiKey.id)
      .execute(),
  );
  expect((await server.request("GET", "/jobs", { as: secret })).status).toBe(401);
  expect((await server.request("GET", "/api-keys?status=expired", { as: engineer })).body.items).toMatchObject([{ id: apiKey.id, status: "expired" }]);
});

test("revokes a key at once, once", async () => {
  const { secret, apiKey } = (await make()).body;
  for (const status of [204, 204]) expect((await server.request("DELETE", `/api-keys/${apiKey.id}`, { as: engineer })).status).toBe(status);
  expect((await server.request("GET", "/jobs", { as: secret })).status).toBe(401);
  const events = await server.services.database
    .reader("system")
    .selectFrom("events")
    .select("type")
    .where("subject_id", "=", apiKey.id)
    .orderBy("id")
    .execute();
  expect(events.map((event) => event.type)).toEqual(["api_key.created", "api_key.revoked"]);
});

test("tells when and from where a key was last used", async () => {
  const { secret, apiKey } = (await make()).body;
  await server.request("GET", "/jobs", { as: secret });
  await expect
    .poll(
      async () => {
        const { items } = (await server.request("GET", "/api-keys", { as: engineer })).body;
        return items.find((item: { id: string }) => item.id === apiKey.id);
      },
      { timeout: 20_000 },
    )
    .toMatchObject({ lastUsedIp: "127.0.0.1", lastUsedAt: expect.any(String) });
});

test("hides other people's keys from all but those who manage keys", async () => {
  const { apiKey } = (await make()).body;
  const other = await server.user({ roles: ["data_engineer"] });
  expect((await server.request("GET", "/api-keys", { as: other })).body.items).toEqual([]);
  expect((await server.request("GET", "/api-keys?owner=all", { as: other })).body.code).toBe("access.denied");
  expect((await server.request("DELETE", `/api-keys/${apiKey.id}`, { as: other })).body.code).toBe("api_key.not_found");
  const all = await server.request("GET", "/api-keys?owner=all&limit=1&status=active", { as: admin });
  expect(all.body.items).toMatchObject([{ id: apiKey.id, owner: { id: engineer.id, name: engineer.name }, can: { revoke: true } }]);
  expect(all.body.next).not.toBeNull();
  const foreign = await server.user({ workspace: await server.newWorkspace(), roles: ["admin"] });
  expect((await server.request("DELETE", `/api-keys/${apiKey.id}`, { as: foreign })).body.code).toBe("api_key.not_found");
  expect((await server.request("DELETE", `/api-keys/${apiKey.id}`, { as: admin })).status).toBe(204);
});

test("never leaves the workspace it was made in", async () => {
  const { secret } = (await make()).body;
  const workspace = await server.newWorkspace();
  await server.services.database.tx("system", (tx) =>
    tx
      .insertInto("memberships")
      .values({ workspace_id: workspace.id, user_id: engineer.id, roles: ["admin"] })
      .execute(),
  );
  expect((await server.request("GET", "/users", { as: engineer, workspace })).status).toBe(200);
  expect((await server.request("GET", "/users", { as: secret, workspace })).body.code).toBe("workspace.not_found");
});
