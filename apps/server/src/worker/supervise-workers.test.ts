import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@granary/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restartDelayMs, type SuperviseOptions, superviseWorkers } from "./supervise-workers.ts";

/** Leaves a file when its message has been taken: only a worker that has said its name can be freed by it. */
const SAY_STARTED = `process.send({ type: "started", owner: "worker " + process.pid }, () => require("node:fs").writeFileSync(__dirname + "/" + process.pid, ""));`;

/** Stand-ins for the worker program: one that obeys, one that does not, one that dies at once. */
const SCRIPTS = {
  obeys: `${SAY_STARTED} process.on("message", (m) => { if (m.type === "stop") process.exit(0); });`,
  stubborn: `${SAY_STARTED} setInterval(() => {}, 1000);`,
  dies: `process.exit(3);`,
} as const;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "granary-workers-"));
  for (const [name, text] of Object.entries(SCRIPTS)) await writeFile(join(directory, `${name}.cjs`), text);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function supervise(script: keyof typeof SCRIPTS, options: Partial<SuperviseOptions> = {}) {
  const released: string[] = [];
  const release = async (owner: string): Promise<void> => void released.push(owner);
  const supervisor = superviseWorkers({ count: 1, script: join(directory, `${script}.cjs`), args: [], log: silentLogger, release, ...options });
  return Object.assign(supervisor, { released });
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function started(pid: number): Promise<void> {
  await expect.poll(() => existsSync(join(directory, String(pid))), { timeout: 20_000 }).toBe(true);
}

/** The only worker's process id, once it runs and is another than before. */
async function workerOf(supervisor: ReturnType<typeof supervise>, before?: number): Promise<number> {
  await expect.poll(() => supervisor.pids().some((pid) => pid !== before), { timeout: 20_000 }).toBe(true);
  return supervisor.pids()[0] ?? 0;
}

describe("supervised workers", () => {
  it("are started again when they are killed, and their leases freed", async () => {
    await using supervisor = supervise("obeys");
    const first = await workerOf(supervisor);
    await started(first);
    process.kill(first, "SIGKILL");
    await expect.poll(() => supervisor.released, { timeout: 20_000 }).toEqual([`worker ${first}`]);
    const second = await workerOf(supervisor, first);
    expect(second).not.toBe(first);
  });

  it("end when they are told to stop", async () => {
    const supervisor = supervise("obeys", { count: 2 });
    await expect.poll(() => supervisor.pids().length).toBe(2);
    const pids = supervisor.pids();
    await supervisor[Symbol.asyncDispose]();
    expect(pids.map(isAlive)).toEqual([false, false]);
    expect(supervisor.pids()).toEqual([]);
  });

  it("are killed when they do not stop, and their leases freed", async () => {
    const supervisor = supervise("stubborn", { stopMs: 1_500 });
    const pid = await workerOf(supervisor);
    await started(pid);
    await supervisor[Symbol.asyncDispose]();
    expect(isAlive(pid)).toBe(false);
    expect(supervisor.released).toEqual([`worker ${pid}`]);
  });

  it("that die at once are started again with growing pauses, and stopping does not wait for one", async () => {
    const pauses: unknown[] = [];
    const log = { ...silentLogger, warn: (fields: Readonly<Record<string, unknown>>) => void pauses.push(fields["delayMs"]) };
    const supervisor = supervise("dies", { log });
    await expect.poll(() => pauses.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    await supervisor[Symbol.asyncDispose]();
    expect(pauses.slice(0, 3)).toEqual([250, 500, 1_000]);
    expect(supervisor.released).toEqual([]);
  });

  it("wait at most ten seconds before another start", () => {
    expect([1, 2, 6, 7, 50].map(restartDelayMs)).toEqual([250, 500, 8_000, 10_000, 10_000]);
  });
});
