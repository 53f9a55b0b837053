import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Database, openDatabase } from "@granary/db";
import { enqueueJob } from "@granary/jobs";
import { newId, silentLogger } from "@granary/kernel";
import { createTestDatabase, type TestDatabase } from "@granary/testkit/postgres";
import { afterEach, beforeEach, expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("../../../apps/server/src/main.ts", import.meta.url));

let own: TestDatabase;
let database: Database;
let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  own = await createTestDatabase();
  database = openDatabase({ connection: own.connection, log: silentLogger });
  dataDir = await mkdtemp(join(tmpdir(), "granary-program-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await database[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

interface LogLine {
  readonly msg: string;
  readonly pid: number;
  readonly owner?: string;
}

/** Starts the real program and answers its log, worker processes included. */
function startProgram(roles = "web,worker,cron") {
  const { host, user, database: name } = own.connection;
  const url = `postgresql://${user}@localhost/${name}?host=${encodeURIComponent(host ?? "")}`;
  const env = { PATH: process.env["PATH"], DATABASE_URL: url, GRANARY_DATA: dataDir, GRANARY_PORT: "0", GRANARY_LOG_TO: "stdout" };
  const child = spawn(process.execPath, [MAIN, `--roles=${roles}`], { env, stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const lines: LogLine[] = [];
  let changed = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("{")) lines.push(JSON.parse(line) as LogLine);
    changed.resolve();
    changed = Promise.withResolvers();
  });
  let read = 0;
  async function says(msg: string): Promise<LogLine> {
    for (;;) {
      const index = lines.findIndex((line, at) => at >= read && line.msg === msg);
      const found = lines[index];
      if (found !== undefined) {
        read = index + 1;
        return found;
      }
      await changed.promise;
    }
  }
  return { child, says };
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function runsJob(): Promise<void> {
  const job = { name: "maintenance.expired", payload: {}, workspaceId: null, correlationId: newId("request"), now: new Date() } as const;
  const id = await database.tx("system", (db) => enqueueJob(db, job));
  const state = async () => (await database.reader("system").selectFrom("jobs").select("state").where("id", "=", id).executeTakeFirst())?.state;
  await expect.poll(state, { timeout: 30_000 }).toBe("succeeded");
}

test("the program starts another worker for one that is killed, and its jobs go on", async () => {
  const program = startProgram();
  for (let round = 0; round < 3; round += 1) {
    const { pid } = await program.says("worker started");
    await runsJob();
    process.kill(pid, "SIGKILL");
  }
  await program.says("worker started");
  await runsJob();
  const ended = once(program.child, "exit");
  program.child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});

test("a worker ends with the program that started it, even when that is killed", async () => {
  const program = startProgram();
  const { pid } = await program.says("worker started");
  program.child.kill("SIGKILL");
  await expect.poll(() => isAlive(pid), { timeout: 15_000 }).toBe(false);
});

test("a worker and a clockwork run by themselves and stop on SIGTERM", async () => {
  const worker = startProgram("worker");
  const cron = startProgram("cron");
  await worker.says("worker started");
  await cron.says("started");
  await runsJob();
  for (const { child } of [worker, cron]) {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  }
});
