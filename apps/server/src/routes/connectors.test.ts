import { startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { startS3Stub } from "@granary/testkit/s3";
import { API_CLIENT, type PostgresSource, startApiSource, startPostgresSource } from "@granary/testkit/sources";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const MARKER = "marker-5ecret-password";
const logLines: string[] = [];
let server: TestServer;
let source: PostgresSource;
let admin: TestUser;
let reader: TestUser;

const settings = () => ({ ...source.config });

async function create(name: string, config: object = settings(), as: TestUser = admin) {
  return server.request("POST", "/connectors", { as, body: { name, kind: "postgresql", config } });
}

beforeAll(async () => {
  source = await startPostgresSource();
  await source.query("create table orders (id int primary key, name text, amount numeric(10,2), paid bool, placed_at timestamptz)");
  await source.query(`insert into orders values (1, 'one, "two"', 1.5, true, '2026-01-31 12:00+01'), (2, '', null, false, null), (3, null, 3, null, null)`);
  server = await startTestServer({ env: { GRANARY_PRIVATE_HOSTS: "127.0.0.1" }, logLines });
  admin = server.admin;
  reader = await server.user({ roles: ["executor"] });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await source[Symbol.asyncDispose]();
});

describe("connections", () => {
  it("are created with their secrets sealed, and shown without them", async () => {
    const made = await create("Shop");
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      name: "Shop",
      kind: "postgresql",
      version: 1,
      config: { password: { secret: true }, host: "127.0.0.1" },
      can: { update: true, use: true },
    });
    expect(made.body.effective).toContainEqual({ path: "encryption", title: "Encryption", value: "Off", isDefault: false, isSecret: false });
    const kept = await server.services.database.reader("system").selectFrom("connections").selectAll().where("id", "=", made.body.id).executeTakeFirstOrThrow();
    expect(JSON.stringify(kept.config)).not.toContain("password");
    expect(kept.secret_paths).toEqual(["password"]);
    expect(kept.secrets?.toString("latin1")).not.toContain(source.config.password);
    expect(JSON.stringify(made.body)).not.toContain(source.config.password);
  });

  it("tell everything that is wrong with settings", async () => {
    const refused = await create("Wrong", { host: "http://x/y", port: 70_000, user: 7, nonsense: true });
    expect(refused).toMatchObject({ status: 422, body: { code: "connection.settings_invalid" } });
    expect(refused.body.errors.map(({ path }: { path: string }) => path).toSorted()).toEqual(
      ["body.config.database", "body.config.host", "body.config.nonsense", "body.config.port", "body.config.user"].toSorted(),
    );
  });

  it("have names of their own", async () => {
    await create("Taken");
    expect(await create("taken")).toMatchObject({ status: 409, body: { code: "connection.name_taken" } });
  });

  it("may not lead into private networks", async () => {
    for (const host of ["10.0.0.1", "169.254.169.254", "localhost", "::1"])
      expect(await create(`To ${host}`, { ...settings(), host })).toMatchObject({ status: 422, body: { code: "connection.host_refused" } });
  });

  it("are listed, filtered and found by name", async () => {
    await create("Findable");
    const all = await server.request("GET", "/connectors?limit=2", { as: reader });
    expect(all.body.items).toHaveLength(2);
    expect(all.body.items[0]).toMatchObject({ name: "Findable", pipelineCount: 0, streamCount: null, can: { update: false, delete: false, use: false } });
    const next = await server.request("GET", `/connectors?limit=2&cursor=${all.body.next}`, { as: reader });
    expect(next.body.items.map(({ id }: { id: string }) => id)).not.toContain(all.body.items[1].id);
    const found = await server.request("GET", "/connectors?q=findab&kind=postgresql", { as: reader });
    expect(found.body.items.map(({ name }: { name: string }) => name)).toEqual(["Findable"]);
    expect((await server.request("GET", "/connectors/findable", { as: reader })).body.id).toBe(found.body.items[0].id);
  });

  it("keep secrets that are sent back as they were read", async () => {
    const { body: made } = await create("Edited");
    const path = `/connectors/${made.id}`;
    const edited = await server.request("PATCH", path, {
      as: admin,
      version: 1,
      body: { config: { ...made.config, schemas: ["public"] }, description: "Ours" },
    });
    expect(edited).toMatchObject({ status: 200, body: { version: 2, description: "Ours", config: { schemas: ["public"], password: { secret: true } } } });
    expect((await server.request("POST", `${path}/test`, { as: admin })).body.ok).toBe(true);
    expect(await server.request("PATCH", path, { as: admin, version: 1, body: { name: "Late" } })).toMatchObject({
      status: 409,
      body: { code: "edit.conflict" },
    });
  });

  it("never send a kept secret to another host", async () => {
    const { body: made } = await create("Moved");
    const config = { ...made.config, port: 9 };
    const moved = await server.request("PATCH", `/connectors/${made.id}`, { as: admin, version: 1, body: { config } });
    expect(moved).toMatchObject({ status: 422, body: { code: "connection.settings_invalid", errors: [{ path: "body.config.password" }] } });
    const tried = await server.request("POST", "/connectors/test", { as: admin, body: { kind: "postgresql", config, connection: made.id } });
    expect(tried).toMatchObject({ status: 422, body: { errors: [{ path: "body.config.password" }] } });
  });

  it("are deleted unless a pipeline uses them", async () => {
    const { body: made } = await create("Used");
    const db = server.services.database;
    const workspaceId = server.workspace.id;
    await db.tx({ workspaceId }, async (db) => {
      await db.insertInto("pipelines").values({ id: "pl_used", workspace_id: workspaceId, name: "Nightly" }).execute();
      await db
        .insertInto("pipeline_uses")
        .values({ workspace_id: workspaceId, pipeline_id: "pl_used", node: "source", kind: "connection", target: "Used" })
        .execute();
    });
    const path = `/connectors/${made.id}`;
    expect(await server.request("DELETE", path, { as: admin })).toMatchObject({
      status: 409,
      body: { code: "connection.in_use", detail: expect.stringContaining("Nightly") },
    });
    expect((await server.request("GET", path, { as: admin })).body.pipelineCount).toBe(1);
    await db.tx({ workspaceId }, (db) => db.deleteFrom("pipelines").where("id", "=", "pl_used").execute());
    expect((await server.request("DELETE", path, { as: admin })).status).toBe(204);
    expect((await server.request("GET", path, { as: admin })).status).toBe(404);
  });

  it("belong to one workspace", async () => {
    const { body: made } = await create("Ours alone");
    const other = await server.newWorkspace();
    const stranger = await server.user({ roles: ["admin"], workspace: other });
    for (const path of [`/connectors/${made.id}`, "/connectors/Ours alone"])
      expect((await server.request("GET", path, { as: stranger, workspace: other })).status).toBe(404);
    expect((await server.request("GET", "/connectors", { as: stranger, workspace: other })).body.items).toEqual([]);
  });

  it("are changed by those alone who may", async () => {
    const { body: made } = await create("Guarded");
    expect((await create("Not mine", settings(), reader)).status).toBe(403);
    expect((await server.request("PATCH", `/connectors/${made.id}`, { as: reader, version: 1, body: { name: "x" } })).status).toBe(403);
    expect((await server.request("DELETE", `/connectors/${made.id}`, { as: reader })).status).toBe(403);
    const body = { namespace: "public", name: "orders" };
    expect((await server.request("POST", `/connectors/${made.id}/preview`, { as: reader, body })).status).toBe(403);
  });

  it("leave a trail of events without secrets", async () => {
    const { body: made } = await create("Traced");
    await server.request("POST", `/connectors/${made.id}/test`, { as: admin });
    await server.request("PATCH", `/connectors/${made.id}`, { as: admin, version: 1, body: { config: { ...made.config, password: MARKER } } });
    const events = await server.services.database.reader("system").selectFrom("events").selectAll().where("subject_id", "=", made.id).orderBy("id").execute();
    expect(events.map(({ type }) => type)).toEqual(["connection.created", "connection.tested", "connection.updated"]);
    expect(events[2]?.data).toMatchObject({ changedSecrets: ["password"] });
    expect(JSON.stringify(events)).not.toContain(MARKER);
  });
});

describe("a test of a connection", () => {
  it("goes through its steps and is kept", async () => {
    const { body: made } = await create("Tested");
    const tested = await server.request("POST", `/connectors/${made.id}/test`, { as: reader });
    expect(tested.body.steps.map(({ name, state }: { name: string; state: string }) => `${name} ${state}`)).toEqual([
      "settings passed",
      "name passed",
      "network passed",
      "encryption warned",
      "credentials passed",
      "database passed",
      "permission warned",
    ]);
    expect(tested.body.advice).toHaveLength(2);
    expect((await server.request("GET", `/connectors/${made.id}`, { as: reader })).body.check).toEqual(tested.body);
  });

  it("says what failed, and nowhere the secret", async () => {
    const { body: made } = await create("Failing", { ...settings(), password: MARKER });
    const tested = await server.request("POST", `/connectors/${made.id}/test`, { as: admin });
    expect(tested.body).toMatchObject({ ok: false, steps: expect.arrayContaining([expect.objectContaining({ name: "credentials", state: "failed" })]) });
    const schema = await server.request("GET", `/connectors/${made.id}/schema`, { as: admin });
    expect(schema).toMatchObject({ status: 422, body: { code: "connection.refused" } });
    const events = await server.services.database.reader("system").selectFrom("events").selectAll().execute();
    expect(JSON.stringify([tested.body, schema.body, events, logLines])).not.toContain(MARKER);
  });

  it("tries settings that are not kept", async () => {
    const tried = await server.request("POST", "/connectors/test", { as: admin, body: { kind: "postgresql", config: { ...settings(), database: "nothing" } } });
    expect(tried.body.steps.find(({ state }: { state: string }) => state === "failed")).toMatchObject({ name: "database" });
    const hidden = await server.request("POST", "/connectors/test", { as: admin, body: { kind: "postgresql", config: { ...settings(), host: "10.0.0.1" } } });
    expect(hidden.body.steps.find(({ state }: { state: string }) => state === "failed").message).toContain("GRANARY_PRIVATE_HOSTS");
  });
});

describe("an OpenAPI description", () => {
  const description = {
    openapi: "3.0.1",
    info: { title: "Shop" },
    servers: [{ url: "/v1" }],
    paths: {
      "/orders": {
        get: { responses: { 200: { content: { "application/json": { schema: { type: "array", items: { properties: { id: { type: "integer" } } } } } } } } },
      },
    },
  };

  it("becomes settings and streams", async () => {
    const read = await server.request("POST", "/connectors/openapi", { as: admin, body: { text: JSON.stringify(description) } });
    expect(read).toMatchObject({
      status: 200,
      body: {
        title: "Shop",
        config: { auth: { kind: "none" } },
        streams: [{ name: "orders", config: { path: "/orders" }, columns: [{ name: "id", type: "integer" }] }],
      },
    });
    expect(await server.request("POST", "/connectors/openapi", { as: admin, body: { text: "a: b" } })).toMatchObject({
      status: 422,
      body: { code: "connection.openapi_invalid" },
    });
  });

  it("is fetched from where connections may reach", async () => {
    await using api = await startApiSource();
    api.intercept(() => ({ status: 200, body: JSON.stringify(description) }));
    const read = await server.request("POST", "/connectors/openapi", { as: admin, body: { url: `${api.url}/openapi.json` } });
    expect(read.body.config.baseUrl).toBe(`${api.url}/v1`);
    const hidden = await server.request("POST", "/connectors/openapi", { as: admin, body: { url: "http://localhost/openapi.json" } });
    expect(hidden).toMatchObject({ status: 422, body: { code: "connection.host_refused" } });
    expect((await server.request("POST", "/connectors/openapi", { as: reader, body: { text: "{}" } })).status).toBe(403);
  });
});

describe("two schemas", () => {
  it("are compared", async () => {
    const body = {
      from: [
        { name: "id", type: "integer" },
        { name: "a", type: "text" },
      ],
      to: [{ name: "id", type: "integer" }],
    };
    const compared = await server.request("POST", "/connectors/compare", { as: reader, body });
    expect(compared.body.columns).toContainEqual(expect.objectContaining({ change: "removed" }));
  });
});

describe("files", () => {
  it("are looked into by an engine process", async () => {
    await using s3 = await startS3Stub();
    s3.objects.set("in/orders.csv", { content: Buffer.from("id,name\n1,one\n2,\n"), etag: "1", modifiedAt: new Date() });
    const { endpoint, bucket, region, accessKeyId, secretAccessKey } = s3;
    await server.request("POST", "/connectors", {
      as: admin,
      body: { name: "Files", kind: "s3", config: { endpoint, bucket, region, accessKeyId, secretAccessKey } },
    });
    const found = await server.request("GET", "/connectors/files/schema", { as: reader });
    expect(found.body.items.map(({ name }: { name: string }) => name)).toEqual(["in/orders.csv"]);
    const stream = await server.request("POST", "/connectors/files/stream", { as: reader, body: { name: "in/*.csv" } });
    expect(stream.body).toMatchObject({
      kind: "file",
      columns: [
        { name: "id", type: "integer", nullable: true },
        { name: "name", type: "text" },
      ],
    });
    const preview = await server.request("POST", "/connectors/files/preview", { as: admin, body: { name: "in/orders.csv" } });
    expect(preview.body.rows).toEqual([
      ["1", "one"],
      ["2", null],
    ]);
  });
});

describe("an API", () => {
  it("is read as it is described, and its fresh tokens are kept", async () => {
    await using api = await startApiSource();
    api.records.push('{"id":1,"big":123456789012345678901}', '{"id":2}');
    const auth = { kind: "oauth_refresh", ...API_CLIENT, tokenUrl: `${api.url}/token`, refreshToken: "refresh-0" };
    const made = await server.request("POST", "/connectors", { as: admin, body: { name: "Api", kind: "rest", config: { baseUrl: api.url, auth } } });
    expect(made.body.config.auth).toMatchObject({ refreshToken: { secret: true }, clientSecret: { secret: true } });
    const body = { name: "all", config: { path: "all", pagination: { kind: "none" } } };
    for (let time = 0; time < 2; time += 1) {
      const preview = await server.request("POST", "/connectors/api/preview", { as: admin, body });
      expect(preview.body).toMatchObject({
        columns: [
          { name: "id", type: "integer" },
          { name: "big", type: "text" },
        ],
        rows: [
          ["1", "123456789012345678901"],
          ["2", null],
        ],
      });
    }
    expect(api.requests.filter(({ path }) => path === "/token")).toHaveLength(2);
    const wrong = await server.request("POST", "/connectors/api/preview", { as: admin, body: { name: "x", config: { path: "https://elsewhere.example" } } });
    expect(wrong).toMatchObject({ status: 422, body: { code: "connection.settings_invalid" } });
  });
});

describe("what a connection offers", () => {
  it("is discovered once, and anew when asked", async () => {
    const { body: made } = await create("Looked through");
    const path = `/connectors/${made.id}/schema`;
    const first = await server.request("GET", path, { as: reader });
    expect(first.body).toMatchObject({ changes: [], items: [{ namespace: "public", name: "orders", keys: ["id"], cursors: ["placed_at", "id", "amount"] }] });
    await source.query("create table later (id int); alter table orders add column note text");
    expect((await server.request("GET", path, { as: reader })).body).toEqual(first.body);
    const anew = await server.request("GET", `${path}?refresh=true`, { as: reader });
    expect(anew.body.changes).toMatchObject([
      { stream: "public.later", change: "added", comparison: null },
      { stream: "public.orders", change: "changed" },
    ]);
    expect((await server.request("GET", `${path}?q=late`, { as: reader })).body.items).toHaveLength(1);
    expect((await server.request("GET", `/connectors/${made.id}`, { as: reader })).body.streamCount).toBe(2);
  });

  it("is previewed row by row", async () => {
    await create("Previewed");
    const body = { namespace: "public", name: "orders", columns: ["id", "name", "amount", "paid", "placed_at"], limit: 2 };
    const preview = await server.request("POST", "/connectors/previewed/preview", { as: admin, body });
    expect(preview.body).toMatchObject({
      columns: [
        { name: "id", type: "integer" },
        { name: "name", type: "text" },
        { name: "amount", type: "decimal(10,2)" },
        { name: "paid", type: "boolean" },
        { name: "placed_at", type: "timestamptz" },
      ],
      rows: [
        ["1", 'one, "two"', "1.50", "true", "2026-01-31 11:00:00+00"],
        ["2", "", null, "false", null],
      ],
    });
    expect(await server.request("POST", "/connectors/previewed/preview", { as: admin, body: { name: "nothing" } })).toMatchObject({
      status: 404,
      body: { code: "connection.stream_not_found" },
    });
    const stream = await server.request("POST", "/connectors/previewed/stream", { as: reader, body: { namespace: "public", name: "orders" } });
    expect(stream.body).toMatchObject({ name: "orders", keys: ["id"], kind: "table" });
  });
});
