import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { LaunchError, say } from "./say.mjs";

const HEARTBEAT_MS = 2_000;
/** Fifteen missed heartbeats: only asked of an owner on another host or container, whose process cannot be looked up. */
const FOREIGN_STALE_MS = 30_000;
const POLL_MS = 100;

/** @typedef {{ pid: number, host: string, process: string }} Owner */

/** Tells a process from a later one with the same number: start time in ticks since boot, and the boot. Empty off Linux. */
function processIdentity(/** @type {number} */ pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const startTicks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}:${startTicks}`;
  } catch {
    return "";
  }
}

function isRunning(/** @type {number} */ pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/** @returns {Owner | undefined} */
function readOwner(/** @type {string} */ folder) {
  try {
    const owner = JSON.parse(readFileSync(join(folder, "owner.json"), "utf8"));
    return Number.isInteger(owner?.pid) && typeof owner.host === "string" ? owner : undefined;
  } catch {
    return undefined;
  }
}

function ageMs(/** @type {string} */ folder) {
  try {
    return Date.now() - statSync(folder).mtimeMs;
  } catch {
    return 0;
  }
}

/** Whether nobody works behind the lock any more. A damaged lock counts by its age alone. */
function isStale(/** @type {string} */ folder) {
  const owner = readOwner(folder);
  if (owner === undefined || owner.host !== hostname()) return ageMs(folder) > FOREIGN_STALE_MS;
  if (!isRunning(owner.pid)) return true;
  return owner.process !== "" && owner.process !== processIdentity(owner.pid);
}

/** @returns {Owner} */
function ourselves() {
  return { pid: process.pid, host: hostname(), process: processIdentity(process.pid) };
}

/** The lock appears with its owner inside in one rename, so no other process ever sees an unowned lock. */
function tryCreate(/** @type {string} */ folder) {
  let prepared;
  try {
    prepared = mkdtempSync(`${folder}-`);
    writeFileSync(join(prepared, "owner.json"), JSON.stringify(ourselves()));
  } catch (cause) {
    throw new LaunchError(
      `cannot write to the checkout (${/** @type {Error} */ (cause).message}). Start as its owner, or copy the checkout to a folder you own.`,
      { cause },
    );
  }
  try {
    renameSync(prepared, folder);
    return true;
  } catch {
    rmSync(prepared, { recursive: true, force: true });
    return false;
  }
}

/** Only the creator of `takeover` may replace a dead owner, so two waiters cannot both win. */
function tryTakeOver(/** @type {string} */ folder) {
  const claim = join(folder, "takeover");
  try {
    mkdirSync(claim);
  } catch {
    if (ageMs(claim) > FOREIGN_STALE_MS) rmSync(claim, { recursive: true, force: true });
    return false;
  }
  const won = isStale(folder);
  if (won) {
    writeFileSync(join(folder, "owner.next.json"), JSON.stringify(ourselves()));
    renameSync(join(folder, "owner.next.json"), join(folder, "owner.json"));
  }
  rmSync(claim, { recursive: true, force: true });
  return won;
}

function release(/** @type {string} */ folder) {
  const retired = `${folder}-released-${process.pid}`;
  try {
    renameSync(folder, retired);
  } catch {
    return;
  }
  rmSync(retired, { recursive: true, force: true });
}

/**
 * Runs `work` while holding the checkout's lock; waits for a living owner, takes over from a dead one.
 *
 * @template T
 * @param {string} folder
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(folder, work) {
  let announced = false;
  while (!tryCreate(folder)) {
    if (isStale(folder) && tryTakeOver(folder)) {
      say("the process that held the lock is gone; carrying on in its place");
      break;
    }
    if (!announced) {
      say(`another start (process ${readOwner(folder)?.pid ?? "unknown"}) is preparing this checkout; waiting for it`);
      announced = true;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimesSync(folder, now, now);
  }, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    release(folder);
  }
}
