import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runToEnd } from "./child.mjs";
import { withLock } from "./lock.mjs";
import { LaunchError, say, seconds } from "./say.mjs";

const SOURCES = ["apps/web", "packages/client", "packages/protocol", "packages/kernel", "package-lock.json"];
const IGNORED = new Set(["node_modules", "dist", "test", "README.md"]);

/**
 * Every file the web build depends on, relative to the checkout, in a fixed order. Tests do not count.
 *
 * @param {string} root
 * @param {string} path
 * @returns {string[]}
 */
function sourceFiles(root, path) {
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => !IGNORED.has(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? sourceFiles(root, `${path}/${entry.name}`) : [`${path}/${entry.name}`]));
}

/** Fingerprint of the sources of the web application. */
function webStamp(/** @type {string} */ root) {
  const hash = createHash("sha256");
  const files = SOURCES.flatMap((path) => (path.endsWith(".json") ? [path] : sourceFiles(root, path)));
  for (const file of files) {
    const bytes = readFileSync(join(root, file));
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

function isWebBuilt(/** @type {string} */ root) {
  const stamp = join(root, "apps/web/dist/.stamp");
  return existsSync(stamp) && readFileSync(stamp, "utf8").trim() === webStamp(root);
}

/**
 * Builds the web application into apps/web/dist when its sources have changed. The new build is made aside and swapped
 * in by rename, so that a running server never serves half of one.
 *
 * @param {string} root
 * @param {string} node
 * @param {NodeJS.ProcessEnv} env
 */
export async function ensureWebBuilt(root, node, env) {
  if (isWebBuilt(root)) return;
  await withLock(join(root, ".granary-lock"), async () => {
    if (isWebBuilt(root)) return;
    const startedAt = Date.now();
    say("building the web application, because its sources have changed");
    const stamp = webStamp(root);
    const next = join(root, `.cache/web-${process.pid}`);
    // A plugin that reads the folder after a failed build would otherwise hide why it failed.
    mkdirSync(next, { recursive: true });
    const vite = join(root, "node_modules/vite/bin/vite.js");
    const args = [vite, "build", "--outDir", next, "--emptyOutDir", "--logLevel", "warn"];
    const code = await runToEnd(node, args, { cwd: join(root, "apps/web"), env: { ...env, NODE_ENV: "production" }, stdio: ["ignore", "ignore", "inherit"] });
    if (code !== 0) {
      rmSync(next, { recursive: true, force: true });
      throw new LaunchError(`building the web application failed (vite ended with ${code}); the lines above say why.`);
    }
    writeFileSync(join(next, ".stamp"), `${stamp}\n`);
    swapIn(next, join(root, "apps/web/dist"));
    say(`web application built in ${seconds(startedAt)}`);
  });
}

function swapIn(/** @type {string} */ next, /** @type {string} */ current) {
  const previous = `${next}-previous`;
  mkdirSync(join(current, ".."), { recursive: true });
  if (existsSync(current)) renameSync(current, previous);
  renameSync(next, current);
  rmSync(previous, { recursive: true, force: true });
}
