const CONNECTION_STATES = new Set(["57P01", "57P02", "57P03", "53300", "08000", "08001", "08003", "08004", "08006"]);
const NETWORK_CODES = new Set(["ECONNREFUSED", "ECONNRESET", "ENOENT", "EPIPE", "ETIMEDOUT", "ENOTFOUND"]);
const CONNECTION_MESSAGES = /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|not queryable/i;
const RETRYABLE_STATES = new Set(["40001", "40P01"]);

function codeOf(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : undefined;
}

/** Whether the database could not be reached or went away, so that the same request may succeed later. */
export function isConnectionFailure(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined && CONNECTION_STATES.has(code)) return true;
  if (!(error instanceof Error)) return false;
  if (code !== undefined && NETWORK_CODES.has(code) && "syscall" in error) return /connect|read|write/.test(String(error.syscall));
  return CONNECTION_MESSAGES.test(error.message);
}

/** Whether a transaction lost against another and may simply run again. */
export function isRetryable(error: unknown): boolean {
  return RETRYABLE_STATES.has(codeOf(error) ?? "");
}

/** Whether a row broke a unique constraint or index of this name. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (codeOf(error) !== "23505") return false;
  return constraint === undefined || (error as { constraint?: string }).constraint === constraint;
}

/** Whether a text held the NUL character, which PostgreSQL cannot store. */
export function isUnstorableText(error: unknown): boolean {
  const code = codeOf(error);
  return code === "22021" || code === "22P05";
}
