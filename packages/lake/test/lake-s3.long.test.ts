import { createHash } from "node:crypto";
import { isAppError } from "@granary/kernel";
import type { OpenTable } from "@granary/lake";
import type { S3Stub } from "@granary/testkit/s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { everything, testLake, type TestLake, testStorage } from "./lake.ts";
import { warehouseLake } from "./warehouse-lake.ts";

testStorage.kind = "s3";

// What holds of a lake on a disk holds of one in S3.
await import("./lake.test.ts");

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );
}

describe("a lake in S3", () => {
  let bed: TestLake;
  let s3: S3Stub;
  beforeAll(async () => {
    bed = await testLake();
    if (bed.storage === undefined) throw new Error("the lake is not in S3");
    s3 = bed.storage.s3;
  });
  beforeEach(() => s3.heal());
  afterAll(() => bed[Symbol.asyncDispose]());

  async function create(tableName: string, content = "n\n1\n"): Promise<OpenTable> {
    await bed.publish(await bed.stage(tableName, content), { mode: "create" });
    return bed.open(tableName);
  }

  /** Reads with nothing remembered and no local copy, as another machine would. */
  async function readElsewhere(tableName: string): Promise<unknown> {
    const fileIo = await bed.storage?.another({ cache: `${bed.dir}/elsewhere-${tableName}-${s3.requests.length}` });
    const lake = warehouseLake(bed.warehouse, bed.engine, fileIo);
    try {
      const table = await bed.tx((tx) => lake.open(tx, { workspaceId: bed.workspaceId, tableName }));
      return (await lake.rows(table, { plan: everything(table), limit: 100 })).rows;
    } catch (error) {
      return isAppError(error) ? { code: error.code, name: error.params["name"] } : error;
    }
  }

  const sweep = (): Promise<{ files: number }> => bed.tx((tx) => bed.lake.sweepOrphans(tx, { workspaceId: bed.workspaceId, minAgeMs: 0 }));

  it("is read by another machine, and sweeps what no table needs", async () => {
    await create("kept");
    await bed.stage("orphan", "n\n1\n");
    const before = s3.objects.size;
    expect((await sweep()).files).toBe(1);
    expect(s3.objects.size).toBe(before - 1);
    expect(await readElsewhere("kept")).toEqual([["1"]]);
  });

  it("deletes nothing that a table needs when a list lags behind", async () => {
    await create("old");
    const orphan = await bed.stage("orphan", "n\n2\n");
    s3.plan({ on: "list", fault: { kind: "staleList" } });
    await create("young", "n\n3\n");
    await bed.lake.discard(orphan);
    await sweep();
    expect([await readElsewhere("old"), await readElsewhere("young")]).toEqual([[["1"]], [["3"]]]);
  });

  it("names the damaged file, whichever it is, and leaves other tables alone", async () => {
    await create("healthy");
    const digest = (content: Buffer): string => createHash("sha256").update(content).digest("hex");
    const known = new Set(s3.objects.keys());
    await create("damaged");
    for (const key of [...s3.objects.keys()].filter((candidate) => !known.has(candidate))) {
      const object = s3.objects.get(key);
      if (object === undefined) throw new Error("no such object");
      const content = Buffer.from(object.content);
      content[content.length >> 1] = (content[content.length >> 1] ?? 0) ^ 1;
      expect(digest(content)).not.toBe(digest(object.content));
      s3.objects.set(key, { ...object, content });
      expect(await readElsewhere("damaged")).toEqual({ code: "storage.corrupt", name: key.slice("ware/house/".length) });
      s3.objects.delete(key);
      expect(await readElsewhere("damaged")).toEqual({ code: "storage.missing", name: key.slice("ware/house/".length) });
      s3.objects.set(key, object);
      expect(await readElsewhere("healthy")).toEqual([["1"]]);
    }
    expect(await readElsewhere("damaged")).toEqual([["1"]]);
  });

  it("leaves a table as it was when the storage fails at any step of a commit", async () => {
    const table = await create("steps");
    const outcomes: string[] = [];
    for (let step = 0; outcomes.at(-1) !== "done"; step += 1) {
      s3.plan({ on: "put", after: step, fault: { kind: "status", status: 503, code: "SlowDown" } });
      const work = bed.stage("steps", "n\n2\n", table).then((staged) => bed.publish(staged));
      outcomes.push(await codeOf(work));
      s3.heal();
      expect(await readElsewhere("steps")).toEqual(outcomes.at(-1) === "done" ? [["1"], ["2"]] : [["1"]]);
    }
    expect(outcomes.length).toBeGreaterThan(3);
    expect(new Set(outcomes)).toEqual(new Set(["storage.unavailable", "done"]));
  });
});
