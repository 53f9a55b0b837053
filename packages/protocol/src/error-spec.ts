/**
 * What a caller may do about an error: nothing will help (`never`), read again and decide (`reread`),
 * or send the same request later (`later`).
 */
export type RetryHint = "never" | "reread" | "later";

/** What a code of the catalogue stands for. */
export interface ErrorSpec {
  readonly status: number;
  readonly retry: RetryHint;
  /** Shown to people. `{name}` is replaced by the parameter of that name. */
  readonly message: string;
}
