/** One thing wrong with an input: where (a path such as `body.email`, empty for the whole) and what. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

export interface AppErrorOptions {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly issues?: readonly Issue[];
  readonly cause?: unknown;
}

/**
 * The one error class of the platform. `code` is an entry of the catalogue in `protocol`,
 * which also holds its HTTP status and message; throw it through `problem()` there.
 */
export class AppError extends Error {
  readonly code: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly issues: readonly Issue[];

  constructor(code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.params = options.params ?? {};
    this.issues = options.issues ?? [];
  }
}

export function isAppError(error: unknown, code?: string): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code);
}
