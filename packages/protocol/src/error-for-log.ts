import { isAppError } from "@granary/kernel";
import { errorSpec } from "./errors.ts";

interface LoggedError {
  readonly type: string;
  readonly code?: unknown;
  readonly message?: string;
  /** Where it was thrown, without the message. */
  readonly stack: string;
  readonly cause?: unknown;
}

const framesOf = (stack = ""): string =>
  stack
    .split("\n")
    .filter((line) => line.startsWith("    at "))
    .join("\n");

/**
 * An error as logs may keep it. What people are told of their own requests and files may quote values of tables, which logs
 * must not hold: of such an error stays its code and where it was thrown. Faults of the platform keep their message.
 */
export function errorForLog(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const isFault = !isAppError(error) || errorSpec(error.code).status >= 500;
  const logged: LoggedError = { type: error.name, stack: framesOf(error.stack) };
  const code = "code" in error ? { code: error.code } : {};
  if (!isFault) return { ...logged, ...code };
  return { ...logged, ...code, message: error.message, ...(error.cause === undefined ? {} : { cause: errorForLog(error.cause) }) };
}
