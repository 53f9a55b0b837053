import { createJobCtx, reportFailedJob } from "@granary/core/jobs";
import { defineJobHandlers, enqueueJob, type RunningJob, startWorker } from "@granary/jobs";
import { type Id, newId } from "@granary/kernel";
import { JOB_NAMES, problem } from "@granary/protocol";
import { startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let viewer: TestUser;
let engineer: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  viewer = await server.user({ roles: ["viewer"] });
  engineer = await server.user({ roles: ["data_engineer"] });
});
afterAll(() => server[Symbol.asyncDispose]());

interface Queued {
  readonly workspaceId?: Id<"workspace"> | null;
  readonly state?: "failed" | "running" | "succeeded";
  readonly startedBy?: Id<"user">;
  readonly uniqueKey?: string;
}

/** A job as if a worker had left it in a state. */
async function job(options: Queued = {}): Promise<string> {
  const workspaceId = options.workspaceId === undefined ? server.workspace.id : options.workspaceId;
  const uniqueKey = options.uniqueKey === undefined ? {} : { uniqueKey: options.uniqueKey };
  return server.services.database.tx("system", async (db) => {
    const id = await enqueueJob(db, {
      name: "mail.send",
      payload: { mailId: "secret-payload" },
      workspaceId,
      correlationId: newId("request"),
      now: new Date(),
      startedBy: options.startedBy ?? null,
      ...uniqueKey,
    });
    if (options.state === "failed") {
      await sql`update jobs set state = 'failed', attempts = 5, finished_at = now(), error = '{"code":"mail.refused","message":"No."}' where id = ${id}`.execute(
        db,
      );
    }
    if (options.state === "running") {
      await sql`update jobs set state = 'running', attempts = 1, lease_owner = 'w', lease_token = 1, lease_until = now() + interval '1 hour' where id = ${id}`.execute(
        db,
      );
    }
    return id;
  });
}

const events = (type: string, id: string) =>
  server.services.database
    .reader("system")
    .selectFrom("events")
    .select(["actor_id", "data", "result"])
    .where("type", "=", type)
    .where("subject_id", "=", id)
    .execute();

describe("jobs over HTTP", () => {
  it("answers 401 without a sign-in and 403 without the permission", async () => {
    expect(await server.request("GET", "/jobs")).toMatchObject({ status: 401, body: { code: "auth.required" } });
    for (const path of ["/jobs", "/jobs/stats", `/jobs/${newId("job")}`, `/jobs/${newId("job")}/logs`]) {
      expect(await server.request("GET", path, { as: viewer })).toMatchObject({
        status: 403,
        body: { code: "access.denied", detail: expect.stringContaining("job:read") },
      });
    }
    expect(await server.request("POST", `/jobs/${await job()}/cancel`, { as: engineer })).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining("job:manage") },
    });
  });

  it("lists newest first by pages and filters, without payloads, and says what the caller may do", async () => {
    const ids = [await job(), await job({ state: "failed" }), await job()];
    const first = await server.request("GET", "/jobs?limit=2", { as: engineer });
    expect(first.body.items.map((item: { id: string }) => item.id)).toEqual([ids[2], ids[1]]);
    expect(first.text).not.toContain("secret-payload");
    const second = await server.request("GET", `/jobs?limit=2&cursor=${first.body.next}`, { as: engineer });
    expect(second.body.items[0].id).toBe(ids[0]);
    const failed = await server.request("GET", "/jobs?state=failed&name=mail.send", { as: server.admin });
    expect(failed.body.items).toContainEqual(
      expect.objectContaining({ id: ids[1], error: { code: "mail.refused", message: "No." }, can: { cancel: false, retry: true } }),
    );
    expect(first.body.items[0].can).toEqual({ cancel: false, retry: false });
    expect(await server.request("GET", "/jobs?state=lost", { as: engineer })).toMatchObject({ status: 400, body: { errors: [{ path: "query.state" }] } });
    expect(await server.request("GET", "/jobs?cursor=made-up", { as: engineer })).toMatchObject({ status: 400 });
  });

  it("answers 404 for a job of another workspace, and for one of the installation unless the caller maintains it", async () => {
    const elsewhere = await server.newWorkspace();
    const foreign = await job({ workspaceId: elsewhere.id });
    const own = await job({ workspaceId: null });
    expect(await server.request("GET", `/jobs/${foreign}`, { as: engineer })).toMatchObject({ status: 404, body: { code: "job.not_found" } });
    expect(await server.request("GET", `/jobs/${own}`, { as: engineer })).toMatchObject({ status: 404 });
    expect(await server.request("GET", `/jobs/${own}`, { as: server.admin })).toMatchObject({ status: 200, body: { id: own } });
    expect(await server.request("GET", `/jobs/${foreign}`, { as: server.admin })).toMatchObject({ status: 404 });
    expect(await server.request("POST", `/jobs/${foreign}/cancel`, { as: server.admin })).toMatchObject({ status: 404 });
    expect(await server.request("POST", `/jobs/${own}/cancel`, { as: server.admin })).toMatchObject({ status: 200, body: { state: "cancelled" } });
  });

  it("cancels a waiting job once and records who did it", async () => {
    const id = await job();
    expect(await server.request("POST", `/jobs/${id}/cancel`, { as: server.admin })).toMatchObject({
      status: 200,
      body: { state: "cancelled", can: { cancel: false, retry: true } },
    });
    expect(await server.request("POST", `/jobs/${id}/cancel`, { as: server.admin })).toMatchObject({ status: 409, body: { code: "job.ended" } });
    expect(await events("job.cancelled", id)).toEqual([
      { actor_id: server.admin.id, result: "success", data: { name: "mail.send", before: "queued", after: "cancelled" } },
    ]);
  });

  it("asks a running job to stop", async () => {
    const id = await job({ state: "running" });
    expect(await server.request("POST", `/jobs/${id}/cancel`, { as: server.admin })).toMatchObject({
      status: 200,
      body: { state: "running", cancelling: true, can: { cancel: false } },
    });
  });

  it("queues a failed job again, unless the same work waits already", async () => {
    const id = await job({ state: "failed", uniqueKey: "same" });
    const twin = await job({ uniqueKey: "same" });
    expect(await server.request("POST", `/jobs/${id}/retry`, { as: server.admin })).toMatchObject({ status: 409, body: { code: "job.already_queued" } });
    await server.request("POST", `/jobs/${twin}/cancel`, { as: server.admin });
    expect(await server.request("POST", `/jobs/${id}/retry`, { as: server.admin })).toMatchObject({
      status: 200,
      body: { state: "queued", attempts: 0, error: null },
    });
    expect(await server.request("POST", `/jobs/${id}/retry`, { as: server.admin })).toMatchObject({ status: 409, body: { code: "job.not_ended" } });
    expect(await events("job.retried", id)).toHaveLength(1);
  });

  it("shows a job of another program version by its name", async () => {
    const id = await job();
    await server.services.database.tx("system", (db) => sql`update jobs set name = 'pipeline.teleport' where id = ${id}`.execute(db));
    expect(await server.request("GET", `/jobs/${id}`, { as: engineer })).toMatchObject({
      status: 200,
      body: { name: "pipeline.teleport", title: "pipeline.teleport" },
    });
    expect(await server.request("POST", `/jobs/${id}/cancel`, { as: server.admin })).toMatchObject({ status: 200, body: { state: "cancelled" } });
  });

  it("counts by state and name", async () => {
    const { body } = await server.request("GET", "/jobs/stats", { as: engineer });
    expect(body.states).toMatchObject({ failed: expect.any(Number), queued: expect.any(Number) });
    expect(body.names).toContainEqual(expect.objectContaining({ name: "mail.send", title: "Send a mail" }));
  });
});

describe("a job that fails for good", () => {
  it("is recorded, tells who started it, and shows its log", async () => {
    const id = await job({ startedBy: engineer.id });
    const handlers = defineJobHandlers([
      Object.fromEntries(
        JOB_NAMES.map((name) => [
          name,
          async (_ctx: unknown, _payload: unknown, running: RunningJob) => {
            running.log("info", "trying");
            throw problem("access.denied", { permission: "dataset:read" });
          },
        ]),
      ),
    ]);
    await server.services.database.tx("system", (db) =>
      sql`update jobs set state = 'cancelled', finished_at = now() where state = 'queued' and id <> ${id}`.execute(db),
    );
    const worker = await startWorker({
      database: server.services.database,
      log: server.services.log,
      owner: "test",
      concurrency: 1,
      handlers: handlers as never,
      createContext: (running) => createJobCtx(server.services, running),
      onFailed: (db, failed) => reportFailedJob(server.services, db, failed),
    });
    await expect.poll(async () => (await server.request("GET", `/jobs/${id}`, { as: engineer })).body.state).toBe("failed");
    await worker[Symbol.asyncDispose]();
    expect(await events("job.failed", id)).toEqual([{ actor_id: null, result: "failure", data: { name: "mail.send", attempts: 1, code: "access.denied" } }]);
    const log = await server.request("GET", `/jobs/${id}/logs`, { as: engineer });
    expect(log.body).toMatchObject({ items: [{ level: "info", message: "trying", attempt: 1 }], next: null });
    const bell = await server.request("GET", "/notifications", { as: engineer });
    expect(bell.body).toMatchObject({
      unread: 1,
      items: [{ kind: "job.failed", title: "Failed: Send a mail", link: `/jobs/${id}`, readAt: null, can: { read: true } }],
    });
  });
});
