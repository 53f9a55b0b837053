import { startTestServer, type TestServer } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe("workspaces", () => {
  it("demands a sign-in", async () => {
    const response = await server.request("GET", "/workspaces");
    expect(response.status).toBe(401);
    expect(response.body).toMatchObject({ code: "auth.required", status: 401, retry: "never" });
  });

  it("lists the workspaces a person is a member of, page by page", async () => {
    const other = await server.newWorkspace("Another");
    const person = await server.user();
    const response = await server.request("GET", "/workspaces", { as: person });
    expect(response.body.items.map((item: { id: string }) => item.id)).toEqual([server.workspace.id]);
    const first = await server.request("GET", "/workspaces?limit=1", { as: server.admin });
    const second = await server.request("GET", `/workspaces?limit=1&cursor=${first.body.next}`, { as: server.admin });
    expect([first.body.items[0].id, second.body.items[0].id]).toEqual([other.id, server.workspace.id]);
    expect(second.body.next).toBeNull();
  });

  it("answers 404 for a workspace the caller is no member of, by header or by path", async () => {
    const foreign = await server.newWorkspace();
    const person = await server.user();
    expect((await server.request("GET", "/workspaces", { as: person, workspace: foreign })).body.code).toBe("workspace.not_found");
    const response = await server.request("GET", `/workspaces/${foreign.id}`, { as: person });
    expect([response.status, response.body.code]).toEqual([404, "workspace.not_found"]);
  });

  it("refuses to create without the permission and names it", async () => {
    const person = await server.user({ roles: ["admin"] });
    const response = await server.request("POST", "/workspaces", { as: person, body: { name: "Mine" } });
    expect(response.status).toBe(403);
    expect(response.body.detail).toContain("workspace:create");
  });

  it("creates one and records the event in the same transaction", async () => {
    const response = await server.request("POST", "/workspaces", { as: server.admin, body: { name: "Crème & Co" } });
    expect(response.status).toBe(201);
    expect(response.body).toMatchObject({ slug: "creme-co", name: "Crème & Co", members: 1, version: 1 });
    const event = await server.services.database
      .reader("system")
      .selectFrom("events")
      .selectAll()
      .where("subject_id", "=", response.body.id)
      .executeTakeFirstOrThrow();
    expect(event).toMatchObject({ type: "workspace.created", actor_id: server.admin.id, result: "success" });
  });

  it("gives workspaces of one name created at once an address each", async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => server.request("POST", "/workspaces", { as: server.admin, body: { name: "Twins" } })));
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 201));
    expect(new Set(answers.map((answer) => answer.body.slug)).size).toBe(6);
  });

  it("refuses a taken address", async () => {
    const body = { name: "X", slug: server.workspace.slug };
    const response = await server.request("POST", "/workspaces", { as: server.admin, body });
    expect([response.status, response.body.code]).toEqual([409, "workspace.slug_taken"]);
  });

  it("reports every problem of a body at once", async () => {
    const response = await server.request("POST", "/workspaces", { as: server.admin, body: { name: "", slug: "Not Valid!", extra: 1 } });
    expect(response.status).toBe(400);
    expect(response.body.errors.map((issue: { path: string }) => issue.path).toSorted()).toEqual(["body.extra", "body.name", "body.slug"]);
  });

  it("renames at the version that was read, and answers a stale edit with both versions", async () => {
    const { body: read, headers } = await server.request("GET", `/workspaces/${server.workspace.id}`, { as: server.admin });
    expect(headers["etag"]).toBe(`"${read.version}"`);
    const path = `/workspaces/${server.workspace.id}`;
    expect((await server.request("PATCH", path, { as: server.admin, body: { name: "A" } })).body.code).toBe("request.precondition_required");
    const renamed = await server.request("PATCH", path, { as: server.admin, version: read.version, body: { name: "Renamed" } });
    expect(renamed.body).toMatchObject({ name: "Renamed", version: read.version + 1 });
    const stale = await server.request("PATCH", path, { as: server.admin, version: read.version, body: { name: "Late" } });
    expect(stale.status).toBe(409);
    expect(stale.body).toMatchObject({ code: "edit.conflict", current: { name: "Renamed", version: read.version + 1 } });
  });
});

describe("idempotency keys", () => {
  it("gives the first answer again without a second effect", async () => {
    const send = () => server.request("POST", "/workspaces", { as: server.admin, headers: { "idempotency-key": "key-0001" }, body: { name: "Once" } });
    const first = await send();
    const again = await send();
    expect(again.status).toBe(201);
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect(again.body).toEqual(first.body);
  });

  it("has one effect when the same request arrives many times at once", async () => {
    const send = () => server.request("POST", "/workspaces", { as: server.admin, headers: { "idempotency-key": "key-0002" }, body: { name: "Flood" } });
    const answers = await Promise.all(Array.from({ length: 20 }, send));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201, 409]).intersection(new Set(answers.map((answer) => answer.status))));
    const made = await server.services.database.reader("system").selectFrom("workspaces").select("id").where("name", "=", "Flood").execute();
    expect(made).toHaveLength(1);
  });

  it("refuses the key for another request", async () => {
    const send = (name: string) => server.request("POST", "/workspaces", { as: server.admin, headers: { "idempotency-key": "key-0003" }, body: { name } });
    await send("One");
    expect((await send("Two")).body.code).toBe("request.idempotency_mismatch");
  });

  it("frees the key when the request failed", async () => {
    const send = (slug: string) =>
      server.request("POST", "/workspaces", { as: server.admin, headers: { "idempotency-key": "key-0004" }, body: { name: "Retry", slug } });
    expect((await send(server.workspace.slug)).status).toBe(409);
    expect((await send(server.workspace.slug)).body.code).toBe("workspace.slug_taken");
  });
});
