import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const START_DEADLINE_MS = 120_000;

/** The administrator every program of a test or benchmark is started with; its data directory is thrown away. */
export const PROGRAM_ADMIN = { email: "admin@example.com", password: "throwaway-Wheat-9417-silo" } as const;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

export interface ProgramOptions {
  readonly dataDir: string;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** The whole program in processes of its own, as people start it. */
export interface RunningProgram extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The launcher's process. */
  readonly child: ChildProcess;
  /** Milliseconds from the launcher's start to the first good answer. */
  readonly startMs: number;
  /** Stops it as Ctrl-C does and waits for its end. */
  stop(): Promise<void>;
}

/** Runs the launcher with `start` and waits until the server is ready. */
export async function startProgram(options: ProgramOptions): Promise<RunningProgram> {
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const began = performance.now();
  const child = spawn("node", ["scripts/granary.mjs", "start"], {
    cwd: ROOT,
    env: {
      ...process.env,
      GRANARY_DATA: options.dataDir,
      GRANARY_PORT: String(port),
      GRANARY_ADMIN_EMAIL: PROGRAM_ADMIN.email,
      GRANARY_ADMIN_PASSWORD: PROGRAM_ADMIN.password,
      ...options.env,
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await exited;
  };
  while (!(await answers(`${url}/health/ready`))) {
    if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode} before it was ready`);
    if (performance.now() - began > START_DEADLINE_MS) throw new Error("the program was not ready in time");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { url, port, child, startMs: performance.now() - began, stop, [Symbol.asyncDispose]: stop };
}
