import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { CliError } from "../exit-codes.ts";

interface Holder {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
}

/** Longer than any renewal takes, so that a living holder is hardly ever given up on. */
const PATIENCE_MS = 30_000;
/** A holder on another machine cannot be asked; after this it has been killed. */
const ABANDONED_MS = 120_000;

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

async function isAbandoned(path: string, holder: Holder): Promise<boolean> {
  if (holder.host === hostname()) return !isRunning(holder.pid);
  const age = await stat(path).then(
    (entry) => Date.now() - entry.mtimeMs,
    () => 0,
  );
  return age > ABANDONED_MS;
}

/**
 * Puts our file in the place of a dead holder's. Only one of those that saw that holder can link the guard named after it,
 * and one that saw it earlier finds another name in the file and steps back.
 */
async function takeOver(path: string, abandoned: Holder, prepared: string): Promise<boolean> {
  const guard = `${path}.${abandoned.id}.guard`;
  if (!(await tryLink(prepared, guard))) {
    const rival = await holderOf(guard);
    if (rival !== undefined && (await isAbandoned(guard, rival))) await rm(guard, { force: true });
    return false;
  }
  try {
    if ((await holderOf(path))?.id !== abandoned.id) return false;
    await rename(prepared, path);
    return true;
  } finally {
    await rm(guard, { force: true });
  }
}

async function acquire(path: string, prepared: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await tryLink(prepared, path))) {
    const holder = await holderOf(path);
    if (holder !== undefined && (await isAbandoned(path, holder)) && (await takeOver(path, holder, prepared))) return;
    if (performance.now() > deadline) {
      throw new CliError("failure", `Another granary (process ${holder?.pid ?? "unknown"}) keeps ${path}. End it, or delete that file.`);
    }
    await sleep(20 + Math.random() * 30);
  }
}

/** Waits for the lock of this path and holds it until its disposal; a lock whose process is gone is taken over. */
export async function holdLock(path: string): Promise<AsyncDisposable> {
  const own: Holder = { id: randomUUID(), pid: process.pid, host: hostname() };
  const prepared = `${path}.${own.id}`;
  await writeFile(prepared, JSON.stringify(own), { mode: 0o600 });
  try {
    await acquire(path, prepared);
  } finally {
    await rm(prepared, { force: true });
  }
  return {
    [Symbol.asyncDispose]: async () => {
      if ((await holderOf(path))?.id === own.id) await rm(path, { force: true });
    },
  };
}
