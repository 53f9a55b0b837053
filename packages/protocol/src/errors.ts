import { AppError, type AppErrorOptions } from "@granary/kernel";

/**
 * What a caller may do about an error: nothing will help (`never`), read again and decide (`reread`),
 * or send the same request later (`later`).
 */
export type RetryHint = "never" | "reread" | "later";

interface ErrorSpec {
  readonly status: number;
  readonly retry: RetryHint;
  /** Shown to people. `{name}` is replaced by the parameter of that name. */
  readonly message: string;
}

/** Every error the platform answers with. Documented in docs/errors.md; a test compares both ways. */
export const ERRORS = {
  "request.invalid": { status: 400, retry: "never", message: "The request is not valid. Correct what is listed and send it again." },
  "request.malformed": { status: 400, retry: "never", message: "The body could not be read as {expected}." },
  "request.too_large": { status: 413, retry: "never", message: "The body is larger than {limit}. Send less, or upload the data as a file." },
  "request.unsupported_media": { status: 415, retry: "never", message: "This address accepts {expected}." },
  "request.header_too_large": { status: 431, retry: "never", message: "The request's headers are too large." },
  "request.timeout": { status: 408, retry: "later", message: "The request took too long to arrive." },
  "request.rate_limited": { status: 429, retry: "later", message: "Too many requests. Try again in {seconds} s." },
  "request.idempotency_mismatch": { status: 422, retry: "never", message: "This Idempotency-Key was used before with a different request. Use a new key." },
  "request.idempotency_in_progress": { status: 409, retry: "later", message: "The first request with this Idempotency-Key is still running." },
  "request.precondition_required": { status: 428, retry: "reread", message: "Send If-Match with the version you read, so that nobody's edit is lost." },
  "route.not_found": { status: 404, retry: "never", message: "There is nothing at this address." },
  "route.method_not_allowed": { status: 405, retry: "never", message: "This address does not answer {method}." },
  "auth.required": { status: 401, retry: "never", message: "Sign in first." },
  "auth.origin_refused": { status: 403, retry: "never", message: "The request came from another site and was refused." },
  "access.denied": { status: 403, retry: "never", message: "You need the permission {permission} for this. Ask an administrator of the workspace." },
  "workspace.not_found": { status: 404, retry: "never", message: "There is no such workspace, or you are not a member of it." },
  "workspace.slug_taken": { status: 409, retry: "never", message: "The address {slug} is taken by another workspace. Choose another." },
  "edit.conflict": { status: 409, retry: "reread", message: "Somebody else changed this since you read it. Look at both versions and save again." },
  "database.unavailable": { status: 503, retry: "later", message: "The database cannot be reached right now. Nothing was changed; try again in a moment." },
  "server.stopping": { status: 503, retry: "later", message: "The server is stopping. Try again in a moment." },
  internal: { status: 500, retry: "later", message: "Something went wrong on our side. The request id helps an administrator find out why." },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;

export function errorSpec(code: string): ErrorSpec {
  return code in ERRORS ? ERRORS[code as ErrorCode] : ERRORS.internal;
}

/** Builds the error to throw for a catalogue entry; parameters fill the message's placeholders. */
export function problem(code: ErrorCode, params: Readonly<Record<string, unknown>> = {}, options: Omit<AppErrorOptions, "params"> = {}): AppError {
  const message = ERRORS[code].message.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ""));
  return new AppError(code, message, { ...options, params });
}
