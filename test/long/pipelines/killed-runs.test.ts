import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { TestResponse } from "@granary/testkit";
import { partOf, processesOfProgram } from "@granary/testkit/processes";
import { PROGRAM_ADMIN, type RunningProgram, startProgram } from "@granary/testkit/program";
import { type PostgresSource, startPostgresSource } from "@granary/testkit/sources";
import { afterAll, beforeAll, expect, it } from "vitest";

const ENV = { GRANARY_RATE_READ: "1000000", GRANARY_RATE_WRITE: "1000000", GRANARY_PRIVATE_HOSTS: "127.0.0.1" };
/** Each part is killed at least once; `ROUNDS=100` is the whole proof, and takes hours. */
const ROUNDS = Number(process.env["ROUNDS"] ?? 5);
const ROWS = 20_000;
const MORE = 2_000;
const PARTS = ["worker", "worker", "database", "worker", "server"] as const;
/** A killed run has to be in a worker's hands again within this, and over soon after. */
const LONGEST_MS = 120_000;

let dataDir: string;
let program: RunningProgram;
let source: PostgresSource;
let token: string;

beforeAll(async () => {
  source = await startPostgresSource();
  dataDir = await mkdtemp(join(tmpdir(), "granary-runs-"));
  program = await startProgram({ dataDir, env: ENV });
  token = await signIn();
  await call("POST", "/connectors", { name: "Shop", kind: "postgresql", config: source.config });
});
afterAll(async () => {
  await program.stop();
  await rm(dataDir, { recursive: true, force: true });
  await source[Symbol.asyncDispose]();
});

type Body = TestResponse["body"];

async function signIn(): Promise<string> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${program.url}/api/v1/auth/login`, { method: "POST", headers, body: JSON.stringify(PROGRAM_ADMIN) });
  return ((await response.json()) as { accessToken: string }).accessToken;
}

async function call(method: string, path: string, body?: unknown): Promise<Body> {
  const response = await fetch(`${program.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Body;
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

/** Asks again while the program or its database is coming back. */
async function whenBack<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 120) throw error;
      await delay(250);
    }
  }
}

async function kill(part: (typeof PARTS)[number]): Promise<void> {
  for (const { pid } of processesOfProgram(program.child.pid ?? 0, dataDir).filter((process) => partOf(process) === part)) process.kill(pid, "SIGKILL");
  if (part !== "server") return;
  await delay(1_500);
  await program.stop();
  program = await startProgram({ dataDir, env: ENV });
  token = await whenBack(signIn);
}

async function ended(id: string): Promise<Body> {
  const begun = Date.now();
  while (Date.now() - begun < LONGEST_MS) {
    const run = await whenBack(() => call("GET", `/runs/${id}`));
    if (run["endedAt"] !== null) return run;
    await delay(300);
  }
  throw new Error(`run ${id} is stuck`);
}

const MODES = [
  { name: "full", stream: { mode: "full" }, into: { mode: "replace" } },
  { name: "append", stream: { mode: "incremental", cursor: "id", keys: ["id"] }, into: { mode: "append" } },
  { name: "upsert", stream: { mode: "incremental", cursor: "id", keys: ["id"] }, into: { mode: "upsert", keys: ["id"] } },
  { name: "soft_delete", stream: { mode: "full" }, into: { mode: "soft_delete", keys: ["id"] } },
] as const;

for (const { name, stream, into } of MODES) {
  it(`no row of a run that is killed at any moment is lost or doubled: ${name}`, { timeout: 4 * 3_600_000 }, async () => {
    const table = `killed_${name}`;
    const add = (from: number, count: number) =>
      source.query(`insert into ${table} select i, 'name ' || i from generate_series(${from}, ${from + count - 1}) i`);
    await source.query(`create table ${table} (id int primary key, name text)`);
    await add(0, ROWS);
    const document = {
      format: "granary/pipeline@1",
      name: `Killed ${name}`,
      nodes: [
        { id: "from", kind: "source_stream", settings: { connection: "Shop", stream: { namespace: "public", name: table }, ...stream } },
        { id: "into", kind: "to_dataset", settings: { dataset: `Killed ${name}`, ...into } },
      ],
      edges: [{ from: "from", to: "into" }],
      settings: { retry: { baseS: 0.5, factor: 1, maxS: 1 } },
    };
    const pipeline = (await call("POST", "/pipelines", { document }))["id"] as string;
    for (let round = 0; round < ROUNDS; round += 1) {
      const run = await whenBack(() => call("POST", `/pipelines/${pipeline}/execute`, {}));
      await delay(Math.random() * 2_500);
      await kill(PARTS[round % PARTS.length] ?? "worker");
      const done = await ended(run["id"]);
      expect([round, done["state"], done["fault"]]).toEqual([round, "succeeded", null]);
      const { rows } = await whenBack(() => call("GET", `/datasets/${encodeURIComponent(`Killed ${name}`)}/rows/count`));
      expect([round, rows]).toEqual([round, ROWS + round * MORE]);
      await add(ROWS + round * MORE, MORE);
    }
  });
}
