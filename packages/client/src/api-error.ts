import type { ErrorCode, ProblemBody, RetryHint } from "@granary/protocol";

/** Codes of failures that happen before the server could answer with one of its own. */
export type TransportCode = "network.unreachable" | "network.unreadable";

/** One thing wrong with a request: where (`body.email`, empty for the whole) and what. */
export interface ApiIssue {
  readonly path: string;
  readonly message: string;
}

interface ApiErrorFields {
  readonly status: number;
  readonly code: string;
  readonly issues?: readonly ApiIssue[];
  readonly requestId?: string | undefined;
  readonly retry?: RetryHint;
  readonly current?: unknown;
  readonly place?: ProblemBody["place"];
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/**
 * The one error a client throws. `message` is the sentence to show to people; `issues` lists everything wrong at once;
 * `current` is the object as it is now when an edit was stale. `status` is 0 when the server could not be reached.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly issues: readonly ApiIssue[];
  readonly requestId: string | undefined;
  readonly retry: RetryHint;
  readonly current: unknown;
  /** Where in the text of a query the error is. */
  readonly place: ProblemBody["place"];
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, fields: ApiErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.status = fields.status;
    this.code = fields.code;
    this.issues = fields.issues ?? [];
    this.requestId = fields.requestId;
    this.retry = fields.retry ?? "never";
    this.current = fields.current;
    this.place = fields.place;
    this.retryAfterSeconds = fields.retryAfterSeconds;
  }
}

/** Whether something thrown is an ApiError, and of one of the given codes when any are named. */
export function isApiError(error: unknown, ...codes: readonly (ErrorCode | TransportCode)[]): error is ApiError {
  return error instanceof ApiError && (codes.length === 0 || (codes as readonly string[]).includes(error.code));
}

/** The error for a request that never got an answer. An abort by the caller is not an error of ours and is thrown on as it is. */
export function unreachable(cause: unknown): ApiError {
  return new ApiError("The server cannot be reached. Check the connection and try again.", { status: 0, code: "network.unreachable", retry: "later", cause });
}

function isProblem(value: unknown): value is ProblemBody {
  return (
    typeof value === "object" && value !== null && "code" in value && typeof value.code === "string" && "detail" in value && typeof value.detail === "string"
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The error for an answer outside 200-299, read from its problem document or, failing that, from the status alone. */
export function errorFromAnswer(status: number, text: string, header: (name: string) => string | null): ApiError {
  const body = parse(text);
  const seconds = Number(header("retry-after") ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(seconds) ? seconds : undefined;
  if (isProblem(body)) {
    const { code, errors, requestId, retry, current, place } = body;
    return new ApiError(body.detail, { status, code, issues: errors ?? [], requestId, retry, current, place, retryAfterSeconds });
  }
  return new ApiError(`The server answered ${status} without an explanation. Something between here and Granary may be down.`, {
    status,
    code: "network.unreadable",
    retry: status >= 500 ? "later" : "never",
    requestId: header("granary-request-id") ?? undefined,
    retryAfterSeconds,
  });
}
