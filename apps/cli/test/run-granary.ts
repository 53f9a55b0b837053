import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ChildOptions, type FinishedChild, type RunningChild, startScript } from "@granary/testkit";

const SCRIPT = fileURLToPath(new URL("../src/granary.ts", import.meta.url));

/** A person's home with its own credentials. */
export interface Home extends AsyncDisposable {
  readonly directory: string;
  readonly credentials: string;
  start(args: readonly string[], options?: ChildOptions): RunningChild;
  run(args: readonly string[], options?: ChildOptions): Promise<FinishedChild>;
}

/** Makes a home. Commands of it reach `server` unless they name another. */
export async function createHome(server: string): Promise<Home> {
  const directory = await mkdtemp(join(tmpdir(), "granary-cli-"));
  const start: Home["start"] = (args, options = {}) =>
    startScript(SCRIPT, args, { ...options, env: { XDG_CONFIG_HOME: directory, GRANARY_SERVER: server, ...options.env } });
  return {
    directory,
    credentials: join(directory, "granary", "credentials.json"),
    start,
    run: (args, options) => start(args, options).finished,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
