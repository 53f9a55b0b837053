import { setTimeout as sleep } from "node:timers/promises";
import { launchPostmaster, type Postmaster, type PostmasterOptions, stopPostmaster } from "./postmaster.ts";

/** How often an adopted server, which sends us no signal when it ends, is looked at. */
const WATCH_MS = 1_000;
const MAX_PAUSE_MS = 30_000;

/** The unexpected end of the server. */
export interface PostgresExit {
  readonly pid: number;
  /** Undefined for a server that was adopted: its end is seen, not its reason. */
  readonly code: number | null | undefined;
  readonly signal: NodeJS.Signals | null | undefined;
}

export type ExitListener = (exit: PostgresExit) => void;

export interface Supervision extends AsyncDisposable {
  readonly pid: number;
  readonly adopted: boolean;
  onExit(listener: ExitListener): () => void;
}

/** Resolves when the server ended. */
async function endOf(postmaster: Postmaster, signal: AbortSignal): Promise<PostgresExit> {
  const { child, pid } = postmaster;
  if (child === undefined) {
    while (await postmaster.isRunning()) await sleep(WATCH_MS, undefined, { ref: false, signal });
    return { pid, code: undefined, signal: undefined };
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  if (child.exitCode === null && child.signalCode === null) {
    child.once("exit", () => resolve());
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
  }
  return { pid, code: child.exitCode, signal: child.signalCode };
}

/** Starts again for as long as it takes: a full disk or a machine without memory may recover, and nothing works before. */
async function relaunch(options: PostmasterOptions, signal: AbortSignal): Promise<Postmaster> {
  for (let pause = 1_000; ; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
    try {
      return await launchPostmaster(options, signal);
    } catch (error) {
      signal.throwIfAborted();
      options.log.error({ err: error, pauseMs: pause }, "PostgreSQL does not start; trying again");
      await sleep(pause, undefined, { signal, ref: false });
    }
  }
}

/** Launches the server and starts it again whenever it ends, until it is disposed, which stops it. */
export async function supervise(options: PostmasterOptions): Promise<Supervision> {
  const stopping = new AbortController();
  const listeners = new Set<ExitListener>();
  let current = await launchPostmaster(options, stopping.signal);
  const { adopted } = current;

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      const exit = await endOf(current, stopping.signal);
      if (stopping.signal.aborted) return;
      options.log.error({ ...exit }, "PostgreSQL ended unexpectedly; starting it again");
      for (const listener of listeners) listener(exit);
      current = await relaunch(options, stopping.signal);
      options.log.info({ pid: current.pid }, "PostgreSQL runs again");
    }
  }

  const watching = watch().catch((error: unknown) => {
    if (!stopping.signal.aborted) options.log.error({ err: error }, "the supervision of PostgreSQL failed");
  });

  return {
    get pid() {
      return current.pid;
    },
    adopted,
    onExit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await watching;
      await stopPostmaster(current);
    },
  };
}
