import { readdirSync, readFileSync } from "node:fs";
import type { RunningProgram } from "@granary/testkit/program";

const SAMPLE_MS = 50;

interface Process {
  readonly parent: number;
  readonly command: string;
  readonly bytes: number;
}

function processes(): ReadonlyMap<number, Process> {
  const found = new Map<number, Process>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = readFileSync(`/proc/${name}/status`, "utf8");
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
      found.set(Number(name), { parent: Number(/PPid:\s+(\d+)/.exec(status)?.[1]), command, bytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024 });
    } catch {
      // The process ended meanwhile.
    }
  }
  return found;
}

/** Processes of the program that carry work out: workers and what they start, its PostgreSQL and its server left out. */
function workBytes(program: RunningProgram): number {
  const all = processes();
  const isBelow = (pid: number, ancestor: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = all.get(at)?.parent) if (at === ancestor) return true;
    return false;
  };
  const workers = [...all]
    .filter(([pid, { command }]) => isBelow(pid, program.child.pid ?? -1) && /roles=worker|role.{0,3}worker/.test(command))
    .map(([pid]) => pid);
  return [...all].filter(([pid]) => workers.some((worker) => isBelow(pid, worker))).reduce((sum, [, { bytes }]) => sum + bytes, 0);
}

/** Runs work and tells how long it took, and what the program's workers and their processes took in memory at most. */
export async function watchedProgram<T>(
  program: RunningProgram,
  work: () => Promise<T>,
): Promise<{ readonly answer: T; readonly seconds: number; readonly peakBytes: number }> {
  let peakBytes = 0;
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, workBytes(program));
  }, SAMPLE_MS);
  const begun = performance.now();
  try {
    const answer = await work();
    return { answer, seconds: (performance.now() - begun) / 1000, peakBytes };
  } finally {
    clearInterval(timer);
  }
}
