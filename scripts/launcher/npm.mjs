import { accessSync, constants, existsSync, mkdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { LaunchError } from "./say.mjs";

/** @typedef {{ file: string, args: readonly string[] }} Command */

/**
 * How to call npm: the one that started us, else the one beside this Node, else the first in PATH.
 * `npm_execpath` also names yarn and pnpm, which read another lockfile; those are passed over.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} nodePath
 * @returns {Command}
 */
export function findNpm(env, nodePath) {
  const bin = dirname(nodePath);
  const scripts = [
    env.npm_execpath ?? "",
    join(bin, "../lib/node_modules/npm/bin/npm-cli.js"),
    join(bin, "node_modules/npm/bin/npm-cli.js"),
    join(bin, "../share/nodejs/npm/bin/npm-cli.js"),
  ];
  const script = scripts.find((path) => /[\\/]npm-cli\.[cm]?js$/.test(path) && existsSync(path));
  if (script !== undefined) return { file: nodePath, args: [script] };
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    const candidate = join(folder, "npm");
    if (folder === "" || !existsSync(candidate)) continue;
    const real = realpathSync(candidate);
    return /\.[cm]?js$/.test(real) ? { file: nodePath, args: [real] } : { file: candidate, args: [] };
  }
  throw new LaunchError("npm was not found. Install npm 10 or newer (it comes with Node from https://nodejs.org), then start again.");
}

function isWritable(/** @type {string} */ folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The folder npm is to keep its downloads in when its own is not writable (a read-only home, or one left behind by
 * root); undefined when npm's own will do.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} root
 */
export function replacementCache(env, root) {
  const own = env.npm_config_cache ?? env.NPM_CONFIG_CACHE ?? join(homedir(), process.platform === "win32" ? "AppData/Local/npm-cache" : ".npm");
  return isWritable(own) && (!existsSync(join(own, "_cacache")) || isWritable(join(own, "_cacache"))) ? undefined : join(root, ".cache/npm");
}
