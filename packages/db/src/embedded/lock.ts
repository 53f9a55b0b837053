import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { releasable } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { describeProcess, isAlive, processScope, startOf } from "./processes.ts";

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

async function isHeld(holder: Holder, ownScope: string, options: LockOptions): Promise<boolean> {
  if (holder.scope !== ownScope) return options.isServing();
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

/** Takes a dead holder's file away. Two that try at once move it in turn, so what was moved is compared and put back. */
async function removeStale(stale: Holder | undefined, lockFile: string): Promise<void> {
  const aside = `${lockFile}.${randomUUID()}`;
  try {
    await rename(lockFile, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if ((await readHolder(aside))?.id !== stale?.id) await tryLink(aside, lockFile);
  await rm(aside, { force: true });
}

async function describeHolder(holder: Holder, ownScope: string): Promise<string> {
  return holder.scope === ownScope ? describeProcess(holder.pid) : "in another container or machine";
}

async function refuse(holder: Holder, ownScope: string, dataDir: string): Promise<never> {
  throw problem("database.locked", { directory: dataDir, pid: holder.pid, command: await describeHolder(holder, ownScope) });
}

/** Who holds the lock: a process, nobody, or one that is gone and left its file (`stale`). */
export async function inspectLock(options: LockOptions): Promise<{ readonly pid: number; readonly command: string } | "stale" | undefined> {
  const holder = await readHolder(options.lockFile);
  if (holder === undefined) return undefined;
  const scope = await processScope();
  if (!(await isHeld(holder, scope, options))) return "stale";
  return { pid: holder.pid, command: await describeHolder(holder, scope) };
}

/** Makes this process the only supervisor of the directory. Throws `database.locked`, which names the other one. */
export async function lockDataDirectory(options: LockOptions): Promise<AsyncDisposable> {
  const { lockFile } = options;
  const scope = await processScope();
  const own: Holder = { id: randomUUID(), pid: process.pid, start: await startOf(process.pid), scope };
  const prepared = `${lockFile}.${own.id}`;
  await writeFile(prepared, JSON.stringify(own), { mode: 0o600 });
  try {
    while (!(await tryLink(prepared, lockFile))) {
      const holder = await readHolder(lockFile);
      if (holder !== undefined && (await isHeld(holder, scope, options))) await refuse(holder, scope, options.dataDir);
      await removeStale(holder, lockFile);
    }
  } finally {
    await rm(prepared, { force: true });
  }
  return releasable(async () => {
    if ((await readHolder(lockFile))?.id === own.id) await rm(lockFile, { force: true });
  });
}
