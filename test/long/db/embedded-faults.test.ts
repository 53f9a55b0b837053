import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { connectOwner, type EmbeddedPostgres, startEmbeddedPostgres } from "@granary/db";
import { afterEach, beforeEach, expect, test } from "vitest";

let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "granary-faults-"));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  const server = await startEmbeddedPostgres({ dataDir, mode: "durable" });
  await server.stop();
  await rm(dataDir, { recursive: true });
});

function spawnProgram(name: string, ...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, name), dataDir, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/** Reads the program's lines until there are enough, kills it, and returns all it said. */
async function readThenKill(child: ChildProcess, count: number): Promise<readonly string[]> {
  if (child.stdout === null) throw new Error("the program has no output to read");
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === count) child.kill("SIGKILL");
  }
  return lines;
}

async function storedRows(server: EmbeddedPostgres): Promise<ReadonlySet<string>> {
  await using client = await connectOwner(server.connection, "test");
  const { rows } = await client.query<{ row: string }>("select concat_ws(' ', round, writer, number) as row from rows");
  return new Set(rows.map((row) => row.row));
}

test("loses no acknowledged row when the program is killed while it writes, five times over", async () => {
  const acknowledged: string[] = [];
  const beginnings: (string | undefined)[] = [];
  for (let round = 0; round < 5; round += 1) {
    const [beginning, ...rows] = await readThenKill(spawnProgram("writer.ts", String(round)), 500 + round * 137);
    beginnings.push(beginning);
    // A kill may cut the last line short.
    acknowledged.push(...rows.filter((row) => /^\d+ \d+ \d+$/.test(row)).slice(0, -1));
  }
  expect(beginnings).toEqual(["started", "adopted", "adopted", "adopted", "adopted"]);
  await using server = await startEmbeddedPostgres({ dataDir, mode: "durable" });
  const stored = await storedRows(server);
  expect(acknowledged.length).toBeGreaterThan(3_000);
  expect(acknowledged.filter((row) => !stored.has(row))).toEqual([]);
});

test("loses no acknowledged row when the server is killed under its writers, three times, and recovers by itself", async () => {
  await using server = await startEmbeddedPostgres({ dataDir, mode: "durable" });
  {
    await using client = await connectOwner(server.connection, "test");
    await client.query("create table rows (round integer, writer integer, number integer)");
  }
  const acknowledged: string[] = [];
  const finished = new AbortController();

  async function writeUntilLost(writer: number): Promise<void> {
    await using client = await connectOwner(server.connection, "test");
    while (!finished.signal.aborted) {
      const row = [0, writer, acknowledged.length];
      await client.query("insert into rows values ($1, $2, $3)", row);
      acknowledged.push(row.join(" "));
    }
  }
  async function write(writer: number): Promise<void> {
    while (!finished.signal.aborted) await writeUntilLost(writer).catch(() => sleep(20));
  }

  const writers = Array.from({ length: 8 }, (_, writer) => write(writer));
  for (let round = 1; round <= 3; round += 1) {
    while (acknowledged.length < round * 1_000) await sleep(5);
    const { pid } = server;
    process.kill(pid, "SIGKILL");
    while (server.pid === pid) await sleep(5);
  }
  while (acknowledged.length < 4_000) await sleep(5);
  finished.abort();
  await Promise.all(writers);
  const stored = await storedRows(server);
  expect(acknowledged.filter((row) => !stored.has(row))).toEqual([]);
});

test("loses no acknowledged row when program and server are killed together", async () => {
  const acknowledged: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const child = spawnProgram("writer.ts", String(round));
    const reading = readThenKill(child, 400);
    const [, ...rows] = await reading;
    const orphan = await startEmbeddedPostgres({ dataDir, mode: "durable" });
    process.kill(orphan.pid, "SIGKILL");
    await orphan.stop();
    acknowledged.push(...rows.filter((row) => /^\d+ \d+ \d+$/.test(row)).slice(0, -1));
  }
  await using server = await startEmbeddedPostgres({ dataDir, mode: "durable" });
  const stored = await storedRows(server);
  expect(acknowledged.filter((row) => !stored.has(row))).toEqual([]);
});

test("starts whole after a first start that was killed at any of thirty moments", async () => {
  for (let moment = 0; moment < 30; moment += 1) {
    const child = spawnProgram("starter.ts");
    await sleep(150 + moment * 60);
    await kill(child);
    const server = await startEmbeddedPostgres({ dataDir, mode: "durable" });
    await using client = await connectOwner(server.connection, "test");
    expect((await client.query("select current_database() as name")).rows).toEqual([{ name: "granary" }]);
    await server.stop();
    await rm(dataDir, { recursive: true, maxRetries: 10 });
  }
});
