import type { Id } from "@granary/kernel";
import { openTestSession, startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: TestServer;
let admin: TestUser;
let steward: TestUser;

beforeAll(async () => {
  server = await startTestServer();
  admin = await server.user({ roles: ["admin"], name: "Workspace Admin" });
  steward = await server.user({ roles: ["steward"], name: "Sam Steward" });
});
afterAll(() => server[Symbol.asyncDispose]());

async function eventsOf(userId: string): Promise<string[]> {
  const rows = await server.services.database.reader("system").selectFrom("events").select("type").where("subject_id", "=", userId).orderBy("id").execute();
  return rows.map((row) => row.type);
}

async function accountOf(userId: string) {
  return server.services.database.reader("system").selectFrom("users").selectAll().where("id", "=", userId).executeTakeFirst();
}

test("lists the people of the workspace by name, page by page, without a gap", async () => {
  const workspace = await server.newWorkspace();
  const reader = await server.user({ workspace, roles: ["admin"], name: "Mara" });
  for (const name of ["Zoe", "adam", "Bea", "émile", "Bea"]) await server.user({ workspace, name });
  const seen: string[] = [];
  for (let cursor = ""; ; ) {
    const { status, body } = await server.request("GET", `/users?limit=2${cursor}`, { as: reader });
    expect(status).toBe(200);
    seen.push(...body.items.map((item: { name: string }) => item.name));
    if (body.next === null) break;
    cursor = `&cursor=${body.next}`;
  }
  expect(seen.toSorted()).toEqual(["Bea", "Bea", "Mara", "Zoe", "adam", "émile"]);
  expect(seen[0]).toBe("adam");
  const back = await server.request("GET", "/users?sort=-name", { as: reader });
  expect(back.body.items.map((item: { name: string }) => item.name)).toEqual(seen.toReversed());
});

test("finds people by part of name or address, status, role and group", async () => {
  const workspace = await server.newWorkspace();
  const owner = await server.user({ workspace, roles: ["admin"], name: "Olga" });
  const percent = await server.user({ workspace, roles: ["viewer"], name: "100% Nina" });
  const names = async (query: string) => (await server.request("GET", `/users?${query}`, { as: owner })).body.items.map((item: { name: string }) => item.name);
  expect(await names("search=nin")).toEqual(["100% Nina"]);
  expect(await names(`search=${encodeURIComponent(percent.email.slice(0, 9))}`)).toContain("100% Nina");
  expect(await names("search=%25")).toEqual(["100% Nina"]);
  expect(await names("search=_")).toEqual([]);
  expect(await names("role=admin")).toEqual(["Olga"]);
  expect(await names("status=inactive")).toEqual([]);
  const group = await server.request("POST", "/groups", { as: owner, body: { name: "Night shift", roles: ["executor"] } });
  await server.request("POST", `/groups/${group.body.id}/members`, { as: owner, body: { users: [percent.id] } });
  expect(await names("role=executor")).toEqual(["100% Nina"]);
  expect(await names(`group=${group.body.id}`)).toEqual(["100% Nina"]);
});

test.each(["/users", "/admin/users", "/rbac/users"])("answers %s only to those who may see people", async (path) => {
  expect((await server.request("GET", path)).status).toBe(401);
  const designer = await server.user({ roles: ["designer"] });
  const refused = await server.request("GET", path, { as: designer });
  expect(refused).toMatchObject({ status: 403, body: { code: "access.denied" } });
  expect(refused.body.detail).toContain("user:read");
  expect((await server.request("GET", path, { as: steward })).status).toBe(200);
  expect((await server.request("GET", `${path}?limit=0&cursor=x&colour=red`, { as: steward })).status).toBe(400);
  expect((await server.request("GET", `${path}?cursor=nonsense`, { as: steward })).body.code).toBe("request.invalid");
});

test("shows a person by id or address, and lock and second factor only to those who edit accounts", async () => {
  const { body } = await server.request("GET", `/users/${steward.email}`, { as: admin });
  expect(body).toMatchObject({
    id: steward.id,
    roles: ["steward"],
    home: true,
    security: { secondFactor: false, lockedUntil: null },
    can: { update: true, remove: true },
  });
  const seen = await server.request("GET", `/users/${admin.id}`, { as: steward });
  expect(seen.body).toMatchObject({ id: admin.id, security: null, can: { update: false, deactivate: false, remove: false, assignRoles: false } });
  expect((await server.request("GET", "/users/usr_00000000000000000000000000", { as: admin })).body.code).toBe("user.not_found");
});

test("answers people of another workspace as if they did not exist, whatever the call", async () => {
  const foreign = await server.user({ workspace: await server.newWorkspace(), name: "Foreign" });
  const calls: [string, string, object?][] = [
    ["GET", `/users/${foreign.id}`],
    ["GET", `/users/${foreign.email}`],
    ["PUT", `/users/${foreign.id}`, { name: "Taken over" }],
    ["DELETE", `/users/${foreign.id}`],
    ["POST", `/users/${foreign.id}/activate`],
    ["POST", `/users/${foreign.id}/deactivate`],
    ["POST", `/users/${foreign.id}/reset-password`],
    ["POST", `/admin/users/${foreign.id}/unlock`],
    ["PUT", `/rbac/users/${foreign.id}/roles`, { roles: ["admin"] }],
  ];
  for (const [method, path, body] of calls) {
    const response = await server.request(method, path, { as: admin, version: 1, ...(body === undefined ? {} : { body }) });
    expect([method, path, response.status, response.body.code]).toEqual([method, path, 404, "user.not_found"]);
  }
  expect((await server.request("GET", "/users", { as: admin, workspace: foreign.workspace })).body.code).toBe("workspace.not_found");
  expect(await accountOf(foreign.id)).toMatchObject({ name: "Foreign", status: "active" });
  expect(await eventsOf(foreign.id)).toEqual([]);
});

test("creates an account with a mailed link that only readers of the outbox are told", async () => {
  const input = { email: "New.Person@Example.com", name: "New Person", roles: ["viewer", "viewer"] };
  const { status, body } = await server.request("POST", "/users", { as: admin, body: input });
  expect(status).toBe(201);
  expect(body).toMatchObject({ link: null, temporaryPassword: null, user: { email: "new.person@example.com", roles: ["viewer"], status: "active" } });
  expect(await eventsOf(body.user.id)).toEqual(["user.created"]);
  const mail = await server.services.database
    .reader("system")
    .selectFrom("mails")
    .selectAll()
    .where("to_address", "=", "new.person@example.com")
    .executeTakeFirstOrThrow();
  expect(mail).toMatchObject({ kind: "account_created" });
  expect(mail.body_text).toMatch(/http:\/\/granary\.test\/reset-password\?token=gro_/);
  const told = await server.request("POST", "/users", { as: server.admin, body: { email: "second@example.com", name: "Second" } });
  expect(told.body.link).toMatch(/^http:\/\/granary\.test\/reset-password\?token=gro_/);
  expect(await server.request("POST", "/users", { as: admin, body: input })).toMatchObject({ status: 409, body: { code: "user.email_taken" } });
});

test("shows a generated password once, also to a repeated request, and lets the person in", async () => {
  const request = {
    as: admin,
    body: { email: "generated@example.com", name: "Gen Erated", password: "generate" },
    headers: { "idempotency-key": "create-generated-1" },
  };
  const first = await server.request("POST", "/users", request);
  expect(first.body.temporaryPassword).toMatch(/^(?:[a-zA-Z2-9]{4}-){3}[a-zA-Z2-9]{4}$/);
  const again = await server.request("POST", "/users", request);
  expect(again).toMatchObject({ status: 201, body: { user: { id: first.body.user.id }, temporaryPassword: null } });
  const signedIn = await server.request("POST", "/auth/login", { body: { email: "generated@example.com", password: first.body.temporaryPassword } });
  expect(signedIn.status).toBe(200);
  const stored = JSON.stringify(await server.services.database.reader("system").selectFrom("idempotency_keys").select("response").execute());
  expect(stored).not.toContain(first.body.temporaryPassword);
});

test("refuses every wrong field of a new account at once", async () => {
  const { status, body } = await server.request("POST", "/users", { as: admin, body: { email: "no", name: " ", roles: ["The king"], admin: true } });
  expect(status).toBe(400);
  expect(body.errors.map((issue: { path: string }) => issue.path).toSorted()).toEqual(["body.admin", "body.email", "body.name", "body.roles.0"]);
  const unknownGroup = await server.request("POST", "/users", {
    as: admin,
    body: { email: "g@example.com", name: "G", groups: ["grp_00000000000000000000000000"] },
  });
  expect(unknownGroup.body.code).toBe("group.not_found");
  expect((await server.request("POST", "/users", { as: steward, body: { email: "s@example.com", name: "S" } })).status).toBe(403);
  const unknownRole = await server.request("POST", "/users", { as: admin, body: { email: "r@example.com", name: "R", roles: ["king"] } });
  expect(unknownRole.body.code).toBe("role.not_found");
});

test("changes a name and address by the version that was read, and answers both versions to the slower", async () => {
  const person = await server.user({ name: "Old Name" });
  const { headers, body } = await server.request("GET", `/users/${person.id}`, { as: admin });
  expect(headers["etag"]).toBe(`"${body.version}"`);
  expect((await server.request("PUT", `/users/${person.id}`, { as: admin, body: { name: "x" } })).status).toBe(428);
  const answers = await Promise.all(
    ["First", "Second"].map((name) =>
      server.request("PUT", `/users/${person.id}`, { as: admin, version: body.version, body: { name, email: `${name}@renamed.example.com` } }),
    ),
  );
  const [won, lost] = answers.toSorted((a, b) => a.status - b.status);
  expect([won?.status, lost?.status]).toEqual([200, 409]);
  expect(lost?.body).toMatchObject({ code: "edit.conflict", current: { name: won?.body.name, version: won?.body.version } });
  expect(await eventsOf(person.id)).toEqual(["user.updated"]);
});

test("counts a change of roles as a change of the person", async () => {
  const person = await server.user();
  const { version } = (await server.request("GET", `/users/${person.id}`, { as: admin })).body;
  const changed = await server.request("PUT", `/rbac/users/${person.id}/roles`, { as: admin, body: { roles: ["steward"], version } });
  expect(changed.body).toMatchObject({ roles: ["steward"], version: version + 1 });
  expect((await server.request("PUT", `/users/${person.id}`, { as: admin, version, body: { name: "Late" } })).body.code).toBe("edit.conflict");
  expect((await server.request("PUT", `/rbac/users/${person.id}/roles`, { as: admin, body: { roles: [], version } })).body.code).toBe("edit.conflict");
});

test("makes mailed links useless when the address changes", async () => {
  const person = await server.user();
  const { body } = await server.request("POST", `/users/${person.id}/reset-password`, { as: server.admin });
  const token = new URL(body.link).searchParams.get("token");
  const { version } = (await server.request("GET", `/users/${person.id}`, { as: admin })).body;
  await server.request("PUT", `/users/${person.id}`, { as: admin, version, body: { email: "moved@example.com" } });
  const used = await server.request("POST", "/auth/reset-password", { body: { token, newPassword: "correct horse battery staple 9" } });
  expect(used.body.code).toBe("auth.token_invalid");
});

test("ends the sessions of a deactivated person at once and lets them in again", async () => {
  const person = await server.user();
  const second = await openTestSession(server.services, person.id);
  expect((await server.request("GET", "/workspaces", { as: second.token })).status).toBe(200);
  const off = await server.request("POST", `/users/${person.id}/deactivate`, { as: admin });
  expect(off).toMatchObject({ status: 200, body: { status: "inactive", can: { activate: true, deactivate: false } } });
  for (const token of [person.token, second.token]) expect((await server.request("GET", "/workspaces", { as: token })).status).toBe(401);
  expect((await server.request("POST", `/users/${person.id}/deactivate`, { as: admin })).status).toBe(200);
  expect((await server.request("POST", `/users/${person.id}/reset-password`, { as: admin })).body.code).toBe("user.inactive");
  expect((await server.request("POST", `/users/${person.id}/activate`, { as: admin })).body.status).toBe("active");
  expect(await eventsOf(person.id)).toEqual(["user.deactivated", "user.activated"]);
});

test("mails a link to choose a new password, which works once", async () => {
  const person = await server.user();
  const sent = await server.request("POST", `/users/${person.id}/reset-password`, { as: admin });
  expect(sent).toMatchObject({ status: 202, body: { sentTo: person.email, link: null } });
  const told = await server.request("POST", `/users/${person.email}/reset-password`, { as: server.admin });
  const token = new URL(told.body.link).searchParams.get("token");
  const reset = () => server.request("POST", "/auth/reset-password", { body: { token, newPassword: "correct horse battery staple 9" } });
  expect((await reset()).status).toBeLessThan(300);
  expect((await reset()).body.code).toBe("auth.token_invalid");
});

test("unlocks a person who tried too often", async () => {
  const person = await server.user();
  for (let attempt = 0; attempt < 5; attempt += 1) await server.request("POST", "/auth/login", { body: { email: person.email, password: "wrong" } });
  const locked = await server.request("GET", `/users/${person.id}`, { as: admin });
  expect(locked.body.security.lockedUntil).not.toBeNull();
  expect(locked.body.can.unlock).toBe(true);
  const unlocked = await server.request("POST", `/admin/users/${person.id}/unlock`, { as: admin });
  expect(unlocked).toMatchObject({ status: 200, body: { security: { lockedUntil: null } } });
  expect(await eventsOf(person.id)).toContain("user.unlocked");
});

test("removes a membership with its keys, and the account only when it was the last", async () => {
  const other = await server.newWorkspace();
  const person = await server.user({ roles: ["contributor"] });
  await server.services.database.tx("system", (tx) =>
    tx
      .insertInto("memberships")
      .values({ workspace_id: other.id, user_id: person.id, roles: ["viewer"] })
      .execute(),
  );
  const key = await server.request("POST", "/api-keys", { as: person, body: { name: "Script", expiresAt: null } });
  expect((await server.request("GET", "/workspaces", { as: key.body.secret })).status).toBe(200);
  expect((await server.request("DELETE", `/users/${person.id}`, { as: admin })).status).toBe(204);
  expect((await server.request("GET", `/users/${person.id}`, { as: admin })).status).toBe(404);
  expect((await server.request("GET", "/workspaces", { as: key.body.secret })).status).toBe(401);
  expect(await accountOf(person.id)).toMatchObject({ home_workspace_id: other.id, status: "active" });
  const lone = await server.user();
  expect((await server.request("DELETE", `/rbac/users/${lone.id}`, { as: admin })).status).toBe(204);
  expect(await accountOf(lone.id)).toBeUndefined();
  expect(await eventsOf(lone.id)).toEqual(["user.removed"]);
});

test("leaves accounts of another home alone, but not their roles here", async () => {
  const home = await server.newWorkspace();
  const guest = await server.user({ workspace: home });
  await server.services.database.tx("system", (tx) =>
    tx
      .insertInto("memberships")
      .values({ workspace_id: server.workspace.id, user_id: guest.id, roles: ["viewer"] })
      .execute(),
  );
  const { body } = await server.request("GET", `/users/${guest.id}`, { as: admin });
  expect(body).toMatchObject({ home: false, can: { update: false, deactivate: false, resetPassword: false, assignRoles: true, remove: true } });
  expect((await server.request("POST", `/users/${guest.id}/deactivate`, { as: admin })).body.code).toBe("user.account_elsewhere");
  expect((await server.request("PUT", `/users/${guest.id}/roles`, { as: admin, body: { roles: ["steward"] } })).body.roles).toEqual(["steward"]);
  expect((await server.request("POST", `/users/${guest.id}/deactivate`, { as: server.admin })).status).toBe(200);
});

test("keeps people from acting on themselves and on administrators of the installation", async () => {
  const self = async (method: string, path: string, body?: object) =>
    (await server.request(method, path, { as: admin, ...(body === undefined ? {} : { body }) })).body.code;
  expect(await self("POST", `/users/${admin.id}/deactivate`)).toBe("user.self");
  expect(await self("DELETE", `/users/${admin.id}`)).toBe("user.self");
  expect(await self("PUT", `/rbac/users/${admin.id}/roles`, { roles: ["viewer"] })).toBe("user.self");
  expect(await self("POST", `/users/${server.admin.id}/reset-password`)).toBe("user.above_you");
  expect(await self("POST", `/users/${server.admin.id}/deactivate`)).toBe("user.above_you");
  expect(await self("DELETE", `/users/${server.admin.id}`)).toBe("user.above_you");
  expect((await server.request("PUT", `/users/${server.admin.id}`, { as: admin, version: 1, body: { email: "mine@example.com" } })).body.code).toBe(
    "user.above_you",
  );
});

test("keeps the first administrator, by rule and in the database itself", async () => {
  const first = await server.user({ roles: ["admin"], instanceAdmin: true, protected: true, name: "First" });
  const tries: [string, string, object?][] = [
    ["POST", `/users/${first.id}/deactivate`],
    ["DELETE", `/users/${first.id}`],
    ["PUT", `/rbac/users/${first.id}/roles`, { roles: [] }],
    ["PUT", `/admin/users/${first.id}/instance-admin`, { instanceAdmin: false }],
  ];
  for (const [method, path, body] of tries) {
    const response = await server.request(method, path, { as: server.admin, ...(body === undefined ? {} : { body }) });
    expect([path, response.status, response.body.code]).toEqual([path, 409, "user.protected"]);
  }
  const { database } = server.services;
  const refuse = (change: object) =>
    expect(database.tx("system", (tx) => tx.updateTable("users").set(change).where("id", "=", first.id).execute())).rejects.toThrow();
  await refuse({ status: "inactive" });
  await refuse({ instance_admin: false });
  await refuse({ protected: false });
  await expect(database.tx("system", (tx) => tx.deleteFrom("users").where("id", "=", first.id).execute())).rejects.toThrow(/protected/);
});

test("gives nobody a role with permissions the giver lacks", async () => {
  const person = await server.user({ roles: ["viewer"] });
  const path = `/rbac/users/${person.id}/roles`;
  expect((await server.request("PUT", path, { as: steward, body: { roles: ["viewer"] } })).body.code).toBe("access.denied");
  const key = await server.request("POST", "/api-keys", { as: admin, body: { name: "Roles", scopes: ["role:assign", "user:read"], expiresAt: null } });
  const refused = await server.request("PUT", path, { as: key.body.secret, body: { roles: ["admin"] } });
  expect(refused).toMatchObject({ status: 403, body: { code: "role.not_yours_to_give" } });
  expect((await server.request("PUT", path, { as: key.body.secret, body: { roles: ["viewer"] } })).status).toBe(200);
});

test("keeps an active administrator in the workspace, also when two are taken at the same moment", async () => {
  const workspace = await server.newWorkspace();
  const admins = [await server.user({ workspace, roles: ["admin"] }), await server.user({ workspace, roles: ["admin"] })];
  const [one, two] = admins as [TestUser, TestUser];
  const answers = await Promise.all([
    server.request("PUT", `/rbac/users/${two.id}/roles`, { as: one, body: { roles: ["viewer"] } }),
    server.request("PUT", `/rbac/users/${one.id}/roles`, { as: two, body: { roles: ["viewer"] } }),
  ]);
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
  const left = admins[answers[0]?.status === 200 ? 0 : 1] as TestUser;
  for (const [method, path, body] of [
    ["PUT", `/rbac/users/${left.id}/roles`, { roles: [] }],
    ["POST", `/users/${left.id}/deactivate`, undefined],
    ["DELETE", `/users/${left.id}`, undefined],
  ] as const) {
    const response = await server.request(method, path, { as: server.admin, workspace, ...(body === undefined ? {} : { body }) });
    expect([path, response.body.code]).toEqual([path, "workspace.last_admin"]);
  }
});

test("makes and unmakes administrators of the installation, by such alone", async () => {
  const person = await server.user();
  const path = `/admin/users/${person.id}/instance-admin`;
  expect((await server.request("PUT", path, { as: admin, body: { instanceAdmin: true } })).body.code).toBe("access.denied");
  expect((await server.request("PUT", path, { as: server.admin, body: { instanceAdmin: true } })).body.instanceAdmin).toBe(true);
  expect((await server.request("GET", "/admin/settings/instance", { as: person })).status).toBe(200);
  expect((await server.request("PUT", path, { as: server.admin, body: { instanceAdmin: false } })).body.instanceAdmin).toBe(false);
  expect(await eventsOf(person.id)).toEqual(["user.instance_admin_changed", "user.instance_admin_changed"]);
});

test("does the same to many people and says of each whether it was done", async () => {
  const people = [await server.user(), await server.user()];
  const missing = "usr_00000000000000000000000000" as Id<"user">;
  const ids = [people[0]?.id, server.admin.id, missing, people[1]?.id];
  const { status, body } = await server.request("POST", "/users/bulk", { as: admin, body: { ids, action: "deactivate" } });
  expect(status).toBe(200);
  expect(body.results.map((result: { code: string | null }) => result.code)).toEqual([null, "user.above_you", "user.not_found", null]);
  for (const person of people) expect(await accountOf(person.id)).toMatchObject({ status: "inactive" });
  const roles = await server.request("POST", "/users/bulk", { as: admin, body: { ids: [people[0]?.id], action: "add_role", role: "executor" } });
  expect(roles.body.results[0]).toMatchObject({ ok: true });
  expect((await server.request("POST", "/users/bulk", { as: admin, body: { ids, action: "add_role" } })).status).toBe(400);
  const refused = await server.request("POST", "/users/bulk", { as: steward, body: { ids: [people[0]?.id], action: "remove" } });
  expect(refused.body.results[0]).toMatchObject({ ok: false, code: "access.denied" });
});
