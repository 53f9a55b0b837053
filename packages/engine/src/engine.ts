import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Logger, silentLogger } from "@granary/kernel";
import { type FunctionIsolation, type FunctionResult, FunctionRooms, type FunctionRun, type FunctionTrial, type TriedRow } from "./functions/index.ts";
import { runFunction } from "./functions/run-function.ts";
import { tryFunction } from "./functions/try-function.ts";
import type { ProcessLimits } from "./process/launch.ts";
import type { TaskProgress } from "./process/messages.ts";
import { EnginePool, type PoolPolicy } from "./process/pool.ts";
import { type EngineSession, ProcessSession } from "./process/session.ts";
import { Sandbox, type SandboxSettings } from "./sandbox/sandbox.ts";
import type { EngineCapabilities, SandboxQuery, SandboxResult, SqlCheck } from "./sandbox/index.ts";

/** `read`: short and interactive. `job`: long, with larger limits, on a process that did little before. */
export type WorkKind = "read" | "job";

interface KindSettings extends ProcessLimits, PoolPolicy {
  readonly deadlineMs: number;
}

export interface EngineOptions {
  /** Where processes keep what they spill; made when missing, and cleared of what dead owners left. */
  readonly tempRoot: string;
  readonly compileCacheDir?: string;
  readonly read?: Partial<KindSettings>;
  readonly job?: Partial<KindSettings>;
  readonly sandbox?: Partial<SandboxSettings>;
  readonly functions?: { /** `auto` takes bubblewrap where it works. */ readonly isolation: "auto" | "quickjs" };
  /** Told once how people's SQL and functions are confined. */
  readonly logger?: Logger;
}

export interface WorkOptions {
  readonly kind: WorkKind;
  readonly signal?: AbortSignal;
  /** Overrides the kind's own deadline. */
  readonly deadlineMs?: number;
  /** For `job` only: what DuckDB may use in this piece of work, instead of the kind's own limits. */
  readonly memoryBytes?: number;
  readonly threads?: number;
  readonly onProgress?: (progress: TaskProgress) => void;
}

/** Runs work on DuckDB in processes of its own. */
export interface Engine extends AsyncDisposable {
  /**
   * Lends an engine process to `work` for as long as it runs.
   * Throws `engine.busy`, `engine.deadline`, `engine.cancelled`, `engine.out_of_memory` or `engine.crashed`; the caller's process lives on.
   */
  use<T>(options: WorkOptions, work: (session: EngineSession) => Promise<T>): Promise<T>;
  /** Processes lent by `use` or kept for it now; 0 when nothing was asked for a while. */
  processCount(): number;
  /**
   * Runs a query a person wrote over the given relations, in a process of its own that can read the given files and nothing else.
   * Throws `sql...` for what is wrong with the query, never quoting data, and `engine...` as `use` does.
   */
  sandbox(query: SandboxQuery): Promise<SandboxResult>;
  /** Reads from the text of a person's query which tables, functions and parameters it uses. Throws `sql...` as `sandbox` does. */
  checkSql(sql: string, signal?: AbortSignal): Promise<SqlCheck>;
  /** What this system offers; the first call starts a process to find out. */
  capabilities(): Promise<EngineCapabilities>;
  /**
   * Runs a JavaScript function people wrote over files, in a process of its own without files, network or clock.
   * Throws `transformation.invalid` when it cannot be read, `transformation.failed`, and `engine...` as `use` does.
   */
  runFunction(run: FunctionRun): Promise<FunctionResult>;
  /** Runs a function over rows somebody typed, in the same walls. Throws as `runFunction` does. */
  tryFunction(trial: FunctionTrial): Promise<readonly TriedRow[]>;
  /** How people's functions are kept apart here; the first call starts a process to find out. */
  functionIsolation(): Promise<FunctionIsolation>;
}

const MIB = 1024 * 1024;

function defaults(): Record<WorkKind, KindSettings> {
  const threads = Math.min(availableParallelism(), 4);
  return {
    read: {
      memoryBytes: 512 * MIB,
      threads,
      maxTempBytes: 2048 * MIB,
      maxProcesses: 2,
      maxWaiting: 64,
      maxWaitMs: 15_000,
      idleMs: 30_000,
      maxSessionsPerProcess: 500,
      maxResidentBytes: 700 * MIB,
      deadlineMs: 30_000,
    },
    job: {
      memoryBytes: 1024 * MIB,
      threads,
      maxTempBytes: 64 * 1024 * MIB,
      maxProcesses: 2,
      maxWaiting: 64,
      maxWaitMs: 600_000,
      // Small pieces of work follow each other (look, compare, stage, merge); to start a process takes longer than most of them.
      idleMs: 5_000,
      maxSessionsPerProcess: 50,
      // What a job held is given back only when its process ends; a new one holds about 130 MiB.
      maxResidentBytes: 300 * MIB,
      deadlineMs: 3_600_000,
    },
  };
}

function sandboxDefaults(): SandboxSettings {
  return {
    memoryBytes: 512 * MIB,
    threads: Math.min(availableParallelism(), 4),
    maxTempBytes: 2048 * MIB,
    maxProcesses: 2,
    maxWaiting: 64,
    maxWaitMs: 15_000,
    idleMs: 60_000,
    maxSessionsPerProcess: 1,
    maxResidentBytes: 0,
    deadlineMs: 60_000,
    maxRows: 1_000_000,
    maxBytes: 512 * MIB,
    maxCellBytes: 16 * MIB,
    confinement: "auto",
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function prepareTempRoot(tempRoot: string): void {
  mkdirSync(tempRoot, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(tempRoot)) {
    const owner = /^engine-(\d+)-/.exec(name)?.[1];
    const path = join(tempRoot, name);
    if (owner !== undefined && !isRunning(Number(owner)) && existsSync(path)) rmSync(path, { recursive: true, force: true });
  }
}

/** Builds the engine. No process is started before the first piece of work. */
export function createEngine(options: EngineOptions): Engine {
  prepareTempRoot(options.tempRoot);
  const base = defaults();
  const settings: Record<WorkKind, KindSettings> = { read: { ...base.read, ...options.read }, job: { ...base.job, ...options.job } };
  const place = { tempRoot: options.tempRoot, ...(options.compileCacheDir === undefined ? {} : { compileCacheDir: options.compileCacheDir }) };
  const pools: Record<WorkKind, EnginePool> = {
    read: new EnginePool(place, settings.read, settings.read),
    job: new EnginePool(place, settings.job, settings.job),
  };

  const sandbox = new Sandbox(place, { ...sandboxDefaults(), ...options.sandbox }, options.logger ?? silentLogger);

  async function use<T>(work: WorkOptions, run: (session: EngineSession) => Promise<T>): Promise<T> {
    const pool = pools[work.kind];
    if (work.kind === "read" && (work.memoryBytes ?? work.threads) !== undefined) throw new TypeError("only jobs have limits of their own");
    const { memoryBytes, threads, maxTempBytes } = settings[work.kind];
    const child = await pool.lease(work.signal, { memoryBytes: work.memoryBytes ?? memoryBytes, threads: work.threads ?? threads, maxTempBytes });
    const session = new ProcessSession(child, { ...work, deadlineMs: work.deadlineMs ?? settings[work.kind].deadlineMs });
    try {
      return await run(session);
    } finally {
      await session.finish();
      await pool.giveBack(child);
    }
  }

  const rooms = new FunctionRooms({ tempRoot: options.tempRoot, isolation: options.functions?.isolation ?? "auto", logger: options.logger ?? silentLogger });

  const engine: Engine = {
    use,
    processCount: () => pools.read.size + pools.job.size,
    sandbox: (query) => sandbox.run(query),
    checkSql: (sql, signal) => sandbox.check(sql, signal),
    capabilities: () => sandbox.capabilities(),
    runFunction: async (run) => runFunction(engine, await rooms.place(), run),
    tryFunction: async (trial) => tryFunction(await rooms.place(), trial),
    functionIsolation: () => rooms.isolation(),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([sandbox[Symbol.asyncDispose](), pools.read[Symbol.asyncDispose](), pools.job[Symbol.asyncDispose]()]);
    },
  };
  return engine;
}
