import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ConnectionConfig, CONNECTORS } from "@granary/connectors";
import { API_CLIENT, API_KEY, type ApiSource, startApiSource } from "@granary/testkit/sources";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { itReads, type SourceUnderTest } from "./kit/conformance.ts";
import { contextFor } from "./kit/connector-context.ts";
import { readChunks, request, rowsIn } from "./kit/read-all.ts";

const connector = CONNECTORS.rest;
const key = { kind: "key", name: "X-Api-Key", place: "header", value: API_KEY };
const NONE = { kind: "none" };

const settings = (api: ApiSource, auth: ConnectionConfig = key): ConnectionConfig => ({ baseUrl: api.url, auth, requestsPerSecond: 1_000 });

const ODD = [
  '{"id":1,"text":"a \\"b\\", c\\nd","big":123456789012345678901234567890,"exact":0.1,"yes":true,"list":["1",null],"object":{"a":"x"},"late":null}',
  '{"id":2,"text":"","big":2,"exact":-1e400,"yes":false,"list":[],"object":{},"late":"ä€𝄞"}',
  '{"id":3}',
];

async function start(): Promise<SourceUnderTest> {
  const api = await startApiSource();
  api.records.push(...ODD);
  const grow = (count: number) => {
    const from = api.records.length;
    for (let number = from; number < from + count; number += 1) api.records.push(`{"id":${number},"at":"2026-01-31T00:00:00Z"}`);
  };
  const config = settings(api);
  return {
    config,
    isDescribed: true,
    secrets: [API_KEY, "marker-5ecret", API_CLIENT.clientSecret],
    odd: {
      stream: { name: "odd", config: { path: "all", pagination: NONE, parameters: [] } },
      rows: [
        ["1", 'a "b", c\nd', "123456789012345678901234567890", "0.1", "true", '["1",null]', '{"a":"x"}', null],
        ["2", "", "2", "-1e400", "false", "[]", "{}", "ä€𝄞"],
        ["3", null, null, null, null, null, null, null],
      ],
    },
    growing: {
      stream: {
        name: "grown",
        config: { path: "/cursors", records: "items", cursorParameter: "since", pagination: { kind: "cursor", parameter: "cursor", path: "meta.next" } },
      },
      cursor: "at",
      keys: ["id"],
      chunkBytes: 100,
      grow: async (count) => {
        if (api.records.length === ODD.length) api.records.length = 0;
        grow(count);
      },
    },
    slow: { stream: { name: "slow", config: { path: "slow", pagination: NONE } } },
    wrong: [
      { what: "name", config: { ...config, baseUrl: "http://nowhere.invalid" }, step: "name", message: /name is not known/ },
      { what: "port", config: { ...config, baseUrl: "http://127.0.0.1:1" }, step: "network", message: /nothing listens/ },
      { what: "key", config: settings(api, { ...key, value: "marker-5ecret" }), step: "credentials", message: /does not accept who asks/ },
      {
        what: "client secret",
        config: settings(api, { kind: "oauth_client", tokenUrl: `${api.url}/token`, clientId: API_CLIENT.clientId, clientSecret: "marker-5ecret" }),
        step: "credentials",
        message: /gives no token/,
      },
      { what: "path", config: { ...config, testPath: "nothing" }, step: "credentials", message: /no \/nothing/ },
    ],
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

describe("rest as a source", () => {
  itReads(connector, start);
});

describe("rest", () => {
  let api: ApiSource;
  beforeAll(async () => {
    api = await startApiSource();
    for (let id = 1; id <= 8; id += 1) api.records.push(`{"id":${id}}`);
  });
  beforeEach(() => {
    api.requests.length = 0;
    api.intercept(undefined);
  });
  afterAll(async () => api[Symbol.asyncDispose]());

  async function ids(config: ConnectionConfig, stream: ConnectionConfig): Promise<readonly (string | null)[]> {
    await using context = await contextFor(config);
    return rowsIn(await readChunks(connector, context, request({ name: "x", config: stream }))).map(([id]) => id ?? null);
  }

  const ALL = ["1", "2", "3", "4", "5", "6", "7", "8"];

  it.each([
    ["numbered pages", { path: "pages", records: "data.items", pagination: { kind: "page", parameter: "page", first: 1, sizeParameter: "size", size: 3 } }],
    ["offsets", { path: "offsets", records: "data.items", pagination: { kind: "offset", parameter: "offset", sizeParameter: "size", size: 5 } }],
    ["a cursor", { path: "cursors", records: "items", pagination: { kind: "cursor", parameter: "cursor", path: "meta.next" } }],
    ["links in the body", { path: "links", records: "items", pagination: { kind: "next_link", path: "links.next" } }],
    ["links in the header", { path: "headers", pagination: { kind: "link_header" } }],
  ])("reads every page by %s", async (_how, stream) => {
    expect(await ids(settings(api), stream)).toEqual(ALL);
  });

  it.each([
    ["a key as parameter", { kind: "key", name: "key", place: "query", value: API_KEY }],
    ["user and password", { kind: "basic", user: "user", password: API_KEY }],
    ["a token", { kind: "bearer", token: API_KEY }],
    ["client credentials", { kind: "oauth_client", ...API_CLIENT, tokenUrl: "TOKEN" }],
  ])("signs in with %s", async (_how, auth) => {
    const filled = "tokenUrl" in auth ? { ...auth, tokenUrl: `${api.url}/token` } : auth;
    expect(await ids(settings(api, filled), { path: "all", pagination: NONE })).toEqual(ALL);
  });

  it("keeps a refresh token that was given anew before it goes on, and asks again when a token ran out", async () => {
    const auth = { kind: "oauth_refresh", ...API_CLIENT, tokenUrl: `${api.url}/token`, refreshToken: "refresh-0" };
    await using context = await contextFor(settings(api, auth));
    let isFirst = true;
    api.intercept(({ path }) => {
      if (path !== "/pages" || !isFirst) return undefined;
      isFirst = false;
      api.accessTokens.clear();
      return { status: 401 };
    });
    const stream = { path: "pages", records: "data.items", pagination: { kind: "page", parameter: "page", first: 1, size: 3 } };
    const rows = rowsIn(await readChunks(connector, context, request({ name: "x", config: stream })));
    expect(rows).toHaveLength(8);
    expect(context.saved).toHaveLength(2);
    const kept = (context.saved.at(-1) as unknown as { auth: { refreshToken: string } }).auth.refreshToken;
    expect([...api.refreshTokens]).toEqual([kept]);
  });

  it("waits when it is told to, and tries again what may pass", async () => {
    const answers = [{ status: 429, headers: { "retry-after": "0" } }, { status: 503, headers: { "retry-after": "0" } }, { status: 502 }];
    api.intercept(() => answers.shift());
    expect(await ids(settings(api), { path: "all", pagination: NONE })).toEqual(ALL);
    expect(api.requests).toHaveLength(4);
  });

  it("leaves a long wait to the run", async () => {
    api.intercept(() => ({ status: 429, headers: { "retry-after": "86400" } }));
    await expect(ids(settings(api), { path: "all", pagination: NONE })).rejects.toMatchObject({ code: "connection.rate_limited" });
  });

  it("says what is wrong with an answer", async () => {
    api.intercept(() => ({ status: 200, body: "<html>" }));
    await expect(ids(settings(api), { path: "all", pagination: NONE })).rejects.toMatchObject({
      code: "connection.data_invalid",
      message: expect.stringContaining("no JSON") as string,
    });
    api.intercept(() => ({ status: 200, body: '{"items":[]}' }));
    await expect(ids(settings(api), { path: "all", records: "data", pagination: NONE })).rejects.toMatchObject({ code: "connection.data_invalid" });
    api.intercept(undefined);
    await expect(ids(settings(api), { path: "nothing", pagination: NONE })).rejects.toMatchObject({ code: "connection.stream_not_found" });
  });

  it("never follows a next page to another host, nor in a circle", async () => {
    api.intercept(() => ({ status: 200, body: '{"items":[{"id":1}],"next":"http://127.0.0.1:9/steal"}' }));
    const stream = { path: "all", records: "items", pagination: { kind: "next_link", path: "next" } };
    await expect(ids(settings(api), stream)).rejects.toMatchObject({ message: expect.stringContaining("another host") as string });
    api.intercept(() => ({ status: 200, body: `{"items":[],"next":"${api.url}/all"}` }));
    await expect(ids(settings(api), stream)).rejects.toMatchObject({ message: expect.stringContaining("read before") as string });
  });

  it("tells what an endpoint is like by its first page", async () => {
    api.intercept(() => ({
      status: 200,
      body: '[{"id":1,"name":null,"price":1},{"id":2,"name":"x","price":1.5,"updated_at":"2026-01-31T00:00:00Z","tags":[]}]',
    }));
    await using context = await contextFor(settings(api));
    const found = await connector.discoverStream(context, { namespace: null, name: "x", config: { path: "all", pagination: NONE } });
    expect(found.columns.map(({ name, type }) => `${name} ${type}`)).toEqual(["id integer", "name text", "price number", "updated_at text", "tags json"]);
    expect(found).toMatchObject({ keys: ["id"], cursors: ["updated_at", "id"] });
  });

  it("sends rows in batches, once however often the delivery is repeated", async () => {
    await using context = await contextFor(settings(api));
    const path = join(context.folder, "rows.jsonl");
    await writeFile(path, Array.from({ length: 5 }, (_, index) => `{"id":${index}}\n`).join(""));
    const target = { path: "rows", batchRows: 2, field: "rows", knowsKeys: true };
    const delivery = { target, columns: [], keys: [], mode: "append", files: [{ path, rows: 5 }], deliveryId: "run-1", onProgress: () => undefined } as const;
    expect(await connector.write?.(context, delivery)).toEqual({ rows: 5, bytes: expect.any(Number) as number, rejected: [], isExactlyOnce: true });
    await connector.write?.(context, delivery);
    expect(api.received).toEqual([0, 1, 2, 3, 4].map((id) => ({ id })));
  });

  it("keeps rows apart that the other side does not want", async () => {
    await using context = await contextFor(settings(api));
    const path = join(context.folder, "rows.jsonl");
    await writeFile(path, '{"name":"fine"}\n{"name":"unwanted"}\n{"name":"fine"}\n');
    const delivery = { columns: [], keys: [], mode: "append", files: [{ path, rows: 3 }], deliveryId: "run-2", onProgress: () => undefined } as const;
    const result = await connector.write?.(context, { ...delivery, target: { path: "rows", batchRows: 1 } });
    expect(result).toMatchObject({ rejected: [{ row: 1, reason: expect.stringContaining("422") as string }], isExactlyOnce: false });
    await expect(connector.write?.(context, { ...delivery, deliveryId: "run-3", target: { path: "rows" } })).rejects.toMatchObject({
      code: "connection.refused",
    });
  });
});
