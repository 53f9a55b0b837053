import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Where a program of the system is. Throws with what to install where it is missing: a check that is left out is not passed. */
export function findProgram(name: string, debianPackage: string): string {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin", "/sbin"];
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  throw new Error(`${name} is missing. To get it: apt-get install -y --no-install-recommends ${debianPackage}`);
}

/** A server of the system that runs for a test. */
export interface ServerProcess extends AsyncDisposable {
  readonly child: ChildProcess;
}

interface ServerOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Resolves when it answers; tried until it does. */
  readonly isReady: () => Promise<boolean>;
  readonly timeoutMs?: number;
}

/** Starts a server and waits until it answers. */
export async function startServerProcess({ command, args, isReady, timeoutMs = 60_000 }: ServerOptions): Promise<ServerProcess> {
  const child = spawn(command, [...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => {
      output = `${output}${data.toString()}`.slice(-4_000);
    });
  const exited = once(child, "exit");
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await exited;
  };
  const deadline = Date.now() + timeoutMs;
  while (!(await isReady().catch(() => false))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`${command} did not start:\n${output}`);
    }
    await sleep(50);
  }
  return { child, [Symbol.asyncDispose]: stop };
}
