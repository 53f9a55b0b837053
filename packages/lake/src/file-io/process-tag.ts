import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

function readOr(read: () => string, fallback: string): string {
  try {
    return read().trim();
  } catch {
    return fallback;
  }
}

/** Where process ids mean the same: one boot of one machine, and within it one container. */
const SPACE = createHash("sha256")
  .update(readOr(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"), hostname()))
  .update(readOr(() => readlinkSync("/proc/self/ns/pid"), ""))
  .digest("hex")
  .slice(0, 12);

/** When a process began, in ticks since the boot; empty where the system does not tell, undefined when there is no such process. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch (error) {
    if (process.platform === "linux" && (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    return "";
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Names this process in the names of its files, so that others can tell whether it still lives. Has no dash. */
export const PROCESS_TAG = `${SPACE}.${process.pid}.${startOf(process.pid) ?? ""}`;

/** Whether the process that a tag names still lives; undefined when it runs elsewhere, or the tag is none. */
export function isAlive(tag: string): boolean | undefined {
  const [space, pid, start] = tag.split(".");
  if (space !== SPACE || pid === undefined || !/^\d+$/.test(pid)) return undefined;
  return isRunning(Number(pid)) && startOf(Number(pid)) === start;
}
