import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Bed, createBed, FAST } from "../../../packages/jobs/test/bed.ts";
import { spawnWorker, type WorkerProcess } from "../../../packages/jobs/test/spawn-worker.ts";

let bed: Bed;
beforeEach(async () => {
  bed = await createBed();
});
afterEach(() => bed[Symbol.asyncDispose]());

const go = () => bed.change(sql`insert into instance_settings (key, value) values ('go', 'true')`);
const settings = async () => {
  const rows = await bed.database.reader("system").selectFrom("instance_settings").select("key").where("key", "like", "done:%").execute();
  return rows.map((row) => row.key.split(":")[1]);
};
const seconds = async (work: Promise<unknown>) => {
  const start = performance.now();
  await work;
  return (performance.now() - start) / 1000;
};

test("another worker has the job of a killed one within ten seconds", async () => {
  for (let round = 0; round < 3; round += 1) {
    await using first = await spawnWorker(bed.connection, `first ${round}`, {});
    await bed.enqueue(`round ${round}`);
    await first.says("began");
    await using second = await spawnWorker(bed.connection, `second ${round}`, {});
    first.child.kill("SIGKILL");
    expect(await seconds(second.says("began"))).toBeLessThan(10);
  }
});

test("a worker stops within ten seconds although its handlers do not listen, and its jobs are free", async () => {
  await using worker = await spawnWorker(bed.connection, "worker", {});
  const ids = [await bed.enqueue("one"), await bed.enqueue("two")];
  for (const _ of ids) await worker.says("began");
  const ended = once(worker.child, "exit");
  worker.child.kill("SIGTERM");
  expect(await seconds(ended)).toBeLessThan(10);
  for (const id of ids) expect(await bed.state(id)).toMatchObject({ state: "queued", attempts: 0 });
});

test("a worker frozen for longer than its lease commits nothing when it wakes up", async () => {
  await using zombie = await spawnWorker(bed.connection, "zombie", {});
  const id = await bed.enqueue("work");
  await zombie.says("began");
  zombie.child.kill("SIGSTOP");
  await using second = await spawnWorker(bed.connection, "second", {});
  await second.says("began");
  await sleep(12_000);
  await go();
  await second.says("committed");
  zombie.child.kill("SIGCONT");
  expect(await zombie.says("refused")).toEqual({ refused: id, code: "job.lease_lost" });
  expect(await settings()).toEqual(["work"]);
});

test("every job is done exactly once while workers are killed and stopped at random", async () => {
  const names = Array.from({ length: 300 }, (_, index) => `job-${index}`);
  for (const name of names) await bed.enqueue(name, { maxAttempts: 100 });
  await go();
  const workers: WorkerProcess[] = [];
  let started = 0;
  const start = async (): Promise<void> => {
    started += 1;
    workers.push(await spawnWorker(bed.connection, `worker ${started}`, FAST));
  };
  await Promise.all([start(), start(), start()]);
  for (let round = 0; round < 40; round += 1) {
    await sleep(50 + Math.random() * 250);
    const victim = workers.shift();
    victim?.child.kill(Math.random() < 0.7 ? "SIGKILL" : "SIGTERM");
    await start();
    await bed.enqueue(`more-${round}`, { maxAttempts: 100 });
    names.push(`more-${round}`);
  }
  const unfinished = async () => (await bed.database.reader("system").selectFrom("jobs").select("id").where("state", "<>", "succeeded").execute()).length;
  await expect.poll(unfinished, { timeout: 120_000, interval: 200 }).toBe(0);
  for (const worker of workers) await worker[Symbol.asyncDispose]();
  expect((await settings()).toSorted((a, b) => (a ?? "").localeCompare(b ?? ""))).toEqual(names.toSorted((a, b) => a.localeCompare(b)));
});
