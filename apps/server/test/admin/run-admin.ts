import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ChildOptions, type FinishedChild, type RunningChild, startScript } from "@granary/testkit";

const ADMIN = fileURLToPath(new URL("../../src/admin/main.ts", import.meta.url));
const PROGRAM = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** Programs and databases start and stop many times in one test, on machines that do other things too. */
export const PATIENCE_MS = 240_000;

/** A scratch directory with an installation in `data`, and the programs that work on it. */
export interface Site extends AsyncDisposable {
  readonly directory: string;
  path(name: string): string;
  admin(args: readonly string[], options?: ChildOptions): Promise<FinishedChild>;
  startAdmin(args: readonly string[], options?: ChildOptions): RunningChild;
  /** The server itself, on a free port, until it is told to stop. */
  startServer(options?: ChildOptions): RunningChild;
}

export async function createSite(): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), "granary-admin-"));
  const running = new Set<RunningChild>();
  const start = (script: string, args: readonly string[], options: ChildOptions = {}): RunningChild => {
    const env = { GRANARY_DATA: join(directory, "data"), GRANARY_PORT: "0", ...options.env };
    const program = startScript(script, args, { ...options, env });
    running.add(program);
    return program;
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
