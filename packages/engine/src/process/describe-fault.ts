import { Fault } from "../fault.ts";
import type { ChildFault } from "./messages.ts";

/** The engine quotes the statement at the end of some messages, and with it the secrets of masks. */
const QUOTED_STATEMENT = /\n+LINE \d+:[\s\S]*$/;

/** What an engine process answers when a request failed inside it. */
export function describeFault(error: unknown): ChildFault {
  if (error instanceof Fault) return { kind: "fault", code: error.code, params: error.params };
  const message = (error instanceof Error ? error.message : String(error)).replace(QUOTED_STATEMENT, "");
  return { kind: error instanceof TypeError || error instanceof RangeError ? "defect" : "engine", message };
}
