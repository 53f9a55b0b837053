import cookie from "@fastify/cookie";
import { lastEventPosition, startEventRelay } from "@granary/core/events";
import { notify } from "@granary/core/notifications";
import { recordEvent, systemPrincipal } from "@granary/core/context";
import { cancelJob, enqueueJob } from "@granary/jobs";
import { type Id, newId } from "@granary/kernel";
import { REALTIME_REPLAY_LIMIT } from "@granary/protocol";
import { openTestSession, startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import fastify from "fastify";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type RealtimeClient } from "../../test/realtime-client.ts";
import { createMetrics } from "../metrics.ts";
import { addRealtime } from "./add-realtime.ts";
import type { RealtimeLimits } from "./limits.ts";

let server: TestServer;
let url: string;
let relay: AsyncDisposable;
let viewer: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  url = await server.listen();
  relay = await startEventRelay({ database: server.services.database, log: server.services.log });
  viewer = await server.user({ roles: ["viewer"] });
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const bearer = (user: TestUser | { token: string }) => ({ authorization: `Bearer ${user.token}` });
const open = (user: TestUser | { token: string }, query?: string) => connect(url, bearer(user), query);

async function happen(workspaceId: Id<"workspace"> = server.workspace.id, label = "Home", times = 1): Promise<void> {
  const origin = { principal: systemPrincipal(workspaceId), request: { id: newId("request"), ip: null, userAgent: null }, now: new Date() };
  await server.services.database.tx("system", async (db) => {
    for (let i = 0; i < times; i += 1) await recordEvent(db, origin, { type: "workspace.updated", subject: { id: workspaceId, label } });
  });
}

async function job(startedBy: Id<"user"> | null = null): Promise<Id<"job">> {
  return server.services.database.tx("system", (db) =>
    enqueueJob(db, {
      name: "mail.send",
      payload: { mailId: "x" },
      workspaceId: server.workspace.id,
      correlationId: newId("request"),
      now: new Date(),
      startedBy,
    }),
  );
}

describe("connecting", () => {
  it("is refused without a sign-in, with a made-up token, and to a workspace one does not belong to", async () => {
    await expect(connect(url, {})).rejects.toThrow("401");
    await expect(open({ token: `gra_${"x".repeat(43)}` })).rejects.toThrow("401");
    const other = await server.newWorkspace();
    await expect(open(viewer, `?workspace=${other.id}`)).rejects.toThrow("404");
  });

  it("is refused to a foreign page that has the cookie, and to no page at all with it", async () => {
    const withCookie = { cookie: `granary_session=${viewer.token}` };
    await expect(connect(url, { ...withCookie, origin: "https://evil.example" })).rejects.toThrow("403");
    await expect(connect(url, withCookie)).rejects.toThrow("403");
    await using own = await connect(url, { ...withCookie, origin: url });
    expect(await own.next("ready")).toMatchObject({ heartbeatS: 25 });
    await using allowed = await connect(url, { ...withCookie, origin: "http://granary.test" });
    expect(await allowed.next("ready")).toMatchObject({ type: "ready" });
  });

  it("answers plain HTTP with what it expects", async () => {
    expect(await server.request("GET", "/realtime", { as: viewer })).toMatchObject({ status: 415, body: { code: "request.unsupported_media" } });
  });
});

describe("following", () => {
  it("tells followers of the workspace what changed, each as far as they may know", async () => {
    await using admin = await open(server.admin);
    await using reader = await open(viewer);
    for (const client of [admin, reader]) await client.follow("workspace");
    const origin = { principal: systemPrincipal(server.workspace.id), request: { id: "request-1", ip: null, userAgent: null }, now: new Date() };
    await server.services.database.tx("system", async (db) => {
      await recordEvent(db, origin, { type: "user.created", subject: { id: "usr_x", label: "Somebody" } });
      await recordEvent(db, origin, { type: "dataset.created", subject: { id: "ds_x", label: "Salaries" } });
      await recordEvent(db, origin, { type: "workspace.updated", subject: { id: server.workspace.id, label: "Home" } });
    });
    const told = [await admin.next("change"), await admin.next("change"), await admin.next("change")];
    expect(told.map(({ change }) => [change.type, change.subject.id])).toEqual([
      ["user.created", "usr_x"],
      ["dataset.created", "ds_x"],
      ["workspace.updated", server.workspace.id],
    ]);
    const less = [await reader.next("change"), await reader.next("change")];
    expect(less.map(({ change }) => [change.type, change.subject.id])).toEqual([
      ["dataset.created", null],
      ["workspace.updated", server.workspace.id],
    ]);
    expect(JSON.stringify([...admin.heard, ...reader.heard])).not.toContain("Salaries");
  });

  it("refuses topics without the right to them and keeps the connection", async () => {
    await using client = await open(viewer);
    const foreign = await job();
    for (const [topic, code] of [
      ["activity", "access.denied"],
      ["jobs", "access.denied"],
      [`job:${foreign}`, "access.denied"],
      [`job:${newId("job")}`, "job.not_found"],
      [`run:${newId("run")}`, "run.not_found"],
      [`dataset:${newId("dataset")}`, "dataset.not_found"],
      ["everything", "realtime.message_invalid"],
    ] as const) {
      client.send({ type: "subscribe", topic });
      expect(await client.next("refused")).toMatchObject({ topic, code });
    }
    for (const text of ["", "{", "[]", '{"type":"subscribe"}', '{"type":"shout"}', '{"type":"ping","more":1}']) {
      client.socket.send(text);
      expect(await client.next("refused")).toMatchObject({ code: "realtime.message_invalid" });
    }
    client.send({ type: "ping" });
    expect(await client.next("pong")).toEqual({ type: "pong" });
  });

  it("closes on a message that is too large or not text", async () => {
    await using large = await open(viewer);
    large.socket.send("x".repeat(5_000));
    expect(await large.closed).toBe(1009);
    await using binary = await open(viewer);
    binary.socket.send(Buffer.from("{}"));
    expect(await binary.closed).toBe(1007);
  });

  it("shows a job to who may see jobs and to who started it", async () => {
    const id = await job(viewer.id);
    await using admin = await open(server.admin);
    await using starter = await open(viewer);
    await admin.follow("jobs");
    await starter.follow(`job:${id}`);
    await server.services.database.tx("system", (db) => cancelJob(db, id));
    expect(await admin.next("job")).toMatchObject({ topic: "jobs", job: { id, name: "mail.send", state: "cancelled", attempts: 0, progress: null } });
    expect(await starter.next("job")).toMatchObject({ topic: `job:${id}`, job: { id, state: "cancelled" } });
  });

  it("brings notifications to their owner alone", async () => {
    await using mine = await open(viewer);
    await using other = await open(server.admin);
    for (const client of [mine, other]) await client.follow("notifications");
    await (await server.ctx()).tx((ctx) => notify(ctx, { to: { userIds: [viewer.id] }, kind: "job.failed", title: "For you" }));
    expect(await mine.next("notification")).toMatchObject({ notification: { title: "For you", readAt: null, can: { read: true } } });
    await server.request("POST", "/notifications/read", { as: viewer, body: { all: true } });
    expect(await mine.next("resync")).toMatchObject({ topic: "notifications", reason: "changed" });
    other.send({ type: "ping" });
    await other.next("pong");
    expect(other.heard.map((message) => message.type)).not.toContain("notification");
  });

  it("keeps workspaces apart", async () => {
    const there = await server.newWorkspace("There");
    await using here = await open(server.admin, `?workspace=${server.workspace.id}`);
    await using away = await open(server.admin, `?workspace=${there.slug}`);
    for (const client of [here, away]) await client.follow("activity");
    await happen(there.id, "There");
    await happen(server.workspace.id, "Here");
    expect((await away.next("event")).event.subject.label).toBe("There");
    expect((await here.next("event")).event.subject.label).toBe("Here");
  });
});

describe("coming back", () => {
  const positions = async (client: RealtimeClient, count: number) => {
    const seen: number[] = [];
    while (seen.length < count) seen.push((await client.next("event")).position);
    return seen;
  };

  it("gets every event since its last position once and in order, while others keep coming", async () => {
    await using first = await open(server.admin);
    const { position } = await first.follow("activity");
    await happen(undefined, "before", 5);
    const before = await positions(first, 5);
    await first[Symbol.asyncDispose]();
    await happen(undefined, "missed", 20);
    await using second = await open(server.admin);
    const writing = Promise.all(Array.from({ length: 10 }, () => happen(undefined, "live", 3)));
    await second.follow("activity", before.at(-1) ?? position);
    await writing;
    const seen = await positions(second, 50);
    expect(seen).toEqual(Array.from({ length: 50 }, (_, index) => (before.at(-1) ?? 0) + 1 + index));
  });

  it("is told to read again after too long, and with a position that was never given", async () => {
    await using first = await open(server.admin);
    const { position } = await first.follow("workspace");
    await happen(undefined, "many", REALTIME_REPLAY_LIMIT + 1);
    await expect.poll(() => lastEventPosition(server.services.database), { timeout: 30_000 }).toBeGreaterThan(position + REALTIME_REPLAY_LIMIT);
    await using second = await open(server.admin);
    await second.follow("workspace", position);
    expect(await second.next("resync")).toMatchObject({ topic: "workspace", reason: "too_old" });
    await using restored = await open(server.admin);
    await restored.follow("workspace", 1_000_000);
    expect(await restored.next("resync")).toMatchObject({ topic: "workspace", reason: "too_old" });
    await happen(undefined, "after");
    expect(await restored.next("change")).toMatchObject({ topic: "workspace" });
  });

  it("reads again what has no positions", async () => {
    await using client = await open(server.admin);
    await client.follow("jobs", 1);
    expect(await client.next("resync")).toMatchObject({ topic: "jobs", reason: "reconnected" });
  });

  it("goes on when the connection to the database was cut", async () => {
    await using client = await open(server.admin);
    for (const topic of ["activity", "jobs"]) await client.follow(topic);
    await server.services.database.tx("system", (db) =>
      sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like '%listener'`.execute(db),
    );
    await happen(undefined, "while cut");
    expect((await client.next("event")).event.subject.label).toBe("while cut");
    expect(await client.next("resync")).toMatchObject({ topic: "jobs", reason: "reconnected" });
  });
});

describe("losing rights", () => {
  const record = async (type: "user.roles_changed" | "session.revoked", id: string) =>
    (await server.ctx()).tx((ctx) => ctx.record({ type, subject: { id, label: "somebody" } }));

  it("takes a topic away when the role that allowed it is gone", async () => {
    const user = await server.user({ roles: ["executor"] });
    await using client = await open(user);
    await client.follow("jobs");
    await server.services.database.tx("system", (db) =>
      db
        .updateTable("memberships")
        .set({ roles: ["viewer"] })
        .where("user_id", "=", user.id)
        .execute(),
    );
    await record("user.roles_changed", user.id);
    expect(await client.next("refused")).toMatchObject({ topic: "jobs", code: "access.denied" });
  });

  it("closes the connections of a session that was revoked and of no other", async () => {
    const user = await server.user();
    const second = await openTestSession(server.services, user.id);
    await using client = await open(user);
    await using stays = await open(second);
    for (const one of [client, stays]) await one.follow("workspace");
    await server.services.database.tx("system", (db) => db.updateTable("sessions").set({ revoked_at: new Date() }).where("id", "=", user.sessionId).execute());
    await record("session.revoked", user.sessionId);
    expect(await client.closed).toBe(4401);
    stays.send({ type: "ping" });
    expect(await stays.next("pong")).toBeDefined();
  });

  it("closes the connections of who was removed from the workspace", async () => {
    const user = await server.user();
    await using client = await open(user);
    await client.follow("workspace");
    await server.services.database.tx("system", (db) => db.deleteFrom("memberships").where("user_id", "=", user.id).execute());
    await record("user.roles_changed", user.id);
    expect(await client.closed).toBe(4401);
  });
});

describe("limits", () => {
  async function smallServer(limits: Partial<RealtimeLimits>) {
    const app = fastify({ forceCloseConnections: true });
    await app.register(cookie);
    const { sockets } = createMetrics(server.services.database);
    await addRealtime(app, { services: server.services, allowedOrigins: new Set(), sockets, limits });
    const address = await app.listen({ host: "127.0.0.1", port: 0 });
    return { address, sockets, [Symbol.asyncDispose]: () => app.close() };
  }

  it("tells a client that fell behind to read again, and others nothing", async () => {
    await using small = await smallServer({ maxQueuedBytes: 20_000, drainCheckMs: 20 });
    await using slow = await connect(small.address, bearer(server.admin));
    await using quick = await connect(small.address, bearer(server.admin));
    for (const client of [slow, quick]) await client.follow("activity");
    slow.socket.pause();
    await flood(quick);
    slow.socket.resume();
    expect(await slow.next("resync")).toMatchObject({ topic: null, reason: "slow" });
    expect(quick.heard.map((message) => message.type)).not.toContain("resync");
  });

  it("closes a client that stays behind", async () => {
    await using small = await smallServer({ maxQueuedBytes: 20_000, drainCheckMs: 20, maxBehindMs: 200 });
    await using slow = await connect(small.address, bearer(server.admin));
    await using quick = await connect(small.address, bearer(server.admin));
    for (const client of [slow, quick]) await client.follow("activity");
    slow.socket.pause();
    await flood(quick);
    await expect.poll(async () => (await small.sockets.get()).values[0]?.value).toBe(1);
    slow.socket.resume();
    await slow.closed;
    expect(quick.socket.readyState).toBe(quick.socket.OPEN);
  });

  it("cuts off a client that gives no sign of life", async () => {
    await using small = await smallServer({ heartbeatMs: 100 });
    await using alive = await connect(small.address, bearer(viewer));
    const dead = await connect(small.address, bearer(viewer));
    dead.socket.pause();
    await alive.next("ping");
    await alive.next("ping");
    await alive.next("ping");
    dead.socket.resume();
    expect(await dead.closed).toBe(1006);
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
  });

  it("closes with 1012 when the server stops", async () => {
    const small = await smallServer({});
    await using client = await connect(small.address, bearer(viewer));
    await client.next("ready");
    await small[Symbol.asyncDispose]();
    expect(await client.closed).toBe(1012);
  });

  /** Long events until the quick client has them all: more than the operating system's buffers take for one that does not read. */
  async function flood(quick: RealtimeClient): Promise<void> {
    const origin = { principal: systemPrincipal(server.workspace.id), request: { id: "request-1", ip: null, userAgent: null }, now: new Date() };
    const label = "x".repeat(100_000);
    for (let round = 0; round < 8; round += 1) {
      await server.services.database.tx("system", async (db) => {
        for (let i = 0; i < 20; i += 1) await recordEvent(db, origin, { type: "workspace.updated", subject: { id: server.workspace.id, label } });
      });
      for (let i = 0; i < 20; i += 1) await quick.next("event");
    }
  }
});

describe("a thousand clients", () => {
  it("all hear of a change", async () => {
    const clients: RealtimeClient[] = [];
    try {
      while (clients.length < 1_000) {
        const users = [viewer, server.admin];
        const batch = await Promise.all(Array.from({ length: 50 }, (_, index) => open(users[index % 2] ?? viewer)));
        await Promise.all(batch.map((client) => client.follow("workspace")));
        clients.push(...batch);
      }
      const listeners = await server.services.database
        .reader("system")
        .selectFrom(sql<{ application_name: string }>`pg_stat_activity`.as("a"))
        .select("application_name")
        .where("application_name", "like", "%listener")
        .where(sql<boolean>`datname = current_database()`)
        .execute();
      expect(listeners).toHaveLength(1);
      await happen(undefined, "for all", 3);
      const heard = await Promise.all(clients.map(async (client) => [await client.next("change"), await client.next("change"), await client.next("change")]));
      for (const changes of heard) expect(changes.map((message) => message.position)).toEqual(heard[0]?.map((message) => message.position));
    } finally {
      await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
    }
  });
});
