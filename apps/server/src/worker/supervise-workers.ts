import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { type Logger, releasable } from "@granary/kernel";
import { isWorkerStarted, type StopWorker } from "./parent-link.ts";

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;
/** A worker that ran this long was well: the next one that dies is started again without delay. */
const WELL_MS = 30_000;
/** A worker hands its jobs back within 10 s; one that has not ended by then is killed, and its leases freed. */
const STOP_MS = 11_000;

export interface SuperviseOptions {
  readonly count: number;
  /** What a worker process runs, below this Node. */
  readonly script: string;
  readonly args: readonly string[];
  readonly log: Logger;
  /** Frees the jobs of a worker whose process has ended. */
  readonly release: (owner: string) => Promise<unknown>;
  /** How long a worker that was told to stop may take; 11 s when left out. */
  readonly stopMs?: number;
}

/** Worker processes that are started again when they end. Disposing stops them: their jobs finish or are handed back. */
export interface Supervisor extends AsyncDisposable {
  /** Process ids of the workers that run now. */
  pids(): readonly number[];
}

/** The pause before a worker is started again after this many deaths in a row. */
export function restartDelayMs(deaths: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** Math.max(0, deaths - 1), MAX_DELAY_MS);
}

export function superviseWorkers(options: SuperviseOptions): Supervisor {
  const stopping = new AbortController();
  const children = new Set<ChildProcess>();
  const keepers = Array.from({ length: options.count }, () => keepOne(options, children, stopping.signal));
  return {
    pids: () => [...children].flatMap((child) => child.pid ?? []),
    ...releasable(async () => {
      stopping.abort();
      await Promise.all(keepers);
    }),
  };
}

async function keepOne(options: SuperviseOptions, children: Set<ChildProcess>, stopping: AbortSignal): Promise<void> {
  for (let deaths = 0; !stopping.aborted; ) {
    const startedAt = performance.now();
    await runOne(options, children, stopping);
    if (stopping.aborted) return;
    deaths = performance.now() - startedAt > WELL_MS ? 1 : deaths + 1;
    const delayMs = restartDelayMs(deaths);
    options.log.warn({ deaths, delayMs }, "a worker process ended; starting another");
    await delay(delayMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}

async function runOne(options: SuperviseOptions, children: Set<ChildProcess>, stopping: AbortSignal): Promise<void> {
  const { log } = options;
  const child = spawn(process.execPath, [...process.execArgv, options.script, ...options.args], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  let owner: string | undefined;
  child.on("message", (message) => {
    if (isWorkerStarted(message)) owner = message.owner;
  });
  const ended = once(child, "exit").catch((error: unknown) => log.error({ err: error }, "a worker process could not be started"));
  children.add(child);
  const stop = (): void => stopChild(child, options);
  stopping.addEventListener("abort", stop, { once: true });
  if (stopping.aborted) stop();
  await ended;
  stopping.removeEventListener("abort", stop);
  children.delete(child);
  log.info({ workerPid: child.pid, exitCode: child.exitCode, signal: child.signalCode }, "worker process ended");
  if (owner === undefined) return;
  await options.release(owner).catch((error: unknown) => log.warn({ err: error, owner }, "the leases of an ended worker were not freed; they run out"));
}

function stopChild(child: ChildProcess, { log, stopMs = STOP_MS }: SuperviseOptions): void {
  if (child.connected) child.send({ type: "stop" } satisfies StopWorker, () => undefined);
  const timer = setTimeout(() => {
    log.error({ workerPid: child.pid }, "a worker process did not stop and is killed");
    child.kill("SIGKILL");
  }, stopMs);
  child.once("exit", () => clearTimeout(timer));
}
