import { type AppError, isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { TimedOut } from "./deadline.ts";

/** Content that came other than it was stored; another try may bring it right. */
export class WrongContent extends Error {
  override readonly name = "WrongContent";
}

/** What an error of the SDK, of a socket or of a stream tells. */
interface Told {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

const TRANSIENT_NAMES: ReadonlySet<string> = new Set([
  "TimeoutError",
  "RequestTimeout",
  "RequestTimeTooSkewed",
  "SlowDown",
  "InternalError",
  "OperationAborted",
  "IncompleteBody",
  "BadDigest",
]);
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ERR_STREAM_PREMATURE_CLOSE",
]);
const TRANSIENT_STATUS: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
const FULL_NAMES: ReadonlySet<string> = new Set(["QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "InsufficientCapacity"]);

const told = (error: unknown): Told => (typeof error === "object" && error !== null ? error : {});

/** Whether the same request may succeed a moment later. */
export function mayPass(error: unknown): boolean {
  if (error instanceof TimedOut || error instanceof WrongContent) return true;
  const { name = "", code = "", $metadata } = told(error);
  if (FULL_NAMES.has(name)) return false;
  return TRANSIENT_NAMES.has(name) || TRANSIENT_CODES.has(code) || TRANSIENT_STATUS.has($metadata?.httpStatusCode ?? 0);
}

/** Whether the storage says that there is no such object; a missing bucket is another matter. */
function isMissing(error: unknown): boolean {
  const { name = "", $metadata } = told(error);
  return name === "NoSuchKey" || name === "NotFound" || ($metadata?.httpStatusCode === 404 && name !== "NoSuchBucket" && name !== "NoSuchUpload");
}

export const isMissingUpload = (error: unknown): boolean => told(error).name === "NoSuchUpload";

/** Whether the storage cannot delete many objects in one request, as some that are like S3. */
export function lacksBulkDelete(error: unknown): boolean {
  const { name = "", $metadata } = told(error);
  return $metadata?.httpStatusCode === 501 || ["NotImplemented", "MissingContentMD5", "InvalidRequest", "MethodNotAllowed"].includes(name);
}

function isOutOfSpace(error: unknown): boolean {
  const { name = "", code = "", $metadata } = told(error);
  return code === "ENOSPC" || code === "EDQUOT" || FULL_NAMES.has(name) || $metadata?.httpStatusCode === 507;
}

/** What the storage said in a few words. Errors of the SDK carry the whole request, so they are never passed on themselves. */
function reasonOf(error: unknown): { readonly reason: string; readonly cause: Error } {
  const { name = "Error", message = "", code, $metadata } = told(error);
  const status = $metadata?.httpStatusCode;
  const reason = error instanceof TimedOut || error instanceof WrongContent ? message : (code ?? name);
  const request = $metadata?.requestId === undefined ? "" : `, request ${$metadata.requestId}`;
  return {
    reason: status === undefined || status < 300 ? reason : `${reason}, HTTP ${status}`,
    cause: new Error(`${name}: ${message}${status === undefined ? "" : ` (HTTP ${status}${request})`}`),
  };
}

/** The platform's error for a failed request about a file. */
export function toProblem(error: unknown, name: string, operation: "stored" | "read" | "deleted" | "listed"): AppError {
  if (isAppError(error)) return error;
  const { reason, cause } = reasonOf(error);
  if (isOutOfSpace(error)) return problem("storage.full", {}, { cause });
  if (isMissing(error)) return problem("storage.missing", { name }, { cause });
  if (error instanceof WrongContent) return problem("storage.corrupt", { name, reason }, { cause });
  if (mayPass(error)) return problem("storage.unavailable", { name, operation, reason }, { cause });
  if (told(error).$metadata !== undefined) return problem("storage.refused", { name, operation, reason }, { cause });
  return problem("storage.failed", { name, operation, reason }, { cause });
}
