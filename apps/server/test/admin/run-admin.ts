import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ADMIN = fileURLToPath(new URL("../../src/admin/main.ts", import.meta.url));
const PROGRAM = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves when the output matches; fails when the process ends first. */
  sees(pattern: RegExp): Promise<RegExpMatchArray>;
}

/** A scratch directory with an installation in `data`, and the programs that work on it. */
export interface Site extends AsyncDisposable {
  readonly directory: string;
  path(name: string): string;
  admin(args: readonly string[], options?: Options): Promise<Finished>;
  startAdmin(args: readonly string[], options?: Options): Running;
  /** The server itself, on a free port, until it is told to stop. */
  startServer(options?: Options): Running;
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
    sees: (pattern) =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          const found = (texts.stdout + texts.stderr).match(pattern);
          if (found !== null) resolve(found);
        };
        watchers.add(watch);
        watch();
        finished.then(({ stdout, stderr }) => reject(new Error(`ended without ${String(pattern)}:\n${stdout}\n${stderr}`)), reject);
      }),
  };
}

export async function createSite(): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), "granary-admin-"));
  const running = new Set<Running>();
  const start = (script: string, args: readonly string[], options: Options = {}): Running => {
    const passed = Object.fromEntries(["PATH", "HOME", "TMPDIR"].map((name) => [name, process.env[name] ?? ""]));
    const env = { ...passed, GRANARY_DATA: join(directory, "data"), GRANARY_PORT: "0", ...options.env };
    const child = spawn(process.execPath, [script, ...args], { env, stdio: ["pipe", "pipe", "pipe"] });
    child.stdin?.end(options.input ?? "");
    const process_ = follow(child);
    running.add(process_);
    return process_;
  };
  return {
    directory,
    path: (name) => join(directory, name),
    admin: (args, options) => start(ADMIN, args, options).finished,
    startAdmin: (args, options) => start(ADMIN, args, options),
    startServer: (options) => start(PROGRAM, [], options),
    async [Symbol.asyncDispose]() {
      for (const { child, finished } of running) {
        if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
        await finished;
      }
      await rm(directory, { recursive: true, force: true });
    },
  };
}
