import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as the API saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** What the API answers to a request; undefined for what it would answer by itself. */
type Intercept = (request: SeenRequest) => { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string } | undefined;

/** An API with OAuth, pages of every kind, and a place to send rows to. */
export interface ApiSource extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** JSON texts of the records it lists, in order. */
  readonly records: string[];
  readonly requests: SeenRequest[];
  /** Rows it was sent, each request's once by its Idempotency-Key. */
  readonly received: unknown[];
  /** Refresh tokens that work; each works once and gives another. */
  readonly refreshTokens: Set<string>;
  /** Access tokens that work. */
  readonly accessTokens: Set<string>;
  intercept(answer: Intercept | undefined): void;
}

export const API_CLIENT = { clientId: "granary", clientSecret: "client-s3cret" } as const;
export const API_KEY = "key-s3cret";

interface State {
  readonly records: string[];
  readonly received: unknown[];
  readonly keys: Set<string>;
  readonly refreshTokens: Set<string>;
  readonly accessTokens: Set<string>;
  count: number;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Never answered. */
  readonly isSilent?: boolean;
}

function token(state: State, { body }: SeenRequest): Answer {
  const form = new URLSearchParams(body);
  if (form.get("client_id") !== API_CLIENT.clientId || form.get("client_secret") !== API_CLIENT.clientSecret)
    return { status: 401, body: '{"error":"invalid_client"}' };
  state.count += 1;
  const access = `access-${state.count}`;
  if (form.get("grant_type") === "refresh_token") {
    const old = form.get("refresh_token") ?? "";
    if (!state.refreshTokens.delete(old)) return { status: 400, body: '{"error":"invalid_grant"}' };
    const next = `refresh-${state.count}`;
    state.refreshTokens.add(next);
    state.accessTokens.add(access);
    return { body: JSON.stringify({ access_token: access, refresh_token: next, token_type: "Bearer" }) };
  }
  state.accessTokens.add(access);
  return { body: JSON.stringify({ access_token: access, token_type: "Bearer", expires_in: 3_600 }) };
}

interface Listed {
  /** JSON of the records on the page. */
  readonly items: string;
  /** Where the next page begins; undefined on the last. */
  readonly next: number | undefined;
}

function pageOf(all: readonly string[], { path, query }: SeenRequest): Listed {
  const size = Number(query.size ?? 3);
  const at = path === "/pages" ? (Number(query.page) - 1) * size : Number(query.offset ?? query.cursor ?? 0);
  return { items: `[${all.slice(at, at + size).join(",")}]`, next: at + size < all.length ? at + size : undefined };
}

function list(state: State, url: string, seen: SeenRequest): Answer {
  const { since } = seen.query;
  const all = since === undefined ? state.records : state.records.filter((text) => String((JSON.parse(text) as { at?: string }).at ?? "") >= since);
  if (seen.path === "/all") return { body: `[${all.join(",")}]` };
  const { items, next } = pageOf(all, seen);
  if (seen.path === "/pages" || seen.path === "/offsets") return { body: `{"data":{"items":${items}}}` };
  if (seen.path === "/cursors") return { body: `{"items":${items},"meta":{"next":${JSON.stringify(next?.toString() ?? null)}}}` };
  const link = next === undefined ? undefined : `${url}${seen.path}?offset=${next}`;
  if (seen.path === "/links") return { body: `{"items":${items},"links":{"next":${JSON.stringify(link ?? null)}}}` };
  return { headers: link === undefined ? {} : { link: `<${url}/first>; rel="first", <${link}>; rel="next"` }, body: items };
}

function receive(state: State, { headers, body }: SeenRequest): Answer {
  const key = String(headers["idempotency-key"] ?? "");
  const rows = JSON.parse(body) as unknown;
  const sent = Array.isArray(rows) ? (rows as readonly unknown[]) : ((rows as { rows?: readonly unknown[] }).rows ?? [rows]);
  if (sent.some((row) => (row as { name?: string }).name === "unwanted")) return { status: 422, body: "{}" };
  if (!state.keys.has(key)) state.received.push(...sent);
  state.keys.add(key);
  return { status: 201, body: "{}" };
}

function isLetIn(state: State, { headers, query }: SeenRequest): boolean {
  const authorization = headers.authorization ?? "";
  if (state.accessTokens.has(authorization.replace("Bearer ", ""))) return true;
  if (authorization === `Basic ${Buffer.from(`user:${API_KEY}`).toString("base64")}` || authorization === `Bearer ${API_KEY}`) return true;
  return headers["x-api-key"] === API_KEY || query.key === API_KEY;
}

function answerTo(state: State, url: string, seen: SeenRequest): Answer {
  if (seen.path === "/token") return token(state, seen);
  if (!isLetIn(state, seen)) return { status: 401, body: "{}" };
  if (seen.path === "/slow") return { isSilent: true };
  if (seen.path === "/rows") return receive(state, seen);
  if (seen.path === "/") return { body: "{}" };
  return /^\/(all|pages|offsets|cursors|links|headers)$/.test(seen.path) ? list(state, url, seen) : { status: 404, body: "{}" };
}

async function seenOf(request: IncomingMessage): Promise<SeenRequest> {
  const url = new URL(request.url ?? "", "http://api");
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts).toString("utf8");
  return { method: request.method ?? "", path: url.pathname, query: Object.fromEntries(url.searchParams), headers: request.headers, body };
}

function send(response: ServerResponse, { status = 200, headers = {}, body = "", isSilent = false }: Answer): void {
  if (!isSilent) response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
}

/** Starts the API on a free port. */
export async function startApiSource(): Promise<ApiSource> {
  const state: State = { records: [], received: [], keys: new Set(), refreshTokens: new Set(["refresh-0"]), accessTokens: new Set(), count: 0 };
  const requests: SeenRequest[] = [];
  let intercept: Intercept | undefined;
  const server = createServer((request, response) => {
    void seenOf(request).then((seen) => {
      requests.push(seen);
      send(response, intercept?.(seen) ?? answerTo(state, url, seen));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    records: state.records,
    requests,
    received: state.received,
    refreshTokens: state.refreshTokens,
    accessTokens: state.accessTokens,
    intercept: (answer) => {
      intercept = answer;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
