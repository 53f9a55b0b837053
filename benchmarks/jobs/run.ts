import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ConnectionOptions, type Database, migrate, openDatabase, startEmbeddedPostgres } from "@granary/db";
import { cancelJob, defineJobHandlers, enqueueJob, type JobHandlerGroup, type RunningJob, startWorker } from "@granary/jobs";
import { newId, silentLogger } from "@granary/kernel";
import { JOB_NAMES } from "@granary/protocol";
import { sql } from "kysely";

/** Figures of the job queue on a durable PostgreSQL of its own: `node benchmarks/jobs/run.ts`. Prints one line a figure. */

const ROUNDS = 3;
const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));
const noop = Object.fromEntries(JOB_NAMES.map((name) => [name, async () => undefined])) as JobHandlerGroup<RunningJob>;

const newJob = () => ({ name: "mail.send", payload: { mailId: "x" }, workspaceId: null, correlationId: newId("request"), now: new Date() }) as const;
const enqueue = (database: Database) => database.tx("system", (db) => enqueueJob(db, newJob()));
const empty = (database: Database) => database.tx("system", (db) => sql`delete from jobs`.execute(db));

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

function tell(figure: string, values: readonly number[], unit: string): void {
  const shown = (value: number) => (value >= 100 ? Math.round(value).toString() : value.toFixed(1));
  process.stdout.write(`${figure.padEnd(58)} median ${shown(quantile(values, 0.5))} ${unit}, ${shown(Math.min(...values))}-${shown(Math.max(...values))}\n`);
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function inParallel(count: number, clients: number, work: () => Promise<unknown>): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (left > 0) {
        left -= 1;
        await work();
      }
    }),
  );
}

async function measureEnqueue(database: Database): Promise<void> {
  const one: number[] = [];
  const eight: number[] = [];
  const bulk: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    one.push(300 / (await seconds(() => inParallel(300, 1, () => enqueue(database)))));
    eight.push(2_000 / (await seconds(() => inParallel(2_000, 8, () => enqueue(database)))));
    const inOneTransaction = () =>
      database.tx("system", async (db) => {
        for (let i = 0; i < 2_000; i += 1) await enqueueJob(db, newJob());
      });
    bulk.push(2_000 / (await seconds(inOneTransaction)));
    await empty(database);
  }
  tell("enqueue, a transaction each, 1 client", one, "jobs/s");
  tell("enqueue, a transaction each, 8 clients", eight, "jobs/s");
  tell("enqueue, 2,000 in one transaction", bulk, "jobs/s");
}

async function measureRun(database: Database, concurrency: number): Promise<void> {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const jobs = 1_500;
    await database.tx("system", async (db) => {
      for (let i = 0; i < jobs; i += 1) await enqueueJob(db, newJob());
    });
    const ended = Promise.withResolvers<void>();
    let left = jobs;
    const handlers = defineJobHandlers([
      {
        ...noop,
        "mail.send": async () => {
          left -= 1;
          if (left === 0) ended.resolve();
        },
      },
    ]);
    rates.push(
      jobs /
        (await seconds(async () => {
          const options = {
            database,
            log: silentLogger,
            owner: "bench",
            concurrency,
            handlers,
            createContext: (job: RunningJob) => job,
            onFailed: async () => undefined,
          };
          await using _worker = await startWorker<RunningJob>(options);
          await ended.promise;
        })),
    );
    await empty(database);
  }
  tell(`no-op jobs, one worker of ${concurrency}`, rates, "jobs/s");
}

/** Time from the commit of an enqueue to the first line of the handler, and from a cancellation to the signal. */
async function measureLatency(database: Database): Promise<void> {
  const begins: number[] = [];
  const cancels: number[] = [];
  let began = Promise.withResolvers<void>();
  let stopped = Promise.withResolvers<void>();
  const handlers = defineJobHandlers([
    {
      ...noop,
      "mail.send": (job: RunningJob) => {
        began.resolve();
        return new Promise((_, reject) =>
          job.signal.addEventListener("abort", () => {
            stopped.resolve();
            reject(job.signal.reason);
          }),
        );
      },
    },
  ]);
  const options = {
    database,
    log: silentLogger,
    owner: "bench",
    concurrency: 4,
    handlers,
    createContext: (job: RunningJob) => job,
    onFailed: async () => undefined,
  };
  await using _worker = await startWorker<RunningJob>(options);
  for (let round = 0; round < 200; round += 1) {
    began = Promise.withResolvers();
    stopped = Promise.withResolvers();
    const id = await enqueue(database);
    begins.push((await seconds(() => began.promise)) * 1000);
    await database.tx("system", (db) => cancelJob(db, id));
    cancels.push((await seconds(() => stopped.promise)) * 1000);
  }
  for (const [name, values] of [
    ["enqueue committed -> handler begins", begins],
    ["cancellation committed -> handler's signal", cancels],
  ] as const) {
    process.stdout.write(`${name.padEnd(58)} p50 ${quantile(values, 0.5).toFixed(1)} ms, p99 ${quantile(values, 0.99).toFixed(1)} ms\n`);
  }
}

function spawnWorker(connection: ConnectionOptions, owner: string): ChildProcess {
  return fork(WORKER, [JSON.stringify({ connection, owner })], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
}

async function heard(child: ChildProcess, key: string): Promise<void> {
  for (;;) {
    const [message] = (await once(child, "message")) as [Record<string, unknown>];
    if (key in message) return;
  }
}

/** From SIGKILL of the only worker that has the job until another process begins it, with nobody but the lease to notice. */
async function measureTakeOver(database: Database, connection: ConnectionOptions): Promise<void> {
  const waits: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await empty(database);
    const first = spawnWorker(connection, `first ${round}`);
    await heard(first, "ready");
    const begun = heard(first, "began");
    await enqueue(database);
    await begun;
    const second = spawnWorker(connection, `second ${round}`);
    await heard(second, "ready");
    const taken = heard(second, "began");
    first.kill("SIGKILL");
    waits.push(await seconds(() => taken));
    second.kill("SIGKILL");
    await once(second, "exit");
  }
  tell("SIGKILL of a worker -> another one begins its job", waits, "s");
}

const directory = await mkdtemp(join(tmpdir(), "granary-bench-jobs-"));
const server = await startEmbeddedPostgres({ dataDir: directory, mode: "durable", stopWithParent: true });
try {
  await migrate(server.connection);
  await using database = openDatabase({ connection: server.connection, log: silentLogger });
  await measureEnqueue(database);
  await measureRun(database, 4);
  await measureRun(database, 16);
  await measureLatency(database);
  await measureTakeOver(database, server.connection);
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
