import { Fault } from "../fault.ts";
import type { ChildFault } from "./messages.ts";

/** What an engine process answers when a request failed inside it. */
export function describeFault(error: unknown): ChildFault {
  if (error instanceof Fault) return { kind: "fault", code: error.code, params: error.params };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: error instanceof TypeError || error instanceof RangeError ? "defect" : "engine", message };
}
