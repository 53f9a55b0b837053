import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ChildSettings } from "./messages.ts";

/** Limits of one kind of engine process. */
export interface ProcessLimits {
  /** What DuckDB may use; the process itself is held to twice this and 1 GiB (it was seen to exceed its own limit by 85 %). */
  readonly memoryBytes: number;
  readonly threads: number;
  readonly maxTempBytes: number;
}

/** What a process is given before it starts, inside the directory that is its own. */
export interface Preparation {
  readonly tempDir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** How a kind of engine process is started. */
export interface Launch {
  /** The file Node runs. */
  readonly entry: string;
  /** More options of Node's. */
  readonly nodeOptions?: readonly string[];
  /** Where in its own directory the process works and spills; made when missing. */
  readonly workDir?: string;
  /** Processor seconds and size of one file, where the kind has such limits. */
  readonly cpuSeconds?: number;
  readonly maxFileBytes?: number;
  /** A confining program and its arguments, put before Node. */
  readonly confine?: (preparation: Preparation) => readonly string[];
}

export const ENGINE_LAUNCH: Launch = { entry: join(import.meta.dirname, "child-main.ts") };

/** Of writable mappings, which is what RLIMIT_DATA counts, an idle process already has 640 MiB. */
const OVERHEAD_BYTES = 1024 * 1024 * 1024;
const BLOCK_BYTES = 512;

/** A limit that cannot be set was already lower, and stays. File descriptor 3 is Node's channel and must be left alone. */
const SET_LIMITS = [
  'ulimit -c 0; ulimit -d "$1"; ulimit -t "$2"; ulimit -f "$3"',
  // The same limit has another letter in some shells.
  'ulimit -u "$4" || ulimit -p "$4"',
]
  .map((line) => `{ ${line}; } 2>/dev/null`)
  .concat('shift 4; exec "$@"')
  .join("; ");
const UNLIMITED = "unlimited";

/**
 * Half of what this account may have. The limit counts all of the account's processes and threads, the server's among them, so
 * that a smaller one could stop engine processes from starting; this one leaves the server enough to go on.
 */
function maxAccountProcesses(): string {
  const own = /^Max processes\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
  return own === undefined ? UNLIMITED : String(Math.ceil(Number(own) / 2));
}

export function childEnvironment(workDir: string, compileCacheDir: string | undefined): Record<string, string> {
  return {
    PATH: "/usr/bin:/bin",
    HOME: workDir,
    TMPDIR: workDir,
    TZ: "UTC",
    LANG: "C.UTF-8",
    // Each running query holds a libuv thread; with the default of 4 file reads starve behind them.
    UV_THREADPOOL_SIZE: "8",
    ...(compileCacheDir === undefined ? {} : { NODE_COMPILE_CACHE: compileCacheDir }),
  };
}

/** The command that starts a process with its limits set; limits of the operating system exist on Linux only. */
export function launchCommand<S extends Pick<ChildSettings, "memoryBytes">>(launch: Launch, settings: S, preparation: Preparation): readonly string[] {
  const node = [process.execPath, "--max-old-space-size=256", ...(launch.nodeOptions ?? []), launch.entry, JSON.stringify(settings)];
  if (process.platform !== "linux") return node;
  const kilobytes = Math.floor((settings.memoryBytes * 2 + OVERHEAD_BYTES) / 1024);
  const blocks = launch.maxFileBytes === undefined ? UNLIMITED : String(Math.ceil(launch.maxFileBytes / BLOCK_BYTES));
  const limits = [String(kilobytes), String(launch.cpuSeconds ?? UNLIMITED), blocks, maxAccountProcesses()];
  return ["/bin/sh", "-c", SET_LIMITS, "sh", ...limits, ...(launch.confine?.(preparation) ?? []), ...node];
}
