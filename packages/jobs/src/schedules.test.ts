import { silentLogger } from "@granary/kernel";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bed, createBed } from "../test/bed.ts";
import { createScheduler, ensureSchedules, type Schedule } from "./schedules.ts";

let bed: Bed;
beforeEach(async () => {
  bed = await createBed();
});
afterEach(() => bed[Symbol.asyncDispose]());

const every: Schedule = { id: "every-minute", name: "maintenance.jobs", payload: { keepDays: 3 }, cron: "* * * * *", timeZone: "UTC", missed: "once" };
const ensure = (schedule: Schedule) => bed.database.tx("system", (db) => ensureSchedules(db, [schedule]));
const lastTickWas = (ago: string) => bed.change(sql`update job_schedules set last_tick_at = now() - ${ago}::interval`);
const jobs = () => bed.database.reader("system").selectFrom("jobs").select(["name", "payload", "schedule_id", "state"]).execute();

describe("a scheduler", () => {
  it("queues nothing before the first tick", async () => {
    await ensure({ ...every, cron: "0 0 1 1 *" });
    expect(await createScheduler(bed.database, silentLogger).tick()).toBe(0);
  });

  it("runs each tick once among three", async () => {
    await ensure(every);
    const schedulers = [1, 2, 3].map(() => createScheduler(bed.database, silentLogger));
    await lastTickWas("2 hours");
    for (let round = 0; round < 5; round += 1) await Promise.all(schedulers.map((scheduler) => scheduler.tick()));
    expect(await jobs()).toEqual([{ name: "maintenance.jobs", payload: { keepDays: 3 }, schedule_id: "every-minute", state: "queued" }]);
  });

  it("leaves out missed ticks when told to skip", async () => {
    await ensure({ ...every, cron: "0 0 1 1 *", missed: "skip" });
    await lastTickWas("800 days");
    expect(await createScheduler(bed.database, silentLogger).tick()).toBe(0);
    expect(await jobs()).toEqual([]);
  });

  it("goes on with the others when one schedule cannot be read", async () => {
    await ensure(every);
    await bed.change(sql`insert into job_schedules (id, job_name, payload, cron) values ('broken', 'maintenance.jobs', '{}', 'never')`);
    await lastTickWas("2 hours");
    expect(await createScheduler(bed.database, silentLogger).tick()).toBe(1);
  });

  it("takes a changed schedule over and keeps its ticks", async () => {
    await ensure(every);
    await lastTickWas("2 hours");
    await createScheduler(bed.database, silentLogger).tick();
    await ensure({ ...every, payload: { keepDays: 9 } });
    const row = await bed.database
      .reader("system")
      .selectFrom("job_schedules")
      .select(["payload", sql<boolean>`last_tick_at > now() - interval '2 min'`.as("kept")])
      .executeTakeFirst();
    expect(row).toEqual({ payload: { keepDays: 9 }, kept: true });
  });

  it("refuses a schedule that cannot be read", async () => {
    await expect(ensure({ ...every, timeZone: "Mars/Olympus" })).rejects.toMatchObject({ code: "job.schedule_invalid" });
  });
});
