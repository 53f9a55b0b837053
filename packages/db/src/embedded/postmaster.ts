import { type ChildProcess, spawn } from "node:child_process";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { Account } from "./account.ts";
import { isServing, waitUntilReady } from "./connect.ts";
import type { Layout } from "./layout.ts";
import { describeProcess, hasProcessIn, isPostmasterOf, isTaken } from "./processes.ts";
import { POSTGRES_ENVIRONMENT } from "./settings.ts";

/** After a kill the old backends may hold the shared memory for some seconds, and a new server refuses to start until then. */
const RETRY_WINDOW_MS = 10_000;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 2_000;
const POLL_MS = 25;
const FAST_STOP_MS = 30_000;
const IMMEDIATE_STOP_MS = 5_000;
const MAX_LOG_BYTES = 10_000_000;
const TAIL_BYTES = 2_000;
/** What no second try will cure. */
const FINAL = /unrecognized configuration parameter|configuration file ".*" contains errors|invalid value for parameter|database files are incompatible/;

export interface PostmasterOptions {
  readonly layout: Layout;
  readonly account: Account;
  readonly program: string;
  readonly args: readonly string[];
  readonly log: Logger;
}

/** A server that accepts connections. */
export interface Postmaster {
  readonly pid: number;
  /** Whether it was found running rather than started. */
  readonly adopted: boolean;
  readonly isRunning: () => Promise<boolean>;
  /** Ours, when we started it. */
  readonly child?: ChildProcess;
}

/** The file beside the data and the one beside the socket; PostgreSQL refuses to start while either names a living process. */
function pidFiles(layout: Layout): readonly [string, string] {
  return [join(layout.clusterDir, "postmaster.pid"), join(layout.socketDir, ".s.PGSQL.5432.lock")];
}

async function pidIn(file: string): Promise<number | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

/**
 * A pid file is removed when its pid belongs to some other program (usual in containers, where the numbers are small) or
 * to a dead process that nobody collects (where process 1 does not), since PostgreSQL itself would refuse to start for
 * ever; but not while old backends are still at work.
 */
async function removeStalePidFile(file: string, options: PostmasterOptions): Promise<void> {
  const { clusterDir, socketDir } = options.layout;
  const pid = await pidIn(file);
  if (pid === undefined || !isTaken(pid)) return;
  if (await isServing(socketDir)) throw problem("database.locked", { directory: clusterDir, pid, command: "a PostgreSQL server of another container" });
  if (await hasProcessIn(clusterDir)) return;
  options.log.warn({ file, pid, command: await describeProcess(pid) }, "removed a stale pid file: its process is not a running PostgreSQL");
  await rm(file, { force: true });
}

/** The server that an earlier process left running, if any. */
async function findOrphan(options: PostmasterOptions): Promise<number | undefined> {
  const files = pidFiles(options.layout);
  const pid = await pidIn(files[0]);
  if (pid !== undefined && (await isPostmasterOf(pid, options.layout.clusterDir))) return pid;
  for (const file of files) await removeStalePidFile(file, options);
  return undefined;
}

async function hasSameOptions(options: PostmasterOptions): Promise<boolean> {
  const recorded = await readFile(join(options.layout.clusterDir, "postmaster.opts"), "utf8").catch(() => "");
  return recorded.trim() === [options.program, ...options.args.map((arg) => `"${arg}"`)].join(" ");
}

async function spawnPostmaster(options: PostmasterOptions): Promise<ChildProcess> {
  const { logFile } = options.layout;
  const size = (await stat(logFile).catch(() => undefined))?.size ?? 0;
  if (size > MAX_LOG_BYTES) await rename(logFile, `${logFile}.1`);
  // A file, not a pipe: a pipe would break when this process dies, and the server is meant to live on.
  await using file = await open(logFile, "a", 0o600);
  const { command, args, uid, gid } = options.account.invoke(options.program, options.args);
  const identity = uid === undefined || gid === undefined ? {} : { uid, gid };
  const child = spawn(command, args, { detached: true, stdio: ["ignore", file.fd, file.fd], env: POSTGRES_ENVIRONMENT, cwd: "/", ...identity });
  child.unref();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once("spawn", resolve).once("error", reject);
  await promise.catch((cause: unknown) => {
    throw problem("database.start_failed", { detail: `${command} could not be run (${String(cause)}).` }, { cause });
  });
  return child;
}

async function tailOf(logFile: string): Promise<string> {
  const text = await readFile(logFile, "utf8").catch(() => "");
  return text.slice(-TAIL_BYTES).trim();
}

function lastLineOf(text: string): string {
  return text.slice(text.lastIndexOf("\n") + 1);
}

async function adopt(options: PostmasterOptions, pid: number): Promise<Postmaster | undefined> {
  const { clusterDir, socketDir } = options.layout;
  const isRunning = (): Promise<boolean> => isPostmasterOf(pid, clusterDir);
  const orphan: Postmaster = { pid, adopted: true, isRunning };
  if (!(await hasSameOptions(options))) {
    options.log.info({ pid }, "restarting a PostgreSQL that runs with the settings of another program version");
    await stopPostmaster(orphan);
    return undefined;
  }
  if (!(await waitUntilReady(socketDir, isRunning, options.log))) return undefined;
  options.log.info({ pid }, "adopted the PostgreSQL that was left running");
  return orphan;
}

async function startOnce(options: PostmasterOptions): Promise<Postmaster | undefined> {
  const child = await spawnPostmaster(options);
  const isRunning = (): Promise<boolean> => Promise.resolve(child.exitCode === null && child.signalCode === null);
  const isReady = await waitUntilReady(options.layout.socketDir, isRunning, options.log);
  return isReady && child.pid !== undefined ? { pid: child.pid, adopted: false, isRunning, child } : undefined;
}

/** Adopts the running server of the directory or starts one. Throws `database.start_failed` with the end of the server's log. */
export async function launchPostmaster(options: PostmasterOptions, signal: AbortSignal): Promise<Postmaster> {
  const deadline = performance.now() + RETRY_WINDOW_MS;
  for (let delay = FIRST_DELAY_MS; ; delay = Math.min(delay * 2, MAX_DELAY_MS)) {
    signal.throwIfAborted();
    const orphan = await findOrphan(options);
    const running = orphan === undefined ? await startOnce(options) : await adopt(options, orphan);
    if (running !== undefined) return running;
    const tail = await tailOf(options.layout.logFile);
    if (performance.now() > deadline || FINAL.test(lastLineOf(tail))) {
      throw problem("database.start_failed", { detail: `The end of ${options.layout.logFile} says:\n${tail}` });
    }
    await sleep(delay, undefined, { signal });
  }
}

async function waitForEnd(postmaster: Postmaster, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (await postmaster.isRunning()) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Stops the server: sessions are ended and a checkpoint written; one that takes too long is cut short and recovers at its next start. */
export async function stopPostmaster(postmaster: Postmaster): Promise<void> {
  if (!(await postmaster.isRunning())) return;
  send(postmaster.pid, "SIGINT");
  if (await waitForEnd(postmaster, FAST_STOP_MS)) return;
  send(postmaster.pid, "SIGQUIT");
  if (await waitForEnd(postmaster, IMMEDIATE_STOP_MS)) return;
  send(postmaster.pid, "SIGKILL");
  await waitForEnd(postmaster, IMMEDIATE_STOP_MS);
}
