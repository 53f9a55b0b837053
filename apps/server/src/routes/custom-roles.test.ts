import { startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let server: TestServer;
let admin: TestUser;
let sequence = 0;

beforeAll(async () => {
  server = await startTestServer();
  admin = await server.user({ roles: ["admin"], name: "Ada Admin" });
});
afterAll(() => server[Symbol.asyncDispose]());

const title = (): string => `Regional analyst ${(sequence += 1)}`;
const create = (body: object = {}, as: TestUser | string = admin) =>
  server.request("POST", "/roles", { as, body: { title: title(), permissions: ["dataset:read", "sql:run"], ...body } });
const own = async (body: object = {}) => (await create(body)).body;
const permissions = async (as: TestUser | string): Promise<string[]> => (await server.request("GET", "/rbac/my-permissions", { as })).body.permissions;
const setRoles = (person: TestUser, roles: string[], as: TestUser = admin) => server.request("PUT", `/rbac/users/${person.id}/roles`, { as, body: { roles } });
const types = async () =>
  (await server.request("GET", "/admin/activity-logs?area=administration&limit=3", { as: admin })).body.items.map((item: { type: string }) => item.type);

describe("an own role", () => {
  test("is created from a built-in one, listed beside it and recorded", async () => {
    const made = await create({ title: "Data scout", text: "Looks around.", basedOn: "data_analyst" });
    expect(made).toMatchObject({
      status: 201,
      body: {
        name: "data-scout",
        title: "Data scout",
        builtIn: false,
        basedOn: "data_analyst",
        permissions: ["dataset:read", "sql:run"],
        grantable: true,
        heldBy: { people: 0, groups: 0, invitations: 0 },
        version: 1,
        can: { update: true, delete: true },
      },
    });
    const { roles, permissions } = (await server.request("GET", "/roles/matrix", { as: admin })).body;
    expect(roles.map((role: { name: string }) => role.name)).toContain("data-scout");
    expect(permissions.find((item: { name: string }) => item.name === "sql:run").roles).toContain("data-scout");
    expect((await types())[0]).toBe("role.created");
  });

  test("is honoured at once for people, groups, invitations, keys and navigation, and follows its changes", async () => {
    const role = await own();
    const person = await server.user({ roles: [] });
    expect(await permissions(person)).toEqual([]);
    expect((await setRoles(person, [role.name])).body.roles).toEqual([role.name]);
    expect(await permissions(person)).toEqual(["dataset:read", "sql:run"]);
    const places = (await server.request("GET", "/roles/navigation/items", { as: person })).body.items.map((item: { id: string }) => item.id);
    expect(places).toEqual(["home", "datasets", "sql"]);
    const changed = await server.request("PATCH", `/roles/${role.name}`, {
      as: admin,
      version: 1,
      body: { permissions: ["dataset:read", "api_key:create"] },
    });
    expect(changed.body).toMatchObject({ version: 2, heldBy: { people: 1 } });
    expect((await permissions(person)).toSorted()).toEqual(["api_key:create", "dataset:read"]);
    const key = await server.request("POST", "/api-keys", { as: person, body: { name: "k", scopes: [], expiresAt: null } });
    expect((await permissions(key.body.secret)).toSorted()).toEqual(["api_key:create", "dataset:read"]);

    const member = await server.user({ roles: [] });
    const group = await server.request("POST", "/groups", { as: admin, body: { name: title(), roles: [role.name] } });
    await server.request("POST", `/groups/${group.body.id}/members`, { as: admin, body: { users: [member.id] } });
    expect((await permissions(member)).toSorted()).toEqual(["api_key:create", "dataset:read"]);
    const invited = await server.request("POST", "/invitations", { as: admin, body: { emails: [`guest${sequence}@example.com`], roles: [role.name] } });
    expect(invited.body.results[0].invitation.roles).toEqual([role.name]);
    expect((await server.request("GET", `/users?role=${role.name}`, { as: admin })).body.items.map((item: { id: string }) => item.id).toSorted()).toEqual(
      [person.id, member.id].toSorted(),
    );
    expect((await server.request("GET", "/rbac/check-permission/dataset:read", { as: person })).body.reason).toBe(`Given by: ${role.name}.`);
  });

  test("gives no more than its maker holds, and is changed by nobody who holds less", async () => {
    const key = await server.request("POST", "/api-keys", {
      as: admin,
      body: { name: "k", scopes: ["role:manage", "dataset:read", "user:read"], expiresAt: null },
    });
    const { secret } = key.body;
    expect((await create({}, secret)).body).toMatchObject({ code: "role.exceeds_yours", detail: expect.stringContaining("sql:run") });
    expect((await create({ permissions: ["instance:settings"] }, server.admin)).body.code).toBe("role.exceeds_yours");
    const role = await own();
    expect((await server.request("PATCH", `/roles/${role.name}`, { as: secret, version: 1, body: { permissions: ["dataset:read"] } })).body.code).toBe(
      "role.exceeds_yours",
    );
    expect((await server.request("DELETE", `/roles/${role.name}`, { as: secret })).body.code).toBe("role.exceeds_yours");
    expect((await server.request("GET", `/roles/${role.name}`, { as: secret })).body).toMatchObject({
      grantable: false,
      can: { update: false, delete: false },
    });
  });

  test("cannot be given by who lacks what it gives", async () => {
    const strong = await own({ permissions: ["dataset:manage"] });
    const weak = await own({ permissions: ["role:assign", "user:read"] });
    const assigner = await server.user({ roles: [] });
    await setRoles(assigner, [weak.name]);
    const person = await server.user({ roles: [] });
    expect((await setRoles(person, [strong.name], assigner)).body).toMatchObject({ code: "role.not_yours_to_give" });
    expect((await setRoles(person, [weak.name], assigner)).status).toBe(200);
  });

  test("needs a title that looks like no other", async () => {
    await own({ title: "Night shift" });
    for (const taken of ["night  SHIFT", "Night\u00a0shift!", "Nіght shіft", "Administrator", "Аdmіnistratоr", "data-engineer"])
      expect([taken, (await create({ title: taken })).body.code]).toEqual([taken, "role.title_taken"]);
    expect((await create({ title: "!!!" })).status).toBe(400);
  });

  test("is edited by one person at a time", async () => {
    const role = await own();
    expect((await server.request("PATCH", `/roles/${role.name}`, { as: admin, body: { text: "x" } })).status).toBe(428);
    expect((await server.request("PATCH", `/roles/${role.name}`, { as: admin, version: 9, body: { text: "x" } })).body.code).toBe("edit.conflict");
  });

  test("asks where its holders go before it is deleted, and leaves nothing of it behind", async () => {
    const role = await own();
    const person = await server.user({ roles: [] });
    await setRoles(person, [role.name]);
    const group = await server.request("POST", "/groups", { as: admin, body: { name: title(), roles: [role.name] } });
    expect((await server.request("DELETE", `/roles/${role.name}`, { as: admin })).body).toMatchObject({ code: "role.in_use", status: 409 });
    expect((await server.request("DELETE", `/roles/${role.name}?moveTo=no-such`, { as: admin })).body.code).toBe("role.not_found");
    expect((await server.request("DELETE", `/roles/${role.name}?moveTo=${role.name}`, { as: admin })).status).toBe(400);
    expect((await server.request("DELETE", `/roles/${role.name}?moveTo=viewer`, { as: admin })).status).toBe(204);
    expect((await server.request("GET", `/users/${person.id}`, { as: admin })).body.roles).toEqual(["viewer"]);
    expect((await server.request("GET", `/groups/${group.body.id}`, { as: admin })).body.roles).toEqual(["viewer"]);
    expect(await permissions(person)).toContain("dataset:read");
    expect((await setRoles(person, [role.name])).body.code).toBe("role.not_found");
    expect((await types())[0]).toBe("role.deleted");
  });

  test("belongs to its workspace", async () => {
    const role = await own();
    const elsewhere = await server.user({ roles: ["admin"], workspace: await server.newWorkspace() });
    expect((await server.request("GET", `/roles/${role.name}`, { as: elsewhere })).status).toBe(404);
    expect((await server.request("DELETE", `/roles/${role.name}`, { as: elsewhere })).status).toBe(404);
    expect((await server.request("GET", "/roles", { as: elsewhere })).body.items.every((item: { builtIn: boolean }) => item.builtIn)).toBe(true);
  });
});

test("built-in roles are neither changed nor deleted", async () => {
  expect((await server.request("PATCH", "/roles/viewer", { as: admin, version: 0, body: { text: "x" } })).body.code).toBe("role.built_in");
  expect((await server.request("DELETE", "/roles/viewer", { as: admin })).body.code).toBe("role.built_in");
});

test("the last administrator stays: whatever an own role gives, only the role admin counts", async () => {
  const workspace = await server.newWorkspace();
  const last = await server.user({ roles: ["admin"], workspace });
  const all = (await server.request("GET", "/roles/admin", { as: last })).body.permissions;
  const role = (await server.request("POST", "/roles", { as: last, body: { title: "Everything", permissions: all } })).body;
  const other = await server.user({ roles: [], workspace });
  expect((await setRoles(other, [role.name], last)).status).toBe(200);
  const refused = [
    await setRoles(last, ["viewer"], other),
    await server.request("POST", `/users/${last.id}/deactivate`, { as: other }),
    await server.request("DELETE", `/users/${last.id}`, { as: other }),
  ];
  expect(refused.map((response) => response.body.code)).toEqual(["workspace.last_admin", "workspace.last_admin", "workspace.last_admin"]);
  const group = await server.request("POST", "/groups", { as: last, body: { name: "Admins", roles: ["admin"] } });
  const second = await server.user({ roles: [], workspace });
  await server.request("POST", `/groups/${group.body.id}/members`, { as: last, body: { users: [second.id] } });
  expect((await setRoles(last, [role.name], second)).status).toBe(200);
  expect((await server.request("DELETE", `/groups/${group.body.id}`, { as: second })).body.code).toBe("workspace.last_admin");
  expect((await server.request("DELETE", `/groups/${group.body.id}/members/${second.id}`, { as: second })).body.code).toBe("workspace.last_admin");
});

test("addresses in letters of other alphabets are refused in invitations and grants", async () => {
  for (const address of ["admi\u0131@example.com", "\u212Aarl@example.com", "\u0430da@example.com", "ada@ex\u0430mple.com", "ada@\uFF45xample.com"]) {
    const invited = await server.request("POST", "/invitations", { as: admin, body: { emails: [address], roles: ["viewer"] } });
    expect([address, invited.status]).toEqual([address, 400]);
  }
  const karl = await server.user({ name: "Karl" });
  expect((await server.request("GET", `/users/${karl.email.toUpperCase()}`, { as: admin })).body.id).toBe(karl.id);
  expect(
    (await server.request("GET", `/users/${encodeURIComponent(karl.email.replace(/[ks]/, (letter) => (letter === "k" ? "\u212A" : "\u017F")))}`, { as: admin }))
      .status,
  ).toBe(/[ks]/.test(karl.email) ? 404 : 200);
});
