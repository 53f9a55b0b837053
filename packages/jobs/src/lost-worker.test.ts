import { once } from "node:events";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bed, createBed, FAST } from "../test/bed.ts";
import { spawnWorker } from "../test/spawn-worker.ts";
import { reapLeases, releaseLeases } from "./leases.ts";

let bed: Bed;
beforeEach(async () => {
  bed = await createBed();
});
afterEach(() => bed[Symbol.asyncDispose]());

const go = () => bed.change(sql`insert into instance_settings (key, value) values ('go', 'true')`);
const done = async () => {
  const rows = await bed.database.reader("system").selectFrom("instance_settings").select("key").where("key", "like", "done:%").execute();
  return rows.map((row) => row.key);
};

describe("a worker process", () => {
  it("that is killed loses its job to another one, which does it once", async () => {
    await using first = await spawnWorker(bed.connection, "first", FAST);
    const id = await bed.enqueue("work");
    await first.says("began");
    await using second = await spawnWorker(bed.connection, "second", FAST);
    first.child.kill("SIGKILL");
    expect(await second.says("began")).toEqual({ began: id, attempt: 2 });
    await go();
    expect(await bed.reaches(id, "succeeded")).toMatchObject({ attempts: 2 });
    expect(await done()).toEqual(["done:work:second"]);
  });

  it("that was frozen and wakes up late is refused its commit", async () => {
    await using zombie = await spawnWorker(bed.connection, "zombie", FAST);
    const id = await bed.enqueue("work");
    await zombie.says("began");
    zombie.child.kill("SIGSTOP");
    await using second = await spawnWorker(bed.connection, "second", FAST);
    await second.says("began");
    await go();
    await second.says("committed");
    zombie.child.kill("SIGCONT");
    expect(await zombie.says("refused")).toEqual({ refused: id, code: "job.lease_lost" });
    expect(await bed.reaches(id, "succeeded")).toMatchObject({ attempts: 2 });
    expect(await done()).toEqual(["done:work:second"]);
  });

  it("that is told to stop hands its job to another one without using up an attempt", async () => {
    await using first = await spawnWorker(bed.connection, "first", FAST);
    const id = await bed.enqueue("work");
    await first.says("began");
    const ended = once(first.child, "exit");
    first.child.kill("SIGTERM");
    await using second = await spawnWorker(bed.connection, "second", FAST);
    expect(await second.says("began")).toEqual({ began: id, attempt: 1 });
    expect(await ended).toEqual([0, null]);
    await go();
    await bed.reaches(id, "succeeded");
  });
});

describe("lost leases", () => {
  const lose = (id: string) => bed.change(sql`update jobs set lease_until = clock_timestamp() - interval '1 s', lease_owner = 'gone' where id = ${id}`);
  const lease = (id: string, attempts: number) =>
    bed.change(
      sql`update jobs set state = 'running', attempts = ${attempts}, lease_token = 1, lease_owner = 'gone', lease_until = now() + interval '1 h' where id = ${id}`,
    );

  it("fail a job that has no attempt left, and tell so", async () => {
    const id = await bed.enqueue("poison", { maxAttempts: 3 });
    await lease(id, 3);
    expect(await reapLeases(bed.database, bed.onFailed)).toBe(0);
    await lose(id);
    expect(await reapLeases(bed.database, bed.onFailed)).toBe(1);
    expect(await bed.state(id)).toMatchObject({ state: "failed", error: { code: "job.worker_lost", message: expect.stringContaining("ended 3 times") } });
    expect(bed.failures).toEqual([id]);
  });

  it("cancel a job that was being cancelled", async () => {
    const id = await bed.enqueue("cancelling");
    await lease(id, 1);
    await bed.change(sql`update jobs set cancel_requested_at = now() where id = ${id}`);
    await lose(id);
    await reapLeases(bed.database, bed.onFailed);
    expect(await bed.state(id)).toMatchObject({ state: "cancelled" });
  });

  it("are freed at once when their worker is known to be dead", async () => {
    const id = await bed.enqueue("orphan");
    await lease(id, 1);
    expect(await releaseLeases(bed.database, "somebody else", bed.onFailed)).toBe(0);
    expect(await releaseLeases(bed.database, "gone", bed.onFailed)).toBe(1);
    expect(await bed.state(id)).toMatchObject({ state: "queued", attempts: 1 });
  });

  it("are freed once by many who look at the same time", async () => {
    const id = await bed.enqueue("orphan");
    await lease(id, 1);
    await lose(id);
    const freed = await Promise.all(Array.from({ length: 8 }, () => reapLeases(bed.database, bed.onFailed)));
    expect(freed.reduce((sum, count) => sum + count, 0)).toBe(1);
  });
});
