import { type ChildProcess, spawn } from "node:child_process";

/** How a program ended. */
export interface FinishedChild {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs as a process of its own. */
export interface RunningChild {
  readonly child: ChildProcess;
  readonly finished: Promise<FinishedChild>;
  /** Resolves when the output of a stream matches; rejects with all output when the program ends first. */
  sees(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpMatchArray>;
}

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads; nothing when left out. */
  readonly input?: string;
}

/** The variables of a test's own surroundings that programs need; none of the developer's settings reaches them. */
const PASSED = ["PATH", "HOME", "TMPDIR"];

function follow(child: ChildProcess): RunningChild {
  const texts = { stdout: "", stderr: "" };
  const watchers = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (part: string) => {
      texts[name] += part;
      for (const watch of watchers) watch();
    });
  }
  const finished = new Promise<FinishedChild>((resolve, reject) => {
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
        finished.then(({ stdout, stderr }) => reject(new Error(`the program ended without ${String(pattern)}:\n${stdout}\n${stderr}`)), reject);
      }),
  };
}

/** Starts a script of ours as a person would, with these settings and no others. */
export function startScript(script: string, args: readonly string[], options: ChildOptions = {}): RunningChild {
  const passed = Object.fromEntries(PASSED.map((name) => [name, process.env[name] ?? ""]));
  const child = spawn(process.execPath, [script, ...args], { env: { ...passed, ...options.env }, stdio: ["pipe", "pipe", "pipe"] });
  // A program that ends without reading its input is no failure of the test.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(options.input ?? "");
  return follow(child);
}
