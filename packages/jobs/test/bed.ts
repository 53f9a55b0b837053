import { randomUUID } from "node:crypto";
import { type Database, openDatabase, type Writer } from "@granary/db";
import { type Id, newId, silentLogger } from "@granary/kernel";
import { JOB_NAMES } from "@granary/protocol";
import { createTestDatabase, type TestDatabase } from "@granary/testkit/postgres";
import type { RawBuilder } from "kysely";
import {
  defineJobHandlers,
  type EnqueueOptions,
  enqueueJob,
  type JobHandlerGroup,
  type FailureHook,
  type RunningJob,
  startWorker,
  type Timing,
  type Worker,
} from "../src/index.ts";

/** What the job whose `mailId` is the script's name does. */
export type Script = (job: RunningJob, database: Database) => Promise<unknown>;

export interface JobState {
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
  readonly error: { code: string; message: string } | null;
  readonly result: unknown;
  readonly progress: { done: number; total: number | null; message: string | null } | null;
}

export const FAST: Partial<Timing> = { leaseMs: 800, heartbeatMs: 200, pollMs: 100, abortGraceMs: 300, finishMs: 200, handBackMs: 300, reportMs: 20 };

/** A database, its jobs, and workers that do what scripts say. `mail.send` stands for any job. */
export interface Bed extends AsyncDisposable {
  readonly database: Database;
  readonly connection: TestDatabase["connection"];
  readonly workspaceId: Id<"workspace">;
  /** The jobs that failed for good, as the failure hook was told. */
  readonly failures: string[];
  readonly onFailed: FailureHook;
  enqueue(script: string, options?: EnqueueOptions): Promise<Id<"job">>;
  worker(
    scripts: Readonly<Record<string, Script>>,
    options?: { timing?: Partial<Timing>; concurrency?: number; onStuck?: (name: string) => void },
  ): Promise<Worker>;
  state(id: string): Promise<JobState>;
  /** Waits until a job is in a state; the test's own time limit ends the wait. */
  reaches(id: string, state: string): Promise<JobState>;
  change(statement: RawBuilder<unknown>): Promise<unknown>;
}

const others = Object.fromEntries(JOB_NAMES.filter((name) => name !== "mail.send").map((name) => [name, async () => undefined])) as JobHandlerGroup<RunningJob>;

export async function createBed(): Promise<Bed> {
  const own = await createTestDatabase();
  const database = openDatabase({ connection: own.connection, log: silentLogger });
  const workspaceId = newId("workspace");
  await database.tx("system", (db) => db.insertInto("workspaces").values({ id: workspaceId, slug: "home", name: "Home" }).execute());
  const failures: string[] = [];
  const onFailed: FailureHook = async (_db: Writer, job) => {
    failures.push(job.id);
  };

  async function state(id: string): Promise<JobState> {
    const row = await database
      .reader("system")
      .selectFrom("jobs")
      .select(["id", "state", "attempts", "error", "result", "progress"])
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
    return row as unknown as JobState;
  }

  return {
    database,
    connection: own.connection,
    workspaceId,
    failures,
    onFailed,
    enqueue: (script, options) =>
      database.tx("system", (db) =>
        enqueueJob(db, { name: "mail.send", payload: { mailId: script }, workspaceId, correlationId: newId("request"), now: new Date(), ...options }),
      ),
    worker: (scripts, options = {}) =>
      startWorker<RunningJob>({
        database,
        log: silentLogger,
        owner: randomUUID(),
        concurrency: options.concurrency ?? 4,
        timing: { ...FAST, ...options.timing },
        ...(options.onStuck === undefined ? {} : { onStuck: options.onStuck }),
        onFailed,
        createContext: (job) => job,
        handlers: defineJobHandlers([others, { "mail.send": async (job, { mailId }) => scripts[mailId]?.(job, database) }]),
      }),
    state,
    async reaches(id, wanted) {
      for (;;) {
        const found = await state(id);
        if (found.state === wanted) return found;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    change: (statement) => database.tx("system", (db) => statement.execute(db)),
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await own[Symbol.asyncDispose]();
    },
  };
}

/** A promise and the function that keeps it. */
export function gate(): { readonly passed: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: resolve };
}

/** Ends when the handler is told to stop, like a handler that listens. */
export function untilStopped(job: RunningJob): Promise<never> {
  return new Promise((_, reject) => {
    job.signal.addEventListener("abort", () => reject(job.signal.reason), { once: true });
  });
}
