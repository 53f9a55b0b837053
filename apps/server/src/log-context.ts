import { AsyncLocalStorage } from "node:async_hooks";

/** Ids every log line of a request or job carries. */
export interface LogContext {
  requestId?: string;
  jobId?: string;
  userId?: string;
}

export const logContext = new AsyncLocalStorage<LogContext>();
