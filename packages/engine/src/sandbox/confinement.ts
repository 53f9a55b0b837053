import { accessSync, constants, existsSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Preparation } from "../process/launch.ts";

/** Below a process's own directory: what it sees as `/`, and where it may write. */
export const ROOT_DIR = "root";
export const SPILL_DIR = "spill";

const BWRAP_PLACES = ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"];
/** Libraries Node is linked against; no programs. */
const LIBRARY_DIRS = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"];
const SOURCE_DIR = join(import.meta.dirname, "..");
/** Node hands the child its channel as the fourth of its descriptors, and tells it by variables that a confined process loses. */
export const CHANNEL_VARIABLES = { NODE_CHANNEL_FD: "3", NODE_CHANNEL_SERIALIZATION_MODE: "json" };

/** Where bubblewrap is on this system, or undefined. */
export function findBubblewrap(): string | undefined {
  if (process.platform !== "linux") return undefined;
  return BWRAP_PLACES.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function packageScope(): string {
  const entry = fileURLToPath(import.meta.resolve("@duckdb/node-api"));
  return entry.slice(0, entry.lastIndexOf("@duckdb") + "@duckdb".length);
}

/** What the program itself is read from; the same for every process. */
function programPaths(compileCacheDir: string | undefined): readonly string[] {
  const node = [...new Set([process.execPath, realpathSync(process.execPath)])];
  const paths = [...LIBRARY_DIRS, ...node, SOURCE_DIR, join(SOURCE_DIR, "../package.json"), packageScope()];
  return [...paths, ...(compileCacheDir === undefined ? [] : [compileCacheDir])].filter((path) => existsSync(path));
}

export interface BubblewrapOptions {
  readonly path: string;
  readonly compileCacheDir?: string;
  /** Files bound one by one, for those that cannot be linked into the process's root. */
  readonly files?: readonly string[];
}

/**
 * The command line of a process without network, other processes, capabilities, environment or files except the program's own.
 * Its root is a directory of ours: a file linked there appears to a process that runs already, which is what lets processes wait
 * for their query.
 */
export function bubblewrapCommand(options: BubblewrapOptions, { tempDir, env }: Preparation): readonly string[] {
  const root = join(tempDir, ROOT_DIR);
  const spill = join(tempDir, SPILL_DIR);
  mkdirSync(root, { recursive: true });
  const readable = [...programPaths(options.compileCacheDir), ...(options.files ?? [])];
  const walls = "--unshare-all --unshare-user --disable-userns --die-with-parent --new-session --cap-drop ALL --clearenv".split(" ");
  const variables = Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value]);
  const mounts = readable.flatMap((path) => ["--ro-bind", realpathSync(path), path]);
  return [options.path, ...walls, ...variables, "--bind", root, "/", ...mounts, "--bind", spill, spill, "--remount-ro", "/", "--chdir", spill, "--"];
}

/** Whether a file would lie under something of the program's that hides it. */
export function isHiddenByProgram(path: string): boolean {
  return [...LIBRARY_DIRS, SOURCE_DIR, packageScope(), dirname(process.execPath)].some((dir) => path.startsWith(`${dir}/`));
}
