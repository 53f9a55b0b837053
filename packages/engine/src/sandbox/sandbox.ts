import { isAbsolute, join, normalize } from "node:path";
import { type AppError, isAppError, type Logger } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { EngineChild, type ProcessPlace } from "../process/engine-child.ts";
import { requestError } from "../process/errors.ts";
import type { Launch, ProcessLimits } from "../process/launch.ts";
import type { FromChild } from "../process/messages.ts";
import { EnginePool, type PoolPolicy } from "../process/pool.ts";
import { printStatement } from "../sql/duckdb/index.ts";
import { type BubblewrapOptions, bubblewrapCommand, CHANNEL_VARIABLES, findBubblewrap, ROOT_DIR, SPILL_DIR } from "./confinement.ts";
import { hidesRows } from "./hides-rows.ts";
import { linkFiles } from "./link-files.ts";
import type { SandboxJob, SandboxRequest } from "./messages.ts";
import { SandboxRun } from "./sandbox-run.ts";
import type { EngineCapabilities, PlanStep, SandboxQuery, SandboxResult, SqlCheck } from "./types.ts";

/** Limits of people's queries, and how many processes there are for them. */
export interface SandboxSettings extends ProcessLimits, PoolPolicy {
  readonly deadlineMs: number;
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly maxCellBytes: number;
  /** `auto` takes bubblewrap where it works; the others take no other. */
  readonly confinement: "auto" | "bubblewrap" | "process";
}

const MIB = 1024 * 1024;
const ENTRY = join(import.meta.dirname, "sandbox-main.ts");
/** Starting, and work of the process itself. */
const CPU_MARGIN_SECONDS = 20;
const CHECK_DEADLINE_MS = 10_000;

const CHECK_POLICY: PoolPolicy = {
  maxProcesses: 1,
  maxWaiting: 64,
  maxWaitMs: 10_000,
  idleMs: 60_000,
  maxSessionsPerProcess: 1000,
  maxResidentBytes: 400 * MIB,
};

interface Rooms {
  readonly capabilities: EngineCapabilities;
  readonly bubblewrap: BubblewrapOptions | undefined;
  readonly queries: EnginePool;
  readonly checks: EnginePool;
}

/** Runs SQL that people write, each query in a process of its own that sees nothing but its files. */
export class Sandbox implements AsyncDisposable {
  readonly #place: ProcessPlace;
  readonly #settings: SandboxSettings;
  readonly #logger: Logger;
  #rooms: Promise<Rooms> | undefined;

  constructor(place: ProcessPlace, settings: SandboxSettings, logger: Logger) {
    this.#place = place;
    this.#settings = settings;
    this.#logger = logger;
  }

  async capabilities(): Promise<EngineCapabilities> {
    return (await this.#open()).capabilities;
  }

  async check(sql: string, signal?: AbortSignal): Promise<SqlCheck> {
    const { checks } = await this.#open();
    const child = await checks.lease(signal);
    const timer = setTimeout(() => child.kill(problem("engine.deadline", { seconds: CHECK_DEADLINE_MS / 1000 })), CHECK_DEADLINE_MS);
    try {
      const answer = await ask(child, { type: "check", sql });
      if (answer.type !== "result") throw new Error(`the sandbox answered a check with ${answer.type}`);
      return answer.value as SqlCheck;
    } finally {
      clearTimeout(timer);
      await checks.giveBack(child);
    }
  }

  async run(query: SandboxQuery): Promise<SandboxResult> {
    const wrong = query.files.find((file) => !isAbsolute(file) || normalize(file) !== file);
    if (wrong !== undefined) throw problem("engine.statement_invalid", { reason: "a file of a query needs an absolute path" });
    const job = this.#jobOf(query);
    const rooms = await this.#open();
    const leased = await rooms.queries.lease(query.signal);
    const run = new SandboxRun(leased, () => rooms.queries.giveBack(leased));
    try {
      run.limit(Math.min(query.limits?.deadlineMs ?? Number.POSITIVE_INFINITY, this.#settings.deadlineMs), query.signal);
      await this.#showFiles(rooms, run, query.files);
      const answer = await ask(run.child, { type: "sandbox", job });
      if (answer.type === "columns") return run.stream(answer.columns, (child) => nextRows(child));
      if (answer.type !== "result") throw new Error(`the sandbox answered a query with ${answer.type}`);
      await run[Symbol.asyncDispose]();
      return run.explained(answer.value as readonly PlanStep[]);
    } catch (error) {
      await run[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const rooms = await this.#rooms?.catch(() => undefined);
    await Promise.all([rooms?.queries[Symbol.asyncDispose](), rooms?.checks[Symbol.asyncDispose]()]);
  }

  async #showFiles({ bubblewrap }: Rooms, run: SandboxRun, files: readonly string[]): Promise<void> {
    if (bubblewrap === undefined || (await linkFiles(join(run.child.tempDir, ROOT_DIR), files))) return;
    run.child.kill(problem("engine.cancelled"));
    await run.replace(EngineChild.start(this.#placeFor({ ...bubblewrap, files }), this.#settings));
  }

  #open(): Promise<Rooms> {
    this.#rooms ??= this.#build().catch((error: unknown) => {
      this.#rooms = undefined;
      throw error;
    });
    return this.#rooms;
  }

  async #build(): Promise<Rooms> {
    const { bubblewrap, reason } = this.#settings.confinement === "process" ? { reason: "the configuration says so" } : await this.#findConfinement();
    if (bubblewrap === undefined && this.#settings.confinement === "bubblewrap") throw problem("engine.crashed", { reason: reason ?? "" });
    const capabilities: EngineCapabilities =
      bubblewrap === undefined ? { confinement: "process", ...(reason === undefined ? {} : { reason }) } : { confinement: "bubblewrap" };
    if (bubblewrap === undefined) this.#logger.warn({ reason }, "people's SQL runs in processes with limits only, because bubblewrap cannot be used");
    else this.#logger.info({}, "people's SQL runs under bubblewrap");
    const place = this.#placeFor(bubblewrap);
    const checkLimits: ProcessLimits = { memoryBytes: 256 * MIB, threads: 1, maxTempBytes: MIB };
    return {
      capabilities,
      bubblewrap,
      queries: new EnginePool(place, this.#settings, { ...this.#settings, maxSessionsPerProcess: 1, keepsSpare: true }),
      checks: new EnginePool(place, checkLimits, CHECK_POLICY),
    };
  }

  /** Only a process that starts proves it: user namespaces may be forbidden, or libraries may lie elsewhere. */
  async #findConfinement(): Promise<{ readonly bubblewrap?: BubblewrapOptions; readonly reason?: string }> {
    const path = findBubblewrap();
    if (path === undefined) return { reason: "bubblewrap is not installed" };
    const { compileCacheDir } = this.#place;
    const bubblewrap = { path, ...(compileCacheDir === undefined ? {} : { compileCacheDir }) };
    try {
      const child = await EngineChild.start(this.#placeFor(bubblewrap), this.#settings);
      await child[Symbol.asyncDispose]();
      return { bubblewrap };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      return { reason: `bubblewrap does not work here: ${cause.trim().split("\n").at(-1) ?? ""}` };
    }
  }

  #placeFor(bubblewrap: BubblewrapOptions | undefined): ProcessPlace {
    const { deadlineMs, threads, maxTempBytes } = this.#settings;
    const launch: Launch = {
      entry: ENTRY,
      workDir: SPILL_DIR,
      cpuSeconds: Math.ceil((deadlineMs / 1000) * (threads + 1)) + CPU_MARGIN_SECONDS,
      maxFileBytes: maxTempBytes,
      ...(bubblewrap === undefined ? {} : { confine: ({ tempDir, env }) => bubblewrapCommand(bubblewrap, { tempDir, env: { ...env, ...CHANNEL_VARIABLES } }) }),
    };
    return { ...this.#place, launch };
  }

  #jobOf(query: SandboxQuery): SandboxJob {
    const { limits = {} } = query;
    const settings = this.#settings;
    return {
      sql: query.sql,
      relations: Object.entries(query.relations).map(([key, relation]) => ({
        key,
        text: printStatement({ kind: "query", query: relation }),
        hidesRows: hidesRows(relation),
      })),
      files: query.files,
      suggestions: query.suggestions ?? [],
      explain: query.explain ?? false,
      parameters: query.parameters ?? {},
      memoryBytes: Math.min(limits.memoryBytes ?? settings.memoryBytes, settings.memoryBytes),
      tempBytes: Math.min(limits.tempBytes ?? settings.maxTempBytes, settings.maxTempBytes),
      maxRows: Math.min(limits.maxRows ?? settings.maxRows, settings.maxRows),
      maxBytes: Math.min(limits.maxBytes ?? settings.maxBytes, settings.maxBytes),
      maxCellBytes: Math.min(limits.maxCellBytes ?? settings.maxCellBytes, settings.maxCellBytes),
    };
  }
}

/** The last words of such a process may hold what a person must not see. */
const withoutCause = (error: AppError): AppError => (error.code.startsWith("engine.") ? problem(error.code as "engine.crashed", error.params) : error);

async function ask(child: EngineChild, request: SandboxRequest | { readonly type: "next" }): Promise<FromChild> {
  try {
    const answer = await child.request(request);
    if (answer.type === "failed") throw requestError(answer.fault, child.limits.memoryBytes);
    return answer;
  } catch (error) {
    throw isAppError(error) && !child.isAlive ? withoutCause(error) : error;
  }
}

async function nextRows(child: EngineChild): Promise<Extract<FromChild, { type: "rows" }>> {
  const answer = await ask(child, { type: "next" });
  if (answer.type !== "rows") throw new Error(`the sandbox answered with ${answer.type} instead of rows`);
  return answer;
}
