import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { holdLock } from "./lock-file.ts";

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "granary-lock-"));
  path = join(directory, "a.lock");
});

afterEach(() => rm(directory, { recursive: true }));

/** The id of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ["--version"]).pid;
}

/** Counts how many hold the lock at the same moment. */
async function contend(count: number): Promise<number> {
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: count }, async () => {
      await using _lock = await holdLock(path);
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    }),
  );
  return most;
}

test("lets one hold it at a time and leaves nothing behind", async () => {
  expect(await contend(12)).toBe(1);
  expect(await readdir(directory)).toEqual([]);
});

test("takes the lock of a dead process over, one of many", async () => {
  await writeFile(path, JSON.stringify({ id: "gone", pid: deadPid(), host: hostname() }));
  expect(await contend(12)).toBe(1);
  expect(await readdir(directory)).toEqual([]);
});

test("takes over although a process died while it took over", async () => {
  const dead = JSON.stringify({ id: "gone", pid: deadPid(), host: hostname() });
  await writeFile(path, dead);
  await writeFile(`${path}.gone.guard`, dead);
  expect(await contend(4)).toBe(1);
});
