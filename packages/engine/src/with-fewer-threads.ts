import { availableParallelism } from "node:os";
import { isAppError } from "@granary/kernel";
import type { Engine, WorkOptions } from "./engine.ts";
import type { EngineSession } from "./process/session.ts";

/** As many as a job gets unless it asks for fewer. */
const MOST_THREADS = 4;

/**
 * Runs a job like `engine.use`, and again with half the threads, down to one, while it ends with `engine.out_of_memory`: each
 * thread of a join or sort holds buffers of its own. `work` must be repeatable; files it wrote in a failed try are its own to replace.
 */
export async function withFewerThreads<T>(
  engine: Engine,
  options: Omit<WorkOptions, "kind">,
  work: (session: EngineSession, threads: number) => Promise<T>,
): Promise<T> {
  let threads = options.threads ?? Math.min(availableParallelism(), MOST_THREADS);
  for (;;) {
    const tried = threads;
    try {
      return await engine.use({ ...options, kind: "job", threads: tried }, (session) => work(session, tried));
    } catch (error) {
      if (tried <= 1 || !isAppError(error, "engine.out_of_memory")) throw error;
      threads = Math.floor(tried / 2);
    }
  }
}
