import { connectOwner } from "@granary/db";
import { problem } from "@granary/protocol";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bed, createBed, gate, untilStopped } from "../test/bed.ts";
import { cancelJob, retryJob } from "./end-jobs.ts";
import { enqueueJob } from "./enqueue-job.ts";
import type { RunningJob } from "./running-job.ts";

let bed: Bed;
beforeEach(async () => {
  bed = await createBed();
});
afterEach(() => bed[Symbol.asyncDispose]());

const cancel = (id: string) => bed.database.tx("system", (db) => cancelJob(db, id as never));
const retry = (id: string) => bed.database.tx("system", (db) => retryJob(db, id as never));

describe("a worker", () => {
  it("runs each job once and keeps its result", async () => {
    const ran: string[] = [];
    const script = async (job: RunningJob) => {
      ran.push(job.id);
      return { sum: 42 };
    };
    await using first = await bed.worker({ add: script });
    await using second = await bed.worker({ add: script });
    const ids = await Promise.all(Array.from({ length: 40 }, () => bed.enqueue("add")));
    for (const id of ids) expect(await bed.reaches(id, "succeeded")).toMatchObject({ attempts: 1, result: { sum: 42 }, error: null });
    expect([...ran].sort()).toEqual([...ids].sort());
    expect([first.active(), second.active()]).toEqual([[], []]);
  });

  it("takes the urgent first and nothing before its time", async () => {
    const order: string[] = [];
    const chore = await bed.enqueue("chore", { priority: -10 });
    const later = await bed.enqueue("later", { priority: 100, runAt: new Date(Date.now() + 3_600_000) });
    await bed.enqueue("urgent", { priority: 10 });
    const note = (name: string) => async () => {
      order.push(name);
    };
    await using _ = await bed.worker({ chore: note("chore"), later: note("later"), urgent: note("urgent") }, { concurrency: 1 });
    await bed.reaches(chore, "succeeded");
    expect(order).toEqual(["urgent", "chore"]);
    expect(await bed.state(later)).toMatchObject({ state: "queued", attempts: 0 });
  });

  it("leaves jobs it does not know to a newer program version", async () => {
    const unknown = await bed.enqueue("x");
    await bed.change(sql`update jobs set name = 'pipeline.teleport' where id = ${unknown}`);
    const known = await bed.enqueue("y");
    await using _ = await bed.worker({ y: async () => undefined });
    await bed.reaches(known, "succeeded");
    expect(await bed.state(unknown)).toMatchObject({ state: "queued", attempts: 0 });
  });

  it("goes by the database's clock, whatever the machine that queued the job believes", async () => {
    const now = new Date(Date.now() + 2 * 3_600_000);
    const id = await bed.database.tx("system", (db) =>
      enqueueJob(db, { name: "mail.send", payload: { mailId: "skewed" }, workspaceId: null, correlationId: "request-1", now }),
    );
    await using _ = await bed.worker({ skewed: async () => "ran" });
    expect(await bed.reaches(id, "succeeded")).toMatchObject({ result: "ran" });
  });

  it("tries an unknown error again and hides its text, and fails for good after the last attempt", async () => {
    const id = await bed.enqueue("broken", { maxAttempts: 2 });
    await using _ = await bed.worker({
      broken: async () => {
        throw new Error("password=hunter2");
      },
    });
    await expect.poll(async () => (await bed.state(id)).error?.code).toBe("internal");
    const failed = await bed.reaches(id, "failed");
    expect(failed).toMatchObject({ attempts: 2, error: { code: "internal" } });
    expect(JSON.stringify(failed)).not.toContain("hunter2");
    expect(bed.failures).toEqual([id]);
  });

  it("fails at once on an error that trying again does not help, and runs again when asked", async () => {
    const id = await bed.enqueue("denied");
    let allowed = false;
    await using _ = await bed.worker({
      denied: async () => {
        if (!allowed) throw problem("access.denied", { permission: "dataset:read" });
      },
    });
    expect(await bed.reaches(id, "failed")).toMatchObject({ attempts: 1, error: { code: "access.denied" } });
    allowed = true;
    await retry(id);
    expect(await bed.reaches(id, "succeeded")).toMatchObject({ attempts: 1, error: null });
    await expect(retry(id)).rejects.toMatchObject({ code: "job.not_ended" });
  });

  it("shows progress and log lines while the job runs", async () => {
    const shown = gate();
    const id = await bed.enqueue("tell");
    await using _ = await bed.worker({
      tell: async (job, database) => {
        await database.tx("system", async () => {
          job.progress(3, 10, "rows");
          job.log("info", "began", { rows: 10 });
        });
        await shown.passed;
        job.log("warn", "ended");
      },
    });
    await expect.poll(async () => (await bed.state(id)).progress).toEqual({ done: 3, total: 10, message: "rows" });
    shown.open();
    await bed.reaches(id, "succeeded");
    const lines = await bed.database.reader("system").selectFrom("job_logs").select(["level", "message", "data", "attempt"]).orderBy("seq").execute();
    expect(lines).toEqual([
      { level: "info", message: "began", data: { rows: 10 }, attempt: 1 },
      { level: "warn", message: "ended", data: null, attempt: 1 },
    ]);
  });

  it("commits a job's work and its end together", async () => {
    const id = await bed.enqueue("commit");
    await using _ = await bed.worker({
      commit: async (job, database) => {
        await database.tx("system", async (db) => {
          await sql`insert into instance_settings (key, value) values ('made.by', to_jsonb(${job.id}::text))`.execute(db);
          await job.finish(db, { made: true });
        });
      },
    });
    expect(await bed.reaches(id, "succeeded")).toMatchObject({ result: { made: true } });
    const made = await bed.database.reader("system").selectFrom("instance_settings").select("value").where("key", "=", "made.by").executeTakeFirst();
    expect(made?.value).toBe(id);
  });

  it("loses nothing when the database goes away under it", async () => {
    const goOn = gate();
    const id = await bed.enqueue("patient");
    const later = await bed.enqueue("later");
    await using _ = await bed.worker({ patient: () => goOn.passed, later: async () => undefined }, { concurrency: 1 });
    await bed.reaches(id, "running");
    await using owner = await connectOwner(bed.connection, "test");
    const cut = () => owner.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
    await cut();
    goOn.open();
    await cut();
    const ended = async () => (await owner.query("select state from jobs where id = any($1)", [[id, later]])).rows.map((row: { state: string }) => row.state);
    await expect.poll(ended, { timeout: 30_000 }).toEqual(["succeeded", "succeeded"]);
  });

  it("keeps ten thousand lines of a talkative job and says that it left out the rest", async () => {
    const id = await bed.enqueue("talk");
    await using _ = await bed.worker({
      talk: async (job) => {
        for (let i = 0; i < 12_000; i += 1) job.log("debug", `line ${i}`);
      },
    });
    await bed.reaches(id, "succeeded");
    const lines = await bed.database.reader("system").selectFrom("job_logs").select("message").orderBy("seq", "desc").execute();
    expect(lines).toHaveLength(10_001);
    expect(lines[0]?.message).toContain("the rest is left out");
  });

  it("stops a job at its deadline", async () => {
    const id = await bed.enqueue("slow", { maxAttempts: 1 });
    await using _ = await bed.worker({ slow: untilStopped }, { timing: { deadlineMs: 50 } });
    expect(await bed.reaches(id, "failed")).toMatchObject({ error: { code: "job.deadline" } });
  });

  it("keeps a long job for many leases", async () => {
    const enough = gate();
    const id = await bed.enqueue("long");
    await using _ = await bed.worker({ long: () => enough.passed }, { timing: { leaseMs: 120, heartbeatMs: 30, pollMs: 20 } });
    await bed.reaches(id, "running");
    const first = await leaseEnd(id);
    await expect.poll(async () => (await leaseEnd(id)).getTime()).toBeGreaterThan(first.getTime() + 400);
    enough.open();
    expect(await bed.reaches(id, "succeeded")).toMatchObject({ attempts: 1 });
  });
});

async function leaseEnd(id: string): Promise<Date> {
  const row = await bed.database.reader("system").selectFrom("jobs").select("lease_until").where("id", "=", id).executeTakeFirstOrThrow();
  return row.lease_until ?? new Date(Number.NaN);
}

describe("cancelling", () => {
  it("cancels a waiting job at once", async () => {
    const id = await bed.enqueue("wait");
    await cancel(id);
    expect(await bed.state(id)).toMatchObject({ state: "cancelled", attempts: 0 });
    await expect(cancel(id)).rejects.toMatchObject({ code: "job.ended" });
  });

  it("reaches the handler of a running job", async () => {
    const id = await bed.enqueue("run");
    let reason: unknown;
    await using _ = await bed.worker({
      run: async (job) => {
        await untilStopped(job).catch((error: unknown) => {
          reason = error;
          throw error;
        });
      },
    });
    await bed.reaches(id, "running");
    await cancel(id);
    await bed.reaches(id, "cancelled");
    expect(reason).toMatchObject({ code: "job.cancelled" });
  });

  it("is heard at a heartbeat when its notification was lost", async () => {
    const id = await bed.enqueue("deaf");
    await using _ = await bed.worker({ deaf: untilStopped });
    await bed.reaches(id, "running");
    await bed.change(sql`update jobs set cancel_requested_at = now() where id = ${id}`);
    expect(await bed.reaches(id, "cancelled")).toMatchObject({ attempts: 1, error: null });
  });

  it("takes the job from a handler that does not listen, and tells the owner that it is stuck", async () => {
    const id = await bed.enqueue("stubborn");
    const ever = gate();
    const stuck = Promise.withResolvers<string>();
    await using _ = await bed.worker({ stubborn: () => ever.passed }, { onStuck: stuck.resolve });
    await bed.reaches(id, "running");
    await cancel(id);
    await bed.reaches(id, "cancelled");
    expect(await stuck.promise).toBe("mail.send");
    ever.open();
  });
});

describe("stopping", () => {
  it("lets a short job finish", async () => {
    const started = gate();
    const id = await bed.enqueue("short");
    const worker = await bed.worker(
      {
        short: async () => {
          started.open();
          await new Promise((resolve) => setTimeout(resolve, 30));
        },
      },
      { timing: { finishMs: 5_000 } },
    );
    await started.passed;
    await worker[Symbol.asyncDispose]();
    expect(await bed.state(id)).toMatchObject({ state: "succeeded" });
  });

  it("hands back a long job without counting the attempt", async () => {
    const id = await bed.enqueue("long");
    const worker = await bed.worker({ long: untilStopped });
    await bed.reaches(id, "running");
    await worker[Symbol.asyncDispose]();
    expect(await bed.state(id)).toMatchObject({ state: "queued", attempts: 0 });
  });

  it("hands back a job whose handler does not listen, and refuses its commit", async () => {
    const id = await bed.enqueue("stubborn");
    const ever = gate();
    const refused = Promise.withResolvers<unknown>();
    const worker = await bed.worker({
      stubborn: async (job, database) => {
        await ever.passed;
        await database.tx("system", (db) => job.assertLease(db)).catch(refused.resolve);
      },
    });
    await bed.reaches(id, "running");
    await worker[Symbol.asyncDispose]();
    expect(await bed.state(id)).toMatchObject({ state: "queued", attempts: 0 });
    ever.open();
    expect(await refused.promise).toMatchObject({ code: "job.lease_lost" });
  });
});
