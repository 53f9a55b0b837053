import { BUILT_IN_ROLE_NAMES, PERMISSION_NAMES } from "@granary/protocol";
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

const get = (path: string, as: TestUser | string) => server.request("GET", path, { as });

test.each(["/roles", "/rbac/roles"])("lists the built-in roles at %s", async (path) => {
  const { body } = await get(path, admin);
  expect(body.items.map((role: { name: string }) => role.name)).toEqual(BUILT_IN_ROLE_NAMES);
  expect(body.items.every((role: { grantable: boolean; limited: boolean }) => role.grantable && !role.limited)).toBe(true);
  expect((await get(path, viewer)).status).toBe(403);
  expect((await server.request("GET", path)).status).toBe(401);
});

test("shows one role and what it gives", async () => {
  expect((await get("/roles/executor", admin)).body).toMatchObject({ name: "executor", title: "Executor", builtIn: true });
  const { body } = await get("/roles/executor/permissions", admin);
  expect(body.permissions.map((permission: { name: string }) => permission.name)).toContain("pipeline:run");
  expect((await get("/roles/emperor", admin)).body.code).toBe("role.not_found");
  expect((await get("/roles/Emperor!", admin)).status).toBe(400);
});

test("answers the matrix of every permission with the roles that give it", async () => {
  const { body } = await get("/roles/matrix", admin);
  expect(body.permissions.map((permission: { name: string }) => permission.name)).toEqual(PERMISSION_NAMES);
  const readDataset = body.permissions.find((permission: { name: string }) => permission.name === "dataset:read");
  expect(readDataset).toMatchObject({ area: "Datasets", scope: "workspace", mine: true, roles: BUILT_IN_ROLE_NAMES });
  const settings = body.permissions.find((permission: { name: string }) => permission.name === "instance:settings");
  expect(settings).toMatchObject({ scope: "instance", mine: false, roles: [] });
});

test("offers the places and features that the caller's permissions open", async () => {
  const ids = async (as: TestUser) => (await get("/roles/navigation/items", as)).body.items.map((item: { id: string }) => item.id);
  expect(await ids(viewer)).toEqual(["home", "datasets", "changes", "pipelines", "runs"]);
  expect(await ids(admin)).toEqual([
    "home",
    "datasets",
    "changes",
    "pipelines",
    "runs",
    "connections",
    "sql",
    "personal-data",
    "people",
    "groups",
    "policies",
    "roles",
    "api-keys",
    "activity",
    "access-log",
    "jobs",
    "settings",
  ]);
  expect(await ids(server.admin)).toContain("outbox");
  expect((await get("/roles/features/access", viewer)).body.features).toMatchObject({ importData: false, createApiKeys: false });
  expect((await get("/roles/features/access", admin)).body.features).toMatchObject({ importData: true, invitePeople: true, administerInstance: false });
});

test("tells whether the caller holds a permission, and why", async () => {
  const check = async (permission: string, as: TestUser | string) => (await get(`/rbac/check-permission/${permission}`, as)).body;
  expect(await check("dataset:read", viewer)).toEqual({ permission: "dataset:read", allowed: true, reason: "Given by: viewer." });
  expect(await check("user:delete", viewer)).toMatchObject({ allowed: false, reason: "None of your roles gives it. These do: admin, developer." });
  expect(await check("instance:settings", admin)).toMatchObject({ allowed: false, reason: "Only administrators of the installation hold it." });
  expect(await check("instance:settings", server.admin)).toMatchObject({ allowed: true });
  const key = await server.request("POST", "/api-keys", { as: admin, body: { name: "k", scopes: ["user:read"], expiresAt: null } });
  expect(await check("user:delete", key.body.secret)).toMatchObject({ allowed: false, reason: expect.stringContaining("limited") });
  expect((await get("/rbac/check-permission/no:such", viewer)).status).toBe(400);
});

test("lists every permission to anybody signed in", async () => {
  const { body } = await get("/rbac/permissions", viewer);
  expect(body.items).toHaveLength(PERMISSION_NAMES.length);
  expect(body.items.filter((item: { mine: boolean }) => item.mine).map((item: { name: string }) => item.name)).toContain("dataset:read");
  expect((await get("/rbac/my-permissions", viewer)).body.permissions).toContain("dataset:read");
});
