import { openApiDocument, PERMISSIONS, type RouteSpec, routes } from "@granary/protocol";
import { startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let nobody: TestUser;

const table = Object.entries(routes) as [string, RouteSpec][];
const guarded = table.filter(([, spec]) => spec.access !== "public");
const byPermission = guarded.filter(([, spec]) => spec.access !== "signed_in");

/** Routes anyone may call: adding one is a decision, so it is written here too. */
const PUBLIC = new Set([
  "auth.config",
  "auth.setupState",
  "auth.setup",
  "auth.register",
  "auth.login",
  "auth.refresh",
  "auth.verifyEmail",
  "auth.resendVerification",
  "auth.resetPassword",
  "auth.passwordStrength",
  "auth.invitation",
  "auth.deviceStart",
  "auth.deviceToken",
  // Its secret is its right of way.
  "pipelines.hook",
]);

beforeAll(async () => {
  server = await startTestServer();
  nobody = await server.user({ roles: [] });
});
afterAll(() => server[Symbol.asyncDispose]());

const concrete = (path: string) => path.replace(/\{\w+\}/g, "usr_0123456789abcdefghjkmnpqrs");

describe("the route table", () => {
  it("is not empty", () => expect(table.length).toBeGreaterThan(50));

  it.each(table)("%s says who may call it and what it answers", (id, spec) => {
    expect(id).toMatch(/^[a-zA-Z]+\.[a-zA-Z0-9]+$/);
    expect(spec.access === "public" || spec.access === "signed_in" || spec.access in PERMISSIONS).toBe(true);
    expect(Object.keys(spec.responses).some((status) => status.startsWith("2"))).toBe(true);
    expect(spec.summary.length).toBeGreaterThan(5);
    expect(spec.path).toMatch(/^\/[\w{}/.-]+$/);
  });

  it("opens to everyone only what is listed", () => {
    expect(new Set(table.filter(([, spec]) => spec.access === "public").map(([id]) => id))).toEqual(PUBLIC);
  });

  it("has no two routes at one address", () => {
    const addresses = table.flatMap(([, spec]) => [spec.path, ...(spec.aliases ?? [])].map((path) => `${spec.method} ${path.replace(/\{\w+\}/g, "{}")}`));
    expect(addresses.filter((address, index) => addresses.indexOf(address) !== index)).toEqual([]);
  });
});

describe("without credentials", () => {
  it.each(guarded)("%s answers 401 and nothing else", async (_id, spec) => {
    for (const path of [spec.path, ...(spec.aliases ?? [])]) {
      const response = await server.request(
        spec.method,
        concrete(path),
        spec.method === "GET" ? {} : { body: {}, headers: { "content-type": "application/json" } },
      );
      expect([path, response.status, response.body.code]).toEqual([path, 401, "auth.required"]);
    }
  });
});

describe("without the permission", () => {
  it.each(byPermission)("%s answers 403 and names it", async (_id, spec) => {
    const response = await server.request(spec.method, concrete(spec.path), { as: nobody, ...(spec.method === "GET" ? {} : { body: {} }) });
    expect([response.status, response.body.code]).toEqual([403, "access.denied"]);
    expect(response.body.detail).toContain(spec.access);
  });
});

describe("the OpenAPI document", () => {
  const document = openApiDocument({ version: "1.2.3", serverUrl: "https://granary.example.com" });
  const text = JSON.stringify(document);

  it("describes every route and alias", () => {
    const paths = document["paths"] as Record<string, Record<string, { operationId: string }>>;
    for (const [id, spec] of table) {
      expect(paths[spec.path]?.[spec.method.toLowerCase()]?.operationId).toBe(id);
      for (const alias of spec.aliases ?? []) expect(paths[alias]?.[spec.method.toLowerCase()]).toBeDefined();
    }
  });

  it("refers to nothing that is not there", () => {
    const schemas = (document["components"] as { schemas: Record<string, unknown> }).schemas;
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(references.length).toBeGreaterThan(10);
    for (const reference of references) expect(Object.keys(schemas)).toContain(reference.replace("#/components/schemas/", ""));
  });

  it("has unique operation ids", () => {
    const ids = [...text.matchAll(/"operationId":"([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("paths the requirements name", () => {
  const REQUIRED = [
    "POST /auth/register",
    "POST /auth/login",
    "POST /auth/logout",
    "POST /auth/refresh",
    "POST /auth/reset-password",
    "POST /auth/change-password",
    "POST /auth/verify-email",
    "POST /auth/2fa/setup",
    "POST /auth/2fa/verify",
    "GET /auth/me",
    "GET /users",
    "POST /users",
    "GET /users/{}",
    "PUT /users/{}",
    "DELETE /users/{}",
    "POST /users/{}/reset-password",
    "POST /users/{}/activate",
    "POST /users/{}/deactivate",
    "GET /users/me/permissions",
    "GET /users/me/session-info",
    "GET /roles",
    "GET /roles/{}",
    "GET /roles/{}/permissions",
    "GET /roles/navigation/items",
    "GET /roles/features/access",
    "POST /admin/users/{}/unlock",
    "GET /rbac/roles",
    "GET /rbac/permissions",
    "GET /rbac/users",
    "GET /rbac/users/{}",
    "GET /rbac/check-permission/{}",
    "GET /rbac/my-permissions",
    "GET /rbac/access-logs",
    "GET /rbac/access-logs/denied",
    "PUT /rbac/users/{}/roles",
    "GET /admin/activity-logs",
    "GET /admin/activity-logs/{}",
    "GET /admin/settings/dev-role-production",
    "PUT /admin/settings/dev-role-production",
    "POST /datasets",
    "GET /datasets",
    "GET /datasets/{}",
    "DELETE /datasets/{}",
    "GET /datasets/{}/rows",
    "GET /datasets/{}/download",
    "GET /datasets/{}/batches",
  ];

  it("are served", () => {
    const served = new Set(table.flatMap(([, spec]) => [spec.path, ...(spec.aliases ?? [])].map((path) => `${spec.method} ${path.replace(/\{\w+\}/g, "{}")}`)));
    expect(REQUIRED.filter((path) => !served.has(path))).toEqual([]);
  });
});
