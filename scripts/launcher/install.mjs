import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runToEnd } from "./child.mjs";
import { withLock } from "./lock.mjs";
import { findNpm, replacementCache } from "./npm.mjs";
import { systemLibc } from "./runtime.mjs";
import { LaunchError, say, seconds } from "./say.mjs";

const STILL_WORKING_MS = 15_000;

/** @typedef {{ version?: string, integrity?: string, link?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} LockEntry */
/** @typedef {{ packages: Record<string, LockEntry> }} Lockfile */

/** What must be the same for an installed node_modules to be the right one. */
export function installStamp(/** @type {string} */ root) {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .update(process.platform)
    .update(process.arch)
    .digest("hex");
}

function stampPath(/** @type {string} */ root) {
  return join(root, "node_modules/.granary-installed");
}

export function isInstalled(/** @type {string} */ root) {
  try {
    return readFileSync(stampPath(root), "utf8").trim() === installStamp(root);
  } catch {
    return false;
  }
}

/** @returns {Lockfile | undefined} */
function readLockfile(/** @type {string} */ path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

function isForThisMachine(/** @type {LockEntry} */ entry, /** @type {string} */ libc) {
  return (entry.os?.includes(process.platform) ?? true) && (entry.cpu?.includes(process.arch) ?? true) && (entry.libc?.includes(libc) ?? true);
}

/**
 * Whether what a developer installed with npm already is what the lockfile asks for; then nothing is reinstalled.
 * npm records what it put on disk in node_modules/.package-lock.json.
 */
export function matchesLockfile(/** @type {string} */ root) {
  const wanted = readLockfile(join(root, "package-lock.json"));
  const found = readLockfile(join(root, "node_modules/.package-lock.json"));
  if (wanted === undefined || found === undefined) return false;
  const libc = systemLibc();
  return Object.entries(wanted.packages).every(([path, entry]) => {
    if (!path.includes("node_modules/")) return true;
    if (!isForThisMachine(entry, libc)) return true;
    const other = found.packages[path];
    if (other === undefined) return entry.optional === true && (entry.os ?? entry.cpu) === undefined;
    return other.version === entry.version && other.integrity === entry.integrity && existsSync(join(root, path));
  });
}

async function runNpmCi(/** @type {string} */ root) {
  const npm = findNpm(process.env, process.execPath);
  const cache = replacementCache(process.env, root);
  if (cache !== undefined) say(`npm's cache folder is not writable; using ${cache}`);
  const flags = [
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--engine-strict=false",
    "--logs-max=0",
    "--include=dev",
    "--include=optional",
  ];
  const args = [...npm.args, "ci", ...flags, ...(cache === undefined ? [] : [`--cache=${cache}`])];
  const startedAt = Date.now();
  const reminder = setInterval(() => say(`still installing (${seconds(startedAt)})`), STILL_WORKING_MS);
  try {
    const code = await runToEnd(npm.file, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"], shell: npm.file.endsWith(".cmd") });
    if (code !== 0)
      throw new LaunchError(`installing failed (npm ci ended with ${code}). Check the lines above and the network or npm registry settings, then start again.`);
  } finally {
    clearInterval(reminder);
  }
  say(`installed in ${seconds(startedAt)}`);
}

/** Brings node_modules to what the lockfile says; does nothing, and takes no lock, when it already is. */
export async function ensureInstalled(/** @type {string} */ root) {
  if (isInstalled(root)) return;
  await withLock(join(root, ".granary-lock"), async () => {
    if (isInstalled(root)) return;
    if (!matchesLockfile(root)) {
      say("installing packages, because this is the first start or the lockfile has changed");
      await runNpmCi(root);
    }
    writeFileSync(stampPath(root), `${installStamp(root)}\n`);
  });
}
