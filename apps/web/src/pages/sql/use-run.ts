import { ApiError } from "@granary/client";
import type { SqlProblem, SqlQuery } from "@granary/protocol";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { cancelSql, type QueryId, runSql, sqlQueryQuery } from "../../api/sql.ts";

/** How the last run stands. */
export type RunState =
  | { readonly kind: "idle" }
  | { readonly kind: "running"; readonly since: number }
  | { readonly kind: "cancelled" }
  | { readonly kind: "failed"; readonly error: unknown; readonly problem: SqlProblem | undefined };

export interface SqlRun {
  readonly state: RunState;
  /** Answers the query when it has ended well. */
  readonly run: (sql: string, maxRows: number) => Promise<SqlQuery | SqlProblem | undefined>;
  readonly cancel: () => void;
  readonly clear: () => void;
}

const IDLE: RunState = { kind: "idle" };

function problemOf(error: unknown): SqlProblem | undefined {
  if (!(error instanceof ApiError) || !error.code.startsWith("sql.")) return undefined;
  return { code: error.code, message: error.message, line: error.place?.line ?? null, column: error.place?.column ?? null };
}

/** One query at a time: running, cancelling, and what was wrong with it. */
export function useRun(): SqlRun {
  const client = useQueryClient();
  const [state, setState] = useState<RunState>(IDLE);
  const current = useRef<{ readonly gone: AbortController; id?: QueryId }>(null);
  const run = useCallback(
    async (sql: string, maxRows: number) => {
      const own: { readonly gone: AbortController; id?: QueryId } = { gone: new AbortController() };
      current.current = own;
      setState({ kind: "running", since: Date.now() });
      const settle = (next: RunState) => {
        if (current.current === own) setState(next);
      };
      try {
        const query = await runSql({ sql, maxRows, signal: own.gone.signal, onBegun: (id) => void (own.id = id) });
        client.setQueryData(sqlQueryQuery(query.id).queryKey, query);
        if (query.status === "succeeded") {
          settle(IDLE);
          return query;
        }
        if (query.status === "cancelled" || query.error === null) {
          settle({ kind: "cancelled" });
          return undefined;
        }
        settle({ kind: "failed", error: new ApiError(query.error.message, { status: 422, code: query.error.code }), problem: query.error });
        return query.error;
      } catch (error) {
        const problem = problemOf(error);
        settle(
          own.gone.signal.aborted || (error instanceof ApiError && error.code === "engine.cancelled")
            ? { kind: "cancelled" }
            : { kind: "failed", error, problem },
        );
        return problem;
      } finally {
        void client.invalidateQueries({ queryKey: ["sql", "history"] });
      }
    },
    [client],
  );
  const cancel = useCallback(() => {
    const running = current.current;
    if (running === null) return;
    // Before it has an id, going away cancels it.
    if (running.id === undefined) running.gone.abort();
    else void cancelSql(running.id).catch(() => running.gone.abort());
  }, []);
  useEffect(() => () => current.current?.gone.abort(), []);
  const clear = useCallback(() => setState(IDLE), []);
  return { state, run, cancel, clear };
}
