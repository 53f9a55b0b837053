import { startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: TestServer;
let admin: TestUser;
let viewer: TestUser;

beforeAll(async () => {
  server = await startTestServer();
  admin = await server.user({ roles: ["admin"] });
  viewer = await server.user({ roles: ["viewer"] });
});
afterAll(() => server[Symbol.asyncDispose]());

async function eventsOf(id: string): Promise<string[]> {
  const rows = await server.services.database.reader("system").selectFrom("events").select("type").where("subject_id", "=", id).orderBy("at").execute();
  return rows.map((row) => row.type);
}

async function create(name: string, roles: string[] = []): Promise<{ id: string; version: number }> {
  const { status, body } = await server.request("POST", "/groups", { as: admin, body: { name, roles } });
  expect(status).toBe(201);
  return body;
}

test("gives members the roles of the group, at once and as long as they are in it", async () => {
  const person = await server.user({ roles: [] });
  const group = await create("Operators", ["executor"]);
  expect((await server.request("GET", "/jobs", { as: person })).status).toBe(403);
  const added = await server.request("POST", `/groups/${group.id}/members`, { as: admin, body: { users: [person.id, person.id] } });
  expect(added.body).toMatchObject({ members: 1, roles: ["executor"], can: { changeMembers: true } });
  expect((await server.request("GET", "/jobs", { as: person })).status).toBe(200);
  expect((await server.request("GET", "/groups/operators/members", { as: admin })).body.items).toMatchObject([{ id: person.id, email: person.email }]);
  expect((await server.request("DELETE", `/groups/${group.id}/members/${person.email}`, { as: admin })).body.members).toBe(0);
  expect((await server.request("GET", "/jobs", { as: person })).status).toBe(403);
  expect(await eventsOf(group.id)).toEqual(["group.created", "group.member_added", "group.member_removed"]);
});

test("lists groups by name, page by page", async () => {
  for (const name of ["Zeta", "alpha", "Beta"]) await create(name);
  const first = await server.request("GET", "/groups?limit=2&search=eta", { as: admin });
  expect(first.body.items.map((item: { name: string }) => item.name)).toEqual(["Beta", "Zeta"]);
  expect(first.body.next).toBeNull();
  const one = await server.request("GET", "/groups?limit=1", { as: admin });
  const two = await server.request("GET", `/groups?limit=1&cursor=${one.body.next}`, { as: admin });
  expect([one.body.items[0].name, two.body.items[0].name]).toEqual(["alpha", "Beta"]);
});

test("refuses a name that is taken, whatever its case", async () => {
  await create("Finance");
  expect((await server.request("POST", "/groups", { as: admin, body: { name: "FINANCE" } })).body.code).toBe("group.name_taken");
  const other = await create("Controlling");
  const renamed = await server.request("PATCH", `/groups/${other.id}`, { as: admin, version: 1, body: { name: "finance" } });
  expect(renamed).toMatchObject({ status: 409, body: { code: "group.name_taken" } });
});

test("answers both versions to the slower of two edits", async () => {
  const group = await create("Edited twice");
  const answers = await Promise.all(
    ["one", "two"].map((description) => server.request("PATCH", `/groups/${group.id}`, { as: admin, version: group.version, body: { description } })),
  );
  const [won, lost] = answers.toSorted((a, b) => a.status - b.status);
  expect([won?.status, lost?.status]).toEqual([200, 409]);
  expect(lost?.body).toMatchObject({ code: "edit.conflict", current: { description: won?.body.description, version: 2 } });
  expect((await server.request("PATCH", `/groups/${group.id}`, { as: admin, body: { description: "x" } })).status).toBe(428);
});

test("takes a group's members and roles with it", async () => {
  const person = await server.user({ roles: [] });
  const group = await create("Short-lived", ["viewer"]);
  await server.request("POST", `/groups/${group.id}/members`, { as: admin, body: { users: [person.id] } });
  expect((await server.request("DELETE", `/groups/${group.id}`, { as: admin })).status).toBe(204);
  expect((await server.request("GET", `/groups/${group.id}`, { as: admin })).status).toBe(404);
  expect((await server.request("GET", `/users/${person.id}`, { as: admin })).body.groups).toEqual([]);
  expect(await eventsOf(group.id)).toContain("group.deleted");
});

test("keeps an administrator when the role came through a group", async () => {
  const workspace = await server.newWorkspace();
  const owner = await server.user({ workspace, roles: ["viewer"] });
  const as = { as: server.admin, workspace };
  const group = (await server.request("POST", "/groups", { ...as, body: { name: "Owners", roles: ["admin"] } })).body;
  await server.request("POST", `/groups/${group.id}/members`, { ...as, body: { users: [owner.id] } });
  const refusals = [
    await server.request("DELETE", `/groups/${group.id}`, as),
    await server.request("DELETE", `/groups/${group.id}/members/${owner.id}`, as),
    await server.request("PATCH", `/groups/${group.id}`, { ...as, version: group.version, body: { roles: ["viewer"] } }),
    await server.request("DELETE", `/users/${owner.id}`, as),
    await server.request("POST", `/users/${owner.id}/deactivate`, as),
  ];
  expect(refusals.map((refusal) => refusal.body.code)).toEqual(Array.from({ length: 5 }, () => "workspace.last_admin"));
  expect((await server.request("GET", `/groups/${group.id}`, as)).body).toMatchObject({ roles: ["admin"], members: 1 });
});

test("lets nobody hand out through a group what they could not give", async () => {
  const group = await create("Powerful", ["admin"]);
  const key = await server.request("POST", "/api-keys", { as: admin, body: { name: "Groups", scopes: ["group:manage", "user:read"], expiresAt: null } });
  const by = { as: key.body.secret as string };
  expect((await server.request("POST", "/groups", { ...by, body: { name: "Own", roles: ["admin"] } })).body.code).toBe("role.not_yours_to_give");
  expect((await server.request("POST", `/groups/${group.id}/members`, { ...by, body: { users: [viewer.id] } })).body.code).toBe("role.not_yours_to_give");
  expect((await server.request("DELETE", `/groups/${group.id}`, by)).body.code).toBe("role.not_yours_to_give");
  expect((await server.request("GET", `/groups/${group.id}`, by)).body.can).toEqual({ update: true, delete: false, changeMembers: false });
  expect((await server.request("PATCH", `/groups/${group.id}`, { ...by, version: group.version, body: { description: "fine" } })).status).toBe(200);
});

test("keeps groups and people of other workspaces out", async () => {
  const workspace = await server.newWorkspace();
  const foreigner = await server.user({ workspace, roles: ["admin"] });
  const group = await create("Ours");
  for (const [method, path, body] of [
    ["GET", `/groups/${group.id}`, undefined],
    ["PATCH", `/groups/${group.id}`, { name: "Theirs" }],
    ["DELETE", `/groups/${group.id}`, undefined],
    ["GET", "/groups/Ours/members", undefined],
    ["POST", `/groups/${group.id}/members`, { users: [foreigner.id] }],
  ] as const) {
    const response = await server.request(method, path, { as: foreigner, version: 1, ...(body === undefined ? {} : { body }) });
    expect([method, path, response.body.code]).toEqual([method, path, "group.not_found"]);
  }
  expect((await server.request("POST", `/groups/${group.id}/members`, { as: admin, body: { users: [foreigner.id] } })).body.code).toBe("user.not_found");
  expect((await server.request("POST", "/groups", { as: admin, workspace, body: { name: "x" } })).body.code).toBe("workspace.not_found");
});

test("asks for the permission", async () => {
  expect((await server.request("GET", "/groups")).status).toBe(401);
  expect((await server.request("GET", "/groups", { as: viewer })).status).toBe(403);
  const steward = await server.user({ roles: ["steward"] });
  expect((await server.request("GET", "/groups", { as: steward })).status).toBe(200);
  const refused = await server.request("POST", "/groups", { as: steward, body: { name: "x" } });
  expect(refused).toMatchObject({ status: 403, body: { code: "access.denied" } });
  expect((await server.request("POST", "/groups", { as: admin, body: { name: "" } })).status).toBe(400);
});
