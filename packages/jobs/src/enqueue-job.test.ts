import { newId } from "@granary/kernel";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bed, createBed } from "../test/bed.ts";
import { enqueueJob } from "./enqueue-job.ts";

let bed: Bed;
beforeAll(async () => {
  bed = await createBed();
});
afterAll(() => bed[Symbol.asyncDispose]());

const jobs = () => bed.database.reader("system").selectFrom("jobs").select(["id", "state"]).execute();

describe("enqueueJob", () => {
  it("queues with the transaction and leaves nothing behind its rollback", async () => {
    const id = await bed.enqueue("kept");
    const undone = bed.database.tx("system", async (db) => {
      await enqueueJob(db, { name: "mail.send", payload: { mailId: "undone" }, workspaceId: null, correlationId: newId("request"), now: new Date() });
      throw new Error("undo");
    });
    await expect(undone).rejects.toThrow("undo");
    expect(await jobs()).toEqual([{ id, state: "queued" }]);
  });

  it("refuses a payload the job does not declare", async () => {
    await expect(
      bed.database.tx("system", (db) =>
        enqueueJob(db, { name: "mail.send", payload: { mailId: 5 } as never, workspaceId: null, correlationId: "x", now: new Date() }),
      ),
    ).rejects.toThrow(/mailId/);
  });

  it("queues once for 50 requests with one key at a time, and again after it ended", async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, () => bed.enqueue("unique", { uniqueKey: "one" })));
    expect(new Set(ids).size).toBe(1);
    await bed.change(sql`update jobs set state = 'cancelled', finished_at = now() where id = ${ids[0]}`);
    expect(await bed.enqueue("unique", { uniqueKey: "one" })).not.toBe(ids[0]);
  });

  it("lets a request queue for its own workspace alone", async () => {
    const elsewhere = newId("workspace");
    const scope = { workspaceId: elsewhere };
    const forged = bed.database.tx(scope, (db) =>
      enqueueJob(db, { name: "mail.send", payload: { mailId: "forged" }, workspaceId: bed.workspaceId, correlationId: "x", now: new Date() }),
    );
    await expect(forged).rejects.toThrow(/row-level security/);
    expect(await bed.database.reader(scope).selectFrom("jobs").selectAll().execute()).toEqual([]);
  });
});
