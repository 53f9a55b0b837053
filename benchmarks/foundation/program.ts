import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

export interface RunningProgram {
  readonly url: string;
  readonly child: ChildProcess;
  /** Milliseconds from the launcher's start to the first good answer. */
  readonly startMs: number;
  stop(): Promise<void>;
}

const START_DEADLINE_MS = 120_000;

/** Runs the program as `npm start` does and waits for its first answer. */
export async function startProgram(dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<RunningProgram> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const began = performance.now();
  const child = spawn("node", ["scripts/granary.mjs", "start"], {
    cwd: ROOT,
    env: {
      ...process.env,
      GRANARY_DATA: dataDir,
      GRANARY_PORT: String(port),
      GRANARY_ADMIN_EMAIL: "bench@example.com",
      GRANARY_ADMIN_PASSWORD: "bench-only-Wheat-9417-silo",
      ...env,
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  while (!(await answers(`${url}/health/ready`))) {
    if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode} before it answered`);
    if (performance.now() - began > START_DEADLINE_MS) throw new Error("the program did not answer in time");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const startMs = performance.now() - began;
  return {
    url,
    child,
    startMs,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

interface ProcessMemory {
  readonly pid: number;
  readonly command: string;
  readonly rssMb: number;
  readonly pssMb: number;
}

function field(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) / 1_024;
}

function memoryOf(pid: number): ProcessMemory | undefined {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    const rssMb = field(readFileSync(`/proc/${pid}/status`, "utf8"), "VmRSS");
    return { pid, command, rssMb, pssMb: field(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"), "Pss") };
  } catch {
    return undefined;
  }
}

/** Memory of every process that works for a data directory: those below the launcher, and the database server by its directory. */
export function memoryOfProgram(launcherPid: number, dataDir: string): ProcessMemory[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = readFileSync(`/proc/${name}/stat`, "utf8");
      parents.set(Number(name), Number(status.slice(status.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // The process ended between the listing and the reading.
    }
  }
  const isBelow = (pid: number): boolean => {
    for (let current: number | undefined = pid; current !== undefined && current > 1; current = parents.get(current)) if (current === launcherPid) return true;
    return false;
  };
  const postmasters = [...parents.keys()].filter((pid) => memoryOf(pid)?.command.includes(`-D ${dataDir}/postgres`) === true);
  const belongs = (pid: number): boolean => isBelow(pid) || postmasters.includes(pid) || postmasters.includes(parents.get(pid) ?? -1);
  return [...parents.keys()].filter(belongs).flatMap((pid) => memoryOf(pid) ?? []);
}
