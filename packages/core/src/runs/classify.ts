import { isConnectionFailure, isRetryable } from "@granary/db";
import { isAppError } from "@granary/kernel";
import { ERRORS, errorSpec, type FailureClass, type RunFault } from "@granary/protocol";

/** Codes that say more about trying again than their kind does. A key that ends with a dot stands for all of them. */
const BY_CODE: Readonly<Record<string, FailureClass>> = {
  "connection.rate_limited": "rate_limited",
  "connection.unreachable": "transient",
  "connection.lost": "transient",
  "engine.busy": "transient",
  "engine.crashed": "crashed",
  "engine.out_of_memory": "resource",
  "engine.deadline": "timeout",
  "engine.statement_failed": "config",
  "run.timeout": "timeout",
  "run.gate_failed": "data_gate",
  "file.too_many_rejected": "data_gate",
  "lake.values_mismatch": "data_gate",
  "lake.commit_conflict": "transient",
  "storage.": "transient",
  "storage.refused": "config",
  "job.worker_lost": "crashed",
  internal: "internal",
};

/** Of errors that systems name by SQLSTATE. */
const BY_SQLSTATE: readonly (readonly [prefix: string, FailureClass])[] = [
  ["08", "transient"],
  ["40", "transient"],
  ["53", "resource"],
  ["57014", "timeout"],
  ["57", "transient"],
  ["28", "config"],
  ["3D", "config"],
  ["42", "config"],
  ["22", "data_gate"],
  ["23", "data_gate"],
];

const BY_SYSTEM: Readonly<Record<string, FailureClass>> = {
  ENOSPC: "resource",
  EMFILE: "resource",
  ENOMEM: "resource",
  ECONNREFUSED: "transient",
  ECONNRESET: "transient",
  EPIPE: "transient",
  ETIMEDOUT: "timeout",
  ENOTFOUND: "transient",
  EAI_AGAIN: "transient",
};

const RETRIED: readonly FailureClass[] = ["transient", "rate_limited", "timeout", "resource", "crashed"];

/** Whether trying again can help. */
export const isRetried = (failure: FailureClass): boolean => RETRIED.includes(failure);

function byHttpStatus(status: number): FailureClass {
  if (status === 429) return "rate_limited";
  if (status === 408 || status === 504) return "timeout";
  return status >= 500 ? "transient" : "config";
}

function byForeignCode(error: object): FailureClass | undefined {
  const { code, status } = error as { readonly code?: unknown; readonly status?: unknown };
  if (typeof code === "string") {
    const known = BY_SYSTEM[code] ?? BY_SQLSTATE.find(([prefix]) => /^[0-9A-Z]{5}$/.test(code) && code.startsWith(prefix))?.[1];
    if (known !== undefined) return known;
  }
  return typeof status === "number" && status >= 400 ? byHttpStatus(status) : undefined;
}

/** Why something failed, by the error alone: our own by its code, others by SQLSTATE, system error or HTTP status. */
export function classify(error: unknown): FailureClass {
  if (isAppError(error)) {
    const known = BY_CODE[error.code] ?? BY_CODE[`${error.code.split(".")[0]}.`];
    return known ?? (errorSpec(error.code).retry === "later" ? "transient" : "config");
  }
  if (isConnectionFailure(error) || isRetryable(error)) return "transient";
  return (typeof error === "object" && error !== null ? byForeignCode(error) : undefined) ?? "internal";
}

const MAX_ISSUES = 100;

/** What people are shown of a failure: our own errors as they are, anything else without its detail. */
export function faultOf(error: unknown): RunFault {
  const failure = classify(error);
  if (!isAppError(error)) return { class: failure, code: "internal", message: ERRORS.internal.message, issues: [] };
  const issues = error.issues.slice(0, MAX_ISSUES).map(({ path, message }) => ({ path, message }));
  return { class: failure, code: error.code, message: error.message, issues };
}
