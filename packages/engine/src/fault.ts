import type { ErrorCode } from "@granary/protocol";

/** A fault found inside an engine process; the parent turns it into the error of the same code. Keeps the process from loading the catalogue. */
export class Fault extends Error {
  readonly code: ErrorCode;
  readonly params: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, params: Readonly<Record<string, unknown>> = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }
}
