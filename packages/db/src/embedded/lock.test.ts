import { cp, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockDataDirectory } from "./lock.ts";
import { processScope, startOf } from "./processes.ts";

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "granary-lock-"));
});

afterEach(() => rm(dataDir, { recursive: true }));

const lock = (isServing = false): Promise<AsyncDisposable> =>
  lockDataDirectory({ lockFile: join(dataDir, "lock"), dataDir, isServing: () => Promise.resolve(isServing) });

async function leaveLock(holder: Record<string, unknown>): Promise<void> {
  const made = { id: "x", pid: process.pid, start: await startOf(process.pid), scope: await processScope(), ...holder };
  await writeFile(join(dataDir, "lock"), JSON.stringify(made));
}

test("names the process that holds the directory, and lets go with it", async () => {
  const first = await lock();
  await expect(lock()).rejects.toMatchObject({ code: "database.locked", params: { directory: dataDir, pid: process.pid } });
  await first[Symbol.asyncDispose]();
  expect(await readdir(dataDir)).toEqual([]);
  await (await lock())[Symbol.asyncDispose]();
});

test.each([
  ["an empty directory", undefined],
  ["a dead process's directory", JSON.stringify({ id: "dead", pid: 2 ** 22 + 1, start: "1", scope: "x" })],
  ["a directory with a broken lock", "{"],
])("gives %s to one of many that ask at once", async (_, content) => {
  for (let round = 0; round < 25; round += 1) {
    if (content !== undefined) await writeFile(join(dataDir, "lock"), content);
    const results = await Promise.allSettled(Array.from({ length: 16 }, () => lock()));
    const [winner, ...others] = results.filter((result) => result.status === "fulfilled");
    expect(others).toEqual([]);
    expect(await readdir(dataDir)).toEqual(["lock"]);
    await winner?.value[Symbol.asyncDispose]();
  }
});

test("goes on after one that died while it took over", async () => {
  await leaveLock({ id: "dead", pid: 2 ** 22 + 1 });
  await cp(join(dataDir, "lock"), join(dataDir, "lock.dead.guard"));
  await expect(lock()).resolves.toBeDefined();
  expect(await readdir(dataDir)).toEqual(["lock"]);
});

test.each([
  ["a process that is gone", { pid: 2 ** 22 + 1 }],
  ["an earlier process with the number of a living one", { start: "0" }],
  ["another boot of the machine", { scope: "another" }],
])("takes over from %s", async (_, holder) => {
  await leaveLock(holder);
  await expect(lock()).resolves.toBeDefined();
});

test("takes over a lock that was cut short", async () => {
  await writeFile(join(dataDir, "lock"), "{");
  await expect(lock()).resolves.toBeDefined();
});

test("refuses a directory whose server answers for another container", async () => {
  await leaveLock({ scope: "another" });
  await expect(lock(true)).rejects.toMatchObject({ code: "database.locked" });
});

test("leaves the lock of a successor alone", async () => {
  const first = await lock();
  await leaveLock({ id: "successor" });
  await first[Symbol.asyncDispose]();
  expect(await readdir(dataDir)).toEqual(["lock"]);
});
