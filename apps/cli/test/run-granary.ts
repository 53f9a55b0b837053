import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../src/granary.ts", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Waits for output on one of the streams that matches; fails when the command ends first. */
  sees(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpMatchArray>;
}

/** A person's home with its own credentials. */
export interface Home extends AsyncDisposable {
  readonly directory: string;
  readonly credentials: string;
  start(args: readonly string[], options?: { env?: Readonly<Record<string, string>>; input?: string }): Running;
  run(args: readonly string[], options?: { env?: Readonly<Record<string, string>>; input?: string }): Promise<Finished>;
}

function follow(child: ChildProcess): Running {
  const texts = { stdout: "", stderr: "" };
  const watchers = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (part: string) => {
      texts[name] += part;
      for (const watch of watchers) watch();
    });
  }
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...texts }));
  });
  return {
    child,
    finished,
    sees: (stream, pattern) =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          const found = texts[stream].match(pattern);
          if (found === null) return;
          watchers.delete(watch);
          resolve(found);
        };
        watchers.add(watch);
        watch();
        finished.then(({ stdout, stderr }) => reject(new Error(`the command ended without ${String(pattern)}:\n${stdout}\n${stderr}`)), reject);
      }),
  };
}

/** The variables of a test's own surroundings that a command needs; none of the developer's settings. */
const PASSED = ["PATH", "HOME", "TMPDIR"];

/** Makes a home. Commands of it reach `server` unless they name another. */
export async function createHome(server: string): Promise<Home> {
  const directory = await mkdtemp(join(tmpdir(), "granary-cli-"));
  const start: Home["start"] = (args, options = {}) => {
    const passed = Object.fromEntries(PASSED.map((name) => [name, process.env[name] ?? ""]));
    const env = { ...passed, XDG_CONFIG_HOME: directory, GRANARY_SERVER: server, ...options.env };
    const child = spawn(process.execPath, [SCRIPT, ...args], { env, stdio: ["pipe", "pipe", "pipe"] });
    child.stdin?.end(options.input ?? "");
    return follow(child);
  };
  return {
    directory,
    credentials: join(directory, "granary", "credentials.json"),
    start,
    run: (args, options) => start(args, options).finished,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
