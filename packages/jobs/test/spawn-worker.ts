import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ConnectionOptions } from "@granary/db";
import type { Timing } from "../src/index.ts";

export interface WorkerProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly owner: string;
  /** Waits for a message that has the key, and answers it. */
  says(key: "ready" | "began" | "committed" | "refused"): Promise<Record<string, unknown>>;
}

const SCRIPT = fileURLToPath(new URL("./worker-process.ts", import.meta.url));

/** Starts a worker process; disposing kills it. */
export async function spawnWorker(connection: ConnectionOptions, owner: string, timing: Partial<Timing>): Promise<WorkerProcess> {
  const child = fork(SCRIPT, [JSON.stringify({ connection, owner, timing })], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const heard: Record<string, unknown>[] = [];
  let changed = Promise.withResolvers<void>();
  child.on("message", (message) => {
    heard.push(message as Record<string, unknown>);
    changed.resolve();
    changed = Promise.withResolvers();
  });
  const process: WorkerProcess = {
    child,
    owner,
    async says(key) {
      for (;;) {
        const index = heard.findIndex((message) => key in message);
        if (index >= 0) return heard.splice(index, 1)[0] ?? {};
        await changed.promise;
      }
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
  await process.says("ready");
  return process;
}
