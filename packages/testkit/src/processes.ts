import { readdirSync, readFileSync } from "node:fs";

export interface ProcessInfo {
  readonly pid: number;
  readonly command: string;
  /** Resident memory in megabytes, and the same with pages shared between processes split among them. */
  readonly rssMb: number;
  readonly pssMb: number;
}

function megabytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) / 1_024;
}

function infoOf(pid: number): ProcessInfo | undefined {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    const rssMb = megabytes(readFileSync(`/proc/${pid}/status`, "utf8"), "VmRSS");
    return { pid, command, rssMb, pssMb: megabytes(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"), "Pss") };
  } catch {
    return undefined;
  }
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

/**
 * Every process that works for a data directory: the launcher and all below it, and the database server, which belongs to
 * nobody else. Linux only.
 */
export function processesOfProgram(launcherPid: number, dataDir: string): ProcessInfo[] {
  const pids = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const parents = new Map(pids.map((pid) => [pid, parentOf(pid)]));
  const isBelow = (pid: number): boolean => {
    for (let current: number | undefined = pid; current !== undefined && current > 1; current = parents.get(current)) {
      if (current === launcherPid) return true;
    }
    return false;
  };
  const postmasters = new Set(pids.filter((pid) => infoOf(pid)?.command.includes(`-D ${dataDir}/postgres`) === true));
  return pids.filter((pid) => isBelow(pid) || postmasters.has(pid) || postmasters.has(parents.get(pid) ?? -1)).flatMap((pid) => infoOf(pid) ?? []);
}

/** The parts of a program by what they do. */
export function partOf(process: ProcessInfo): "server" | "worker" | "engine" | "database" | "launcher" {
  if (process.command.includes("--roles=worker")) return "worker";
  if (process.command.includes("postgres")) return "database";
  if (process.command.includes("child-main")) return "engine";
  return process.command.includes("main.ts") ? "server" : "launcher";
}
