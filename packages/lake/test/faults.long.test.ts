import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isAppError } from "@granary/kernel";
import { createLocalFileIo, type OpenTable } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CrashOrder } from "./crash-writer.ts";
import { everything, testLake, type TestLake } from "./lake.ts";
import { warehouseLake } from "./warehouse-lake.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(() => bed[Symbol.asyncDispose]());

async function create(tableName: string, content: string): Promise<OpenTable> {
  await bed.publish(await bed.stage(tableName, content), { mode: "create" });
  return bed.open(tableName);
}

/** Reads with nothing remembered, as after a restart. */
async function readAfresh(tableName: string): Promise<unknown> {
  const lake = warehouseLake(bed.warehouse, bed.engine, createLocalFileIo({ root: bed.warehouse }));
  try {
    const table = await bed.tx((tx) => lake.open(tx, { workspaceId: bed.workspaceId, tableName }));
    return (await lake.rows(table, { plan: everything(table), limit: 100 })).rows;
  } catch (error) {
    return isAppError(error) ? { code: error.code, name: error.params["name"] } : error;
  }
}

function flipBit(path: string, index: number): void {
  const content = readFileSync(path);
  const at = Math.floor((content.length * index) / 10);
  content[at] = (content[at] ?? 0) ^ 1;
  writeFileSync(path, content);
}

describe("a killed writer", () => {
  it("leaves the old or the new snapshot at every step, and orphans that the sweep removes", async () => {
    await create("crash", "n\n0\n");
    const expected = [["0"]];
    let steps = 0;
    for (let killAt = 0; ; killAt += 1) {
      const path = join(bed.dir, "crash.csv");
      writeFileSync(path, `n\n${killAt + 1}\n`);
      const order: CrashOrder = {
        connection: bed.connection,
        warehouse: bed.warehouse,
        engineDir: join(bed.dir, "crash"),
        workspaceId: bed.workspaceId,
        tableName: "crash",
        path,
        killAt,
      };
      const { signal, status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, "crash-writer.ts"), JSON.stringify(order)], {
        encoding: "utf8",
      });
      expect([signal, status, stderr], `step ${killAt}`).toEqual(status === 0 ? [null, 0, ""] : ["SIGKILL", null, ""]);
      const rows = (await readAfresh("crash")) as string[][];
      if (rows.length > expected.length) expected.push([String(killAt + 1)]);
      expect(rows, `step ${killAt}`).toEqual(expected);
      steps = killAt;
      if (status === 0) break;
    }
    expect(steps).toBeGreaterThanOrEqual(12);
    // The kill right after the commit, and the run that was left alone.
    expect(expected.length).toBe(3);
    const swept = await bed.tx((tx) => bed.lake.sweepOrphans(tx, { workspaceId: bed.workspaceId, minAgeMs: 0 }));
    expect(swept.files).toBeGreaterThan(10);
    expect(await readAfresh("crash")).toEqual(expected);
    expect(await bed.tx((tx) => bed.lake.sweepOrphans(tx, { workspaceId: bed.workspaceId, minAgeMs: 0 }))).toEqual({ files: 0, bytes: 0 });
    expect(readdirSync(join(bed.warehouse, ".staging"))).toEqual([]);
  }, 180_000);

  it("keeps young files from the sweep", async () => {
    const staged = await bed.stage("young", "n\n1\n");
    await bed.tx((tx) => bed.lake.sweepOrphans(tx, { workspaceId: bed.workspaceId }));
    await bed.publish(staged, { mode: "create" });
    expect(await readAfresh("young")).toEqual([["1"]]);
  });
});

describe("damaged files", () => {
  it("are found in every part of a data file, and named", async () => {
    const table = await create("rot", "n,t\n1,abc\n2,def\n3,ghi\n");
    const uri = table.files[0]?.uri ?? "";
    const path = fileURLToPath(uri);
    const healthy = readFileSync(path);
    for (let index = 0; index < 10; index += 1) {
      flipBit(path, index);
      expect(await readAfresh("rot")).toEqual({ code: "storage.corrupt", name: expect.stringContaining(".parquet") });
      writeFileSync(path, healthy);
    }
    truncateSync(path, 100);
    expect(await readAfresh("rot")).toMatchObject({ code: "storage.corrupt" });
    rmSync(path);
    expect(await readAfresh("rot")).toMatchObject({ code: "storage.missing" });
  });

  it("are found among metadata, manifest lists and manifests, and leave other tables alone", async () => {
    await create("healthy", "n\n1\n");
    for (const [tableName, suffix] of [
      ["rot_metadata", ".metadata.json"],
      ["rot_list", "snap-"],
      ["rot_manifest", "-m0.avro"],
    ] as const) {
      const table = await create(tableName, "n\n1\n");
      const folder = join(fileURLToPath(table.location), "metadata");
      const name = readdirSync(folder).find((entry) => entry.includes(suffix)) ?? "";
      flipBit(join(folder, name), 5);
      expect(await readAfresh(tableName)).toEqual({ code: "storage.corrupt", name: expect.stringContaining(name) });
      expect(await readAfresh("healthy")).toEqual([["1"]]);
    }
  });

  it("are checked again when a file changed after it was checked", async () => {
    const table = await create("later", "n\n1\n");
    expect((await bed.lake.rows(table, { plan: everything(table), limit: 1 })).rows).toEqual([["1"]]);
    flipBit(fileURLToPath(table.files[0]?.uri ?? ""), 5);
    await expect(bed.lake.rows(table, { plan: everything(table), limit: 1 })).rejects.toMatchObject({ code: "storage.corrupt" });
  });
});
