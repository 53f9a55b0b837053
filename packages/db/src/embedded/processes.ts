import { execFile } from "node:child_process";
import { readdir, readFile, readlink, realpath } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const hasProc = process.platform === "linux";

async function ps(pid: number, field: string): Promise<string | undefined> {
  try {
    return (await run("ps", ["-o", `${field}=`, "-p", String(pid)])).stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process of this id exists, whoever owns it. A process that died and was not yet collected does not count. */
export async function isAlive(pid: number): Promise<boolean> {
  if (hasProc) {
    const state = (await statFields(pid))?.[0];
    return state !== undefined && state !== "Z";
  }
  return isTaken(pid);
}

/** The fields of /proc/PID/stat after the command's closing bracket; the command itself may hold spaces and brackets. */
async function statFields(pid: number): Promise<readonly string[] | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

/** When the process began, as the system counts it: with the pid it names one process for as long as the machine is up. */
export async function startOf(pid: number): Promise<string | undefined> {
  return hasProc ? (await statFields(pid))?.[19] : ps(pid, "lstart");
}

/** What distinguishes this machine's boot and container from others that may share a directory with us. */
export async function processScope(): Promise<string> {
  if (!hasProc) return process.platform;
  const [boot, namespace] = await Promise.all([
    readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => ""),
    readlink("/proc/self/ns/pid").catch(() => ""),
  ]);
  return `${boot.trim()} ${namespace}`;
}

/** Whether the process is the PostgreSQL server of this data directory: the server works in its directory. */
export async function isPostmasterOf(pid: number, clusterDir: string): Promise<boolean> {
  if (!(await isAlive(pid))) return false;
  if (!hasProc) return (await ps(pid, "command"))?.includes(` -D ${clusterDir} `) ?? false;
  const [executable, directory] = await Promise.all([readlink(`/proc/${pid}/exe`).catch(() => ""), readlink(`/proc/${pid}/cwd`).catch(() => "")]);
  return /\/postgres( \(deleted\))?$/.test(executable) && directory === (await realpath(clusterDir));
}

/**
 * Whether a process still works in this data directory, as the server's backends do for a moment after it was killed.
 * Elsewhere than on Linux there is no way to tell, and the answer is no.
 */
export async function hasProcessIn(clusterDir: string): Promise<boolean> {
  if (!hasProc) return false;
  const directory = await realpath(clusterDir);
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const directories = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => "")));
  return directories.includes(directory);
}

/** Whether the number is taken, if only by a process that ended and that nobody collects; PostgreSQL cannot tell the two apart. */
export function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** How a person recognises a process: its command line, shortened. */
export async function describeProcess(pid: number): Promise<string> {
  const text = hasProc ? (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ").trim() : await ps(pid, "command");
  return text === undefined || text === "" ? "unknown command" : text.slice(0, 120);
}
