import type { AppError, Issue } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { ChildFault } from "./messages.ts";

const megabytes = (bytes: number): string => `${Math.round(bytes / (1024 * 1024))} MiB`;

const isOutOfMemory = (text: string): boolean =>
  /Out of Memory|bad_alloc|heap out of memory|could not allocate|Allocation failure|failed to allocate/i.test(text);
const isOutOfSpace = (text: string): boolean => /No space left on device|ENOSPC|max_temp_directory_size/i.test(text);

/** The platform's error for a request that an engine process answered with a fault. */
export function requestError(fault: ChildFault, memoryBytes: number): AppError {
  if (fault.kind === "fault") {
    const { issues, ...params } = fault.params;
    return Array.isArray(issues) ? problem(fault.code, params, { issues: issues as readonly Issue[] }) : problem(fault.code, params);
  }
  const cause = new Error(fault.message);
  // Its own temp directory being full also reads "Out of Memory", so space is looked at first.
  if (isOutOfSpace(fault.message)) return problem("storage.full", {}, { cause });
  if (isOutOfMemory(fault.message)) return problem("engine.out_of_memory", { limit: megabytes(memoryBytes) }, { cause });
  return problem("engine.statement_failed", {}, { cause });
}

/** How an engine process ended by itself. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to stderr. */
  readonly lastWords: string;
}

/** The platform's error for requests that were under way when an engine process ended. */
export function exitError(exit: ChildExit, memoryBytes: number): AppError {
  const cause = new Error(exit.lastWords === "" ? "the engine process left no message" : exit.lastWords);
  if (isOutOfMemory(exit.lastWords)) return problem("engine.out_of_memory", { limit: megabytes(memoryBytes) }, { cause });
  if (exit.signal === "SIGKILL") return problem("engine.crashed", { reason: "killed from outside, perhaps because the machine ran out of memory" }, { cause });
  return problem("engine.crashed", { reason: exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}` }, { cause });
}
