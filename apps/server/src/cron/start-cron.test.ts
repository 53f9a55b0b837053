import { CHORES } from "@granary/core/maintenance";
import { enqueueJob } from "@granary/jobs";
import { newId } from "@granary/kernel";
import { createTestUser, openTestSession, startTestServer, type TestServer } from "@granary/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWorkerRole } from "../worker/start-worker-role.ts";
import { startCron } from "./start-cron.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const change = (statement: ReturnType<typeof sql>) => server.services.database.tx("system", (db) => statement.execute(db));
const count = async (table: "sessions" | "session_tokens" | "one_time_tokens" | "idempotency_keys" | "notifications" | "jobs") => {
  const { rows } = (await change(sql`select count(*)::int as n from ${sql.table(table)}`)) as { rows: { n: number }[] };
  return rows[0]?.n;
};
const stateOf = async (id: string) =>
  (await server.services.database.reader("system").selectFrom("jobs").select("state").where("id", "=", id).executeTakeFirst())?.state;

describe("the clockwork", () => {
  it("queues chores whose time has come, once, however many run it", async () => {
    await using _first = await startCron(server.services);
    await using _second = await startCron(server.services);
    const schedules = await server.services.database.reader("system").selectFrom("job_schedules").select("id").orderBy("id").execute();
    expect(schedules.map((row) => row.id)).toEqual(CHORES.map((chore) => chore.id).sort());
    await change(sql`update job_schedules set last_tick_at = now() - interval '2 days' where id = 'maintenance.jobs'`);
    const queued = () => server.services.database.reader("system").selectFrom("jobs").select(["name", "priority", "workspace_id"]).execute();
    await expect.poll(queued, { timeout: 20_000 }).toEqual([{ name: "maintenance.jobs", priority: -10, workspace_id: null }]);
  });

  it("frees jobs of lost workers without any worker", async () => {
    const id = await server.services.database.tx("system", (db) =>
      enqueueJob(db, { name: "mail.send", payload: { mailId: "x" }, workspaceId: null, correlationId: newId("request"), now: new Date(), maxAttempts: 1 }),
    );
    await change(
      sql`update jobs set state = 'running', attempts = 1, lease_token = 1, lease_owner = 'gone', lease_until = now() - interval '1 s' where id = ${id}`,
    );
    await using _cron = await startCron(server.services);
    await expect.poll(() => stateOf(id), { timeout: 20_000 }).toBe("failed");
  });
});

describe("the chores", () => {
  it("remove what is long over and keep what is not", async () => {
    const user = await createTestUser(server.services, { workspace: server.workspace });
    const old = await openTestSession(server.services, user.id);
    const kept = { sessions: await count("sessions"), tokens: await count("session_tokens") };
    await change(sql`update sessions set revoked_at = now() - interval '31 days' where id = ${old.sessionId}`);
    await change(
      sql`insert into one_time_tokens (hash, kind, expires_at) values ('\\x01', 'reset_password', now() - interval '8 days'), ('\\x02', 'reset_password', now() + interval '1 h')`,
    );
    await change(sql`insert into idempotency_keys (principal, key, route, request_hash, created_at)
      values ('p', 'old', 'r', '\\x00', now() - interval '25 hours'), ('p', 'new', 'r', '\\x00', now())`);
    await change(sql`insert into notifications (id, workspace_id, user_id, kind, title)
      values ('ntf_00000000000000000000000000', ${server.workspace.id}, ${user.id}, 'x', 'old'), (${newId("notification")}, ${server.workspace.id}, ${user.id}, 'x', 'new')`);
    await change(sql`update jobs set state = 'succeeded', finished_at = now() - interval '40 days', lease_owner = null, lease_until = null`);
    const ids = await server.services.database.tx("system", async (db) => {
      const job = { workspaceId: null, correlationId: newId("request"), now: new Date() };
      return [
        await enqueueJob(db, { ...job, name: "maintenance.expired", payload: {} }),
        await enqueueJob(db, { ...job, name: "maintenance.jobs", payload: {} }),
        await enqueueJob(db, { ...job, name: "maintenance.notifications", payload: {} }),
      ];
    });
    await using _worker = await startWorkerRole({ services: server.services, onStuck: () => undefined });
    for (const id of ids) await expect.poll(() => stateOf(id), { timeout: 20_000 }).toBe("succeeded");
    expect(await count("sessions")).toBe((kept.sessions ?? 0) - 1);
    expect(await count("session_tokens")).toBe((kept.tokens ?? 0) - 1);
    expect([await count("one_time_tokens"), await count("idempotency_keys"), await count("notifications"), await count("jobs")]).toEqual([1, 1, 1, ids.length]);
  });
});
