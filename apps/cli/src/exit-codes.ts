import { isApiError } from "@granary/client";
import { type ErrorCode, ERRORS } from "@granary/protocol";
import { CommanderError } from "commander";

/** Every exit code of `granary` and what it means; docs/reference/cli.md lists them from here. */
export const EXIT_CODES = {
  ok: [0, "Done."],
  failure: [1, "The server refused the request, or something failed here."],
  usage: [2, "The command line is wrong: unknown command or option, missing or malformed argument."],
  notSignedIn: [3, "Not signed in, or the sign-in has ended."],
  forbidden: [4, "Signed in, but not allowed to do this."],
  notFound: [5, "There is no such thing here."],
  conflict: [6, "Somebody else changed it, or it is in another state than the command needs."],
  unreachable: [7, "The server cannot be reached, or cannot answer now. Try again later."],
} as const satisfies Record<string, readonly [number, string]>;

export type Outcome = keyof typeof EXIT_CODES;

/** An error of the command line itself, with what to do about it. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly outcome: Outcome;

  constructor(outcome: Outcome, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.outcome = outcome;
  }
}

const BY_STATUS: Readonly<Record<number, Outcome>> = {
  0: "unreachable",
  401: "notSignedIn",
  403: "forbidden",
  404: "notFound",
  409: "conflict",
  412: "conflict",
  428: "conflict",
  502: "unreachable",
  503: "unreachable",
  504: "unreachable",
};

/** The outcome of an error that is told by its code alone, as the ends of queries and jobs are. */
export function outcomeOfCode(code: string): Outcome {
  const status = Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode].status : 0;
  return BY_STATUS[status] ?? "failure";
}

export function outcomeOf(error: unknown): Outcome {
  if (error instanceof CliError) return error.outcome;
  if (error instanceof CommanderError) return error.exitCode === 0 ? "ok" : "usage";
  if (isApiError(error)) return BY_STATUS[error.status] ?? "failure";
  return "failure";
}
