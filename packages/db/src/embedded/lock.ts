import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { releasable } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { describeProcess, isAlive, processScope, startOf } from "./processes.ts";

const GUARD_POLL_MS = 5;

interface Holder {
  readonly id: string;
  readonly pid: number;
  readonly start: string | undefined;
  readonly scope: string;
}

export interface LockOptions {
  readonly lockFile: string;
  readonly dataDir: string;
  /** Whether a server answers in this directory; decides when the holder's pid means nothing to us (another container). */
  readonly isServing: () => Promise<boolean>;
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

async function isHeld(holder: Holder, options: LockOptions): Promise<boolean> {
  if (holder.scope !== (await processScope())) return options.isServing();
  return (await isAlive(holder.pid)) && (await startOf(holder.pid)) === holder.start;
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Puts our file in the place of a dead holder's. Whoever links the guard of that very holder may do it, so of several that
 * saw the same dead holder one goes on, and one that saw it earlier finds another name in the file and steps back.
 */
async function takeOver(stale: Holder | undefined, prepared: string, options: LockOptions): Promise<boolean> {
  const guard = `${options.lockFile}.${stale?.id ?? "unreadable"}.guard`;
  if (!(await tryLink(prepared, guard))) {
    const rival = await readHolder(guard);
    if (rival !== undefined && !(await isHeld(rival, options))) await rm(guard, { force: true });
    await sleep(GUARD_POLL_MS);
    return false;
  }
  try {
    if ((await readHolder(options.lockFile))?.id !== stale?.id) return false;
    await rename(prepared, options.lockFile);
    return true;
  } finally {
    await rm(guard, { force: true });
  }
}

async function describeHolder(holder: Holder): Promise<string> {
  return holder.scope === (await processScope()) ? describeProcess(holder.pid) : "in another container or machine";
}

async function refuse(holder: Holder, dataDir: string): Promise<never> {
  throw problem("database.locked", { directory: dataDir, pid: holder.pid, command: await describeHolder(holder) });
}

async function acquire(prepared: string, options: LockOptions): Promise<void> {
  while (!(await tryLink(prepared, options.lockFile))) {
    const holder = await readHolder(options.lockFile);
    if (holder !== undefined && (await isHeld(holder, options))) await refuse(holder, options.dataDir);
    if (await takeOver(holder, prepared, options)) return;
  }
}

/** Who holds the lock: a process, nobody, or one that is gone and left its file (`stale`). */
export async function inspectLock(options: LockOptions): Promise<{ readonly pid: number; readonly command: string } | "stale" | undefined> {
  const holder = await readHolder(options.lockFile);
  if (holder === undefined) return undefined;
  return (await isHeld(holder, options)) ? { pid: holder.pid, command: await describeHolder(holder) } : "stale";
}

/** Makes this process the only supervisor of the directory. Throws `database.locked`, which names the other one. */
export async function lockDataDirectory(options: LockOptions): Promise<AsyncDisposable> {
  const { lockFile } = options;
  const own: Holder = { id: randomUUID(), pid: process.pid, start: await startOf(process.pid), scope: await processScope() };
  const prepared = `${lockFile}.${own.id}`;
  await writeFile(prepared, JSON.stringify(own), { mode: 0o600 });
  try {
    await acquire(prepared, options);
  } finally {
    await rm(prepared, { force: true });
  }
  return releasable(async () => {
    if ((await readHolder(lockFile))?.id === own.id) await rm(lockFile, { force: true });
  });
}
