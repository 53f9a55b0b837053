import { request } from "node:http";
import { openDatabase } from "@granary/db";
import { silentLogger } from "@granary/kernel";
import { startTestServer, type TestServer } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
const logLines: string[] = [];

beforeAll(async () => {
  server = await startTestServer({ logLines, env: { GRANARY_BODY_LIMIT: "20000", GRANARY_METRICS_TOKEN: "metrics-token-of-the-test" } });
});
afterAll(() => server[Symbol.asyncDispose]());

const raw = (payload: string, headers: Record<string, string>) =>
  server.app.server.inject({
    method: "POST",
    url: "/api/v1/workspaces",
    payload,
    headers: { host: "granary.test", authorization: `Bearer ${server.admin.token}`, ...headers },
  });

describe("bad requests", () => {
  it.each([
    ["broken JSON", "{bad", { "content-type": "application/json" }, "400 request.malformed"],
    ["an empty JSON body", "", { "content-type": "application/json" }, "400 request.malformed"],
    ["another media type", "<a/>", { "content-type": "text/xml" }, "415 request.unsupported_media"],
    ["a body that is too large", JSON.stringify({ name: "x".repeat(30_000) }), { "content-type": "application/json" }, "413 request.too_large"],
    ["a polluted prototype", '{"name":"x","__proto__":{"admin":true}}', { "content-type": "application/json" }, "400 request.malformed"],
    ["an array for an object", "[]", { "content-type": "application/json" }, "400 request.invalid"],
  ])("answers %s with a precise problem", async (_what, payload, headers, expected) => {
    const response = await raw(payload, headers);
    const { status, code, type } = response.json();
    expect(`${response.statusCode} ${code}`).toBe(expected);
    expect(response.headers["content-type"]).toContain("application/problem+json");
    expect([status, type]).toEqual([response.statusCode, `urn:granary:error:${code}`]);
    expect(response.json().requestId).toBe(response.headers["granary-request-id"]);
  });

  it.each([
    "/nothing",
    "/users/../../etc/passwd",
    "/workspaces/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/workspaces/%00",
    "/workspaces/%E0%A4%A",
    `/workspaces/${"x".repeat(400)}`,
  ])("answers the address %s without a trace of the inside", async (path) => {
    const response = await server.request("GET", path, { as: server.admin });
    expect([400, 404]).toContain(response.status);
    expect(response.text).not.toMatch(/node_modules|at \w+ \(|\.ts:\d/);
  });

  it("treats SQL and script in text fields as text", async () => {
    const name = `Robert'); drop table users;-- <script>alert(1)</script> {{7*7}} $\{x}`;
    const created = await server.request("POST", "/workspaces", { as: server.admin, body: { name, slug: "bobby" } });
    expect(created.body.name).toBe(name);
    expect((await server.request("GET", "/workspaces/bobby", { as: server.admin, workspace: "bobby" })).body.name).toBe(name);
  });

  it("hides what failed inside and logs it with the request id", async () => {
    const { database } = server.services;
    await using broken = await startTestServer({ logLines });
    await broken.services.database[Symbol.asyncDispose]();
    const response = await broken.request("GET", "/workspaces", { as: server.admin });
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(response.text).not.toMatch(/pool|pg|node_modules|select/i);
    expect(logLines.some((line) => line.includes(response.body.requestId) && line.includes('"level":50'))).toBe(true);
    expect(database.usage().total).toBeGreaterThan(0);
  });
});

describe("credentials", () => {
  it.each([
    ["a made-up token", { authorization: `Bearer gra_${"x".repeat(43)}` }],
    ["a token of another kind", { authorization: "Bearer hello" }],
    ["a made-up API key", { "x-api-key": `grk_${"x".repeat(43)}` }],
  ])("refuses %s", async (_what, headers) => {
    const response = await server.request("GET", "/workspaces", { headers: headers as Record<string, string> });
    expect([response.status, response.body.code]).toEqual([401, "auth.required"]);
    expect(response.headers["www-authenticate"]).toBe("Bearer");
  });

  it("refuses a session that has expired, been idle too long or been revoked", async () => {
    for (const change of [{ expires_at: new Date(0) }, { idle_timeout_s: 60, last_seen_at: new Date(Date.now() - 120_000) }, { revoked_at: new Date() }]) {
      const person = await server.user();
      expect((await server.request("GET", "/workspaces", { as: person })).status).toBe(200);
      await server.services.database.tx("system", (tx) => tx.updateTable("sessions").set(change).where("id", "=", person.sessionId).execute());
      expect((await server.request("GET", "/workspaces", { as: person })).status).toBe(401);
    }
  });

  it("never writes a token to the log", async () => {
    await server.request("GET", "/workspaces", { as: server.admin });
    expect(logLines.join("")).not.toContain(server.admin.token);
  });
});

describe("cross-site requests", () => {
  const post = (headers: Record<string, string>) =>
    server.app.server.inject({ method: "POST", url: "/api/v1/workspaces", payload: { name: "x" }, headers: { host: "granary.test", ...headers } });
  const cookie = () => ({ cookie: `granary_session=${server.admin.token}` });

  it("refuses a cookie request from another origin", async () => {
    expect((await post({ ...cookie(), origin: "https://evil.example" })).json().code).toBe("auth.origin_refused");
    expect((await post({ ...cookie(), "sec-fetch-site": "cross-site" })).json().code).toBe("auth.origin_refused");
    expect((await post({ ...cookie(), origin: "null" })).json().code).toBe("auth.origin_refused");
  });

  it("refuses a cookie request that does not say where it comes from", async () => {
    expect((await post(cookie())).json().code).toBe("auth.origin_refused");
  });

  it("accepts our own pages, and header credentials from anywhere", async () => {
    expect((await post({ ...cookie(), origin: "http://granary.test" })).statusCode).toBe(201);
    expect((await post({ authorization: `Bearer ${server.admin.token}`, origin: "https://partner.example" })).statusCode).toBe(201);
  });

  it("gives no origin permission to read unless it is configured", async () => {
    const response = await server.request("GET", "/workspaces", { as: server.admin, headers: { origin: "https://evil.example" } });
    expect(response.headers["access-control-allow-origin"]).toBeUndefined();
    await using open = await startTestServer({ env: { GRANARY_CORS_ORIGINS: "https://friend.example" } });
    const allowed = await open.request("GET", "/workspaces", { as: open.admin, headers: { origin: "https://friend.example" } });
    expect(allowed.headers["access-control-allow-origin"]).toBe("https://friend.example");
  });
});

describe("headers", () => {
  it("sends a strict policy with every answer, errors too", async () => {
    for (const path of ["/workspaces", "//health", "//nothing"]) {
      const { headers } = await server.request("GET", path);
      expect(headers["content-security-policy"]).toContain("script-src 'self'");
      expect(headers["content-security-policy"]).not.toMatch(/script-src[^;]*unsafe/);
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
      });
    }
  });

  it("keeps a sane correlation id and replaces any other", async () => {
    const sane = await server.request("GET", "//health", { headers: { "x-correlation-id": "trace-12345678" } });
    expect(sane.headers["granary-request-id"]).toBe("trace-12345678");
    const odd = await server.request("GET", "//health", { headers: { "x-correlation-id": "x\u00e9<script>" } });
    expect(odd.headers["granary-request-id"]).toMatch(/^req_/);
  });

  it("answers 304 for the version the caller has", async () => {
    const path = `/workspaces/${server.workspace.id}`;
    const { headers } = await server.request("GET", path, { as: server.admin });
    const again = await server.request("GET", path, { as: server.admin, headers: { "if-none-match": String(headers["etag"]) } });
    expect([again.status, again.text]).toEqual([304, ""]);
  });

  it("compresses large answers", async () => {
    const response = await server.app.server.inject({ url: "/api/openapi.json", headers: { "accept-encoding": "gzip" } });
    expect(response.headers["content-encoding"]).toBe("gzip");
  });
});

describe("rate limits", () => {
  it("limits each principal by itself and says when to come back", async () => {
    await using limited = await startTestServer({ env: { GRANARY_RATE_READ: "3" } });
    const other = await limited.user();
    for (let i = 0; i < 3; i += 1) expect((await limited.request("GET", "/workspaces", { as: limited.admin })).status).toBe(200);
    const refused = await limited.request("GET", "/workspaces", { as: limited.admin });
    expect([refused.status, refused.body.code]).toEqual([429, "request.rate_limited"]);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect((await limited.request("GET", "/workspaces", { as: other })).status).toBe(200);
  });
});

describe("health and metrics", () => {
  it.each(["//health", "//health/live", "//health/ready", "/health", "/health/live", "/health/ready"])("answers %s", async (path) => {
    const response = await server.request("GET", path);
    expect([response.status, response.body.status]).toEqual([200, "ok"]);
  });

  it("is alive but not ready without its database, and when it stops", async () => {
    const broken = await startTestServer();
    await broken.services.database[Symbol.asyncDispose]();
    expect((await broken.request("GET", "//health/live")).status).toBe(200);
    expect((await broken.request("GET", "//health/ready")).status).toBe(503);
    await broken[Symbol.asyncDispose]();
  });

  it("refuses new requests and fails readiness while it stops, and ends those that wait", async () => {
    await using stopping = await startTestServer();
    const url = await stopping.listen();
    const slow = request(`${url}/api/v1/workspaces`, {
      method: "POST",
      headers: { authorization: `Bearer ${stopping.admin.token}`, "content-type": "application/json" },
    });
    const ended = new Promise((resolve) => slow.once("error", resolve).once("response", resolve));
    slow.write('{"name":');
    const first = await fetch(`${url}/health/ready`);
    expect(first.status).toBe(200);
    const stopped = stopping.app.stop();
    expect((await stopping.request("GET", "//health/ready")).body.status).toBe("stopping");
    expect((await stopping.request("GET", "/workspaces", { as: stopping.admin })).body.code).toBe("server.stopping");
    await Promise.all([stopped, ended]);
  });

  it("shows metrics to whoever has the token, by route pattern and without ids", async () => {
    await server.request("GET", `/workspaces/${server.workspace.id}`, { as: server.admin });
    expect((await server.request("GET", "//metrics")).status).toBe(401);
    const { text } = await server.request("GET", "//metrics", { as: "metrics-token-of-the-test" });
    expect(text).toContain('granary_http_request_duration_seconds_count{method="GET",route="/api/v1/workspaces/:workspace",status="200"}');
    expect(text).not.toContain(server.workspace.id);
  });
});

describe("denied attempts", () => {
  it("are recorded once a minute for each person and route", async () => {
    const person = await server.user();
    for (let i = 0; i < 3; i += 1) await server.request("POST", "/workspaces", { as: person, body: { name: "x" } });
    const denied = () =>
      server.services.database
        .reader("system")
        .selectFrom("events")
        .selectAll()
        .where("type", "=", "access.denied")
        .where("actor_id", "=", person.id)
        .execute();
    await expect.poll(denied).toHaveLength(1);
    expect((await denied())[0]).toMatchObject({ result: "denied", subject_id: "workspaces.create", workspace_id: server.workspace.id });
  });
});

describe("callers who are remembered", () => {
  it("are refused at once when their session is ended by another process", async () => {
    const person = await server.user();
    expect((await server.request("GET", "/workspaces", { as: person })).status).toBe(200);
    const elsewhere = openDatabase({ connection: server.connection, log: silentLogger });
    await elsewhere.tx("system", (tx) => tx.updateTable("sessions").set({ revoked_at: new Date() }).where("id", "=", person.sessionId).execute());
    await elsewhere[Symbol.asyncDispose]();
    await expect.poll(async () => (await server.request("GET", "/workspaces", { as: person })).status, { timeout: 2_000, interval: 20 }).toBe(401);
  });

  it("lose a role at once when another process takes it", async () => {
    const person = await server.user({ roles: ["admin"] });
    expect((await server.request("GET", "/users", { as: person })).status).toBe(200);
    const elsewhere = openDatabase({ connection: server.connection, log: silentLogger });
    await elsewhere.tx("system", (tx) => tx.updateTable("memberships").set({ roles: [] }).where("user_id", "=", person.id).execute());
    await elsewhere[Symbol.asyncDispose]();
    await expect.poll(async () => (await server.request("GET", "/users", { as: person })).status, { timeout: 2_000, interval: 20 }).toBe(403);
  });
});
