import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiError, createClient, isApiError, WORKSPACE_HEADER } from "./index.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let answer: Answer = (_, response) => void response.end("{}");
let seen: IncomingMessage[] = [];
const server = createServer((request, response) => {
  seen.push(request);
  answer(request, response);
});
let baseUrl = "";

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.closeAllConnections());
afterAll(() => void server.close());

function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(status, { "content-type": status < 400 ? "application/json" : "application/problem+json", ...headers });
    response.end(JSON.stringify(body));
  };
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("createClient", () => {
  it("fills path parameters, repeats list parameters and names token and workspace", async () => {
    seen = [];
    answer = json(200, { name: "Grain" });
    const client = createClient({ baseUrl, token: () => "grs_1", workspace: "main" });
    const result = await client.call("workspaces.get", { params: { workspace: "a/b ü" } });
    expect(result.name).toBe("Grain");
    expect(seen[0]?.url).toBe("/api/v1/workspaces/a%2Fb%20%C3%BC");
    expect(seen[0]?.headers["authorization"]).toBe("Bearer grs_1");
    expect(seen[0]?.headers[WORKSPACE_HEADER]).toBe("main");
    expect(client.url("workspaces.list", { query: { limit: 10 } })).toBe(`${baseUrl}/api/v1/workspaces?limit=10`);
  });

  it("sends the version as If-Match and a fresh idempotency key with every POST", async () => {
    seen = [];
    answer = json(200, {});
    const client = createClient({ baseUrl });
    await client.call("workspaces.update", { params: { workspace: "w" }, body: { name: "New" }, version: 7 });
    await client.call("workspaces.create", { body: { name: "One" } });
    await client.call("workspaces.create", { body: { name: "Two" } });
    await client.call("workspaces.create", { body: { name: "Two" }, idempotencyKey: "mine" });
    expect(seen[0]?.headers["if-match"]).toBe('"7"');
    expect(seen[0]?.headers["idempotency-key"]).toBeUndefined();
    const keys = seen.slice(1).map((request) => request.headers["idempotency-key"]);
    expect(new Set(keys).size).toBe(3);
    expect(keys[2]).toBe("mine");
  });

  it("throws one error with code, request id, retry hint and every issue", async () => {
    const errors = [
      { path: "body.name", message: "must not be empty" },
      { path: "body.slug", message: "must be lower-case" },
    ];
    answer = json(400, {
      type: "about:blank",
      title: "Bad Request",
      status: 400,
      detail: "The request is not valid.",
      code: "request.invalid",
      requestId: "req_1",
      retry: "never",
      errors,
    });
    const error = await failure(createClient({ baseUrl }).call("workspaces.create", { body: { name: "" } }));
    expect(error).toBeInstanceOf(ApiError);
    expect(isApiError(error, "request.invalid")).toBe(true);
    expect(error).toMatchObject({ status: 400, requestId: "req_1", retry: "never", issues: errors, message: "The request is not valid." });
  });

  it("hands the current object of a stale edit to the caller", async () => {
    const current = { name: "Theirs", version: 8 };
    answer = json(409, { detail: "Somebody else changed this.", code: "edit.conflict", requestId: "r", retry: "reread", errors: [], current });
    const error = await failure(createClient({ baseUrl }).call("workspaces.update", { params: { workspace: "w" }, body: { name: "Mine" }, version: 7 }));
    expect(error).toMatchObject({ status: 409, retry: "reread", current });
  });

  it("explains an answer that is not ours", async () => {
    answer = (_, response) => {
      response.writeHead(502, { "content-type": "text/html", "retry-after": "3" });
      response.end("<h1>Bad gateway</h1>");
    };
    const error = await failure(createClient({ baseUrl }).call("workspaces.list"));
    expect(error).toMatchObject({ status: 502, code: "network.unreadable", retry: "later", retryAfterSeconds: 3 });
  });

  it("tells an unreachable server from a cancelled call", async () => {
    const gone = await failure(createClient({ baseUrl: "http://127.0.0.1:1" }).call("workspaces.list"));
    expect(isApiError(gone, "network.unreachable")).toBe(true);
    const abort = new AbortController();
    answer = () => abort.abort();
    const cancelled = await failure(createClient({ baseUrl }).call("workspaces.list", { signal: abort.signal }));
    expect(cancelled).toMatchObject({ name: "AbortError" });
  });

  it("repeats a call once after a new token was obtained, and never twice", async () => {
    seen = [];
    let token = "old";
    answer = (request, response) =>
      json(request.headers.authorization === "Bearer new" ? 200 : 401, { code: "auth.required", detail: "Sign in first.", items: [], next: null })(
        request,
        response,
      );
    const renewed = createClient({ baseUrl, token: () => token, onUnauthorized: () => ((token = "new"), true) });
    expect(await renewed.call("workspaces.list")).toMatchObject({ items: [] });
    expect(seen).toHaveLength(2);
    seen = [];
    const hopeless = createClient({ baseUrl, token: "bad", onUnauthorized: () => true });
    expect(isApiError(await failure(hopeless.call("workspaces.list")), "auth.required")).toBe(true);
    expect(seen).toHaveLength(2);
  });
});
