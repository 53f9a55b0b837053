import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCtx, type Ctx, type Services, systemPrincipal } from "@granary/core/context";
import type { ConnectionOptions } from "@granary/db";
import { newId, silentLogger } from "@granary/kernel";
import { type App, appOptions, buildApp, compose, createMetrics, LOG_SERIALIZERS, readConfig, startWorkerRole } from "@granary/server";
import { pino } from "pino";
import { createTestUser, createTestWorkspace, type NewTestUser, principalOf, type TestUser, type TestWorkspace } from "./people.ts";
import { createTestDatabase } from "./postgres.ts";

const PUBLIC_URL = "http://granary.test";
const key = randomBytes(32).toString("base64");

export interface TestServerOptions {
  /** Settings as in the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where logs go, to look for what must not be in them. */
  readonly logLines?: string[];
}

interface RequestOptions {
  /** A person, or any bearer token. */
  readonly as?: TestUser | string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly workspace?: TestWorkspace | string;
  /** The version for If-Match. */
  readonly version?: number;
}

export interface TestResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test names the fields it expects
  readonly body: any;
  readonly text: string;
  readonly bytes: Buffer;
}

/** The whole server in this process, on a database of its own. */
export interface TestServer extends AsyncDisposable {
  readonly app: App;
  readonly services: Services;
  /** The database of its own, for a second process or an operator. */
  readonly connection: ConnectionOptions;
  /** The default workspace and an administrator in it who is also an instance administrator. */
  readonly workspace: TestWorkspace;
  readonly admin: TestUser;
  /** Sends a request; `path` is below /api/v1 unless it starts with a slash twice: `//health`. */
  request(method: string, path: string, options?: RequestOptions): Promise<TestResponse>;
  user(input?: Partial<NewTestUser>): Promise<TestUser>;
  newWorkspace(name?: string): Promise<TestWorkspace>;
  /** A context to call core with; without a person, the platform's own in the default workspace. */
  ctx(user?: TestUser): Promise<Ctx>;
  /** Takes jobs in this process until the server is disposed. */
  startWorker(): Promise<void>;
  /** Starts listening on a free port, for browsers and sockets. */
  listen(): Promise<string>;
}

function readBody(text: string, type: string): unknown {
  return /\bjson\b/.test(type) && text !== "" ? JSON.parse(text) : text;
}

/** Starts a server for a test file: `await using server = await startTestServer()`. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  await using starting = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), "granary-data-"));
  starting.defer(() => rm(dataDir, { recursive: true, force: true }));
  const { connection } = starting.use(await createTestDatabase());
  const config = readConfig({
    GRANARY_DATA: dataDir,
    GRANARY_PUBLIC_URL: PUBLIC_URL,
    GRANARY_SECRET_KEY: key,
    GRANARY_MASK_KEY: key,
    GRANARY_RATE_SENSITIVE: "10000",
    ...options.env,
  });
  const log =
    options.logLines === undefined
      ? silentLogger
      : pino({ level: "debug", serializers: LOG_SERIALIZERS }, { write: (line: string) => options.logLines?.push(line) });
  const { services } = starting.use(await compose({ config, url: PUBLIC_URL, connection, log: log as Services["log"] }));
  const app = await buildApp(
    appOptions({
      config,
      services,
      log: options.logLines === undefined ? pino({ level: "silent" }) : (log as never),
      metrics: createMetrics(services.database),
      webRoot: undefined,
    }),
  );
  starting.defer(() => app.server.close());
  await app.server.ready();
  const workspace = await createTestWorkspace(services, "Test workspace");
  const admin = await createTestUser(services, { workspace, roles: ["admin"], name: "Ada Admin", instanceAdmin: true });
  const resources = starting.move();
  return {
    app,
    services,
    connection,
    workspace,
    admin,
    request: (method, path, request = {}) => send(app, method, path, request),
    user: (input = {}) => createTestUser(services, { workspace, ...input }),
    newWorkspace: (name) => createTestWorkspace(services, name),
    ctx: async (user) => {
      const principal = user === undefined ? systemPrincipal(workspace.id) : await principalOf(services, user);
      return createCtx({ services, principal, request: { id: newId("request"), ip: "127.0.0.1", userAgent: "test" } });
    },
    startWorker: async () => {
      resources.use(await startWorkerRole({ services, onStuck: () => undefined }));
    },
    listen: () => app.server.listen({ host: "127.0.0.1", port: 0 }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function send(app: App, method: string, path: string, options: RequestOptions): Promise<TestResponse> {
  const token = typeof options.as === "object" ? options.as.token : options.as;
  const workspace = typeof options.workspace === "object" ? options.workspace.id : options.workspace;
  const response = await app.server.inject({
    method: method as "GET",
    url: path.startsWith("//") ? path.slice(1) : `/api/v1${path}`,
    headers: {
      host: "granary.test",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(workspace === undefined ? {} : { "granary-workspace": workspace }),
      ...(options.version === undefined ? {} : { "if-match": `"${options.version}"` }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { payload: options.body as object }),
  });
  return {
    status: response.statusCode,
    headers: response.headers as TestResponse["headers"],
    body: readBody(response.payload, String(response.headers["content-type"] ?? "")),
    text: response.payload,
    bytes: response.rawPayload,
  };
}
