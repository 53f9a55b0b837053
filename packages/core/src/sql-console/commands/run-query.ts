import { isAppError, newId } from "@granary/kernel";
import { problem, type SqlQuery, type SqlRowsPage } from "@granary/protocol";
import { createCtx, type Ctx } from "../../context/index.ts";
import { presentQuery } from "../present.ts";
import { awaitEnd, requireQuery } from "../queries/get-query.ts";
import { readRows } from "../queries/read-rows.ts";
import { countRunning, insertQuery } from "../store.ts";
import { carryOut } from "./carry-out.ts";

export interface NewQuery {
  readonly sql: string;
  readonly at?: string | undefined;
  /** Rows of the first page. */
  readonly limit: number;
  readonly maxRows: number;
  /** Seconds to wait for the end. */
  readonly wait: number;
}

export interface RanQuery {
  readonly query: SqlQuery;
  readonly page: SqlRowsPage | null;
}

/** One person's queries at once; the engine's processes are everybody's. */
const MAX_RUNNING = 4;
/** Waiting for a process, and keeping the result. */
const LOST_AFTER_MS = 60_000;

async function begin(ctx: Ctx, sql: string): Promise<RanQuery> {
  return ctx.tx(async (ctx) => {
    if ((await countRunning(ctx)) >= MAX_RUNNING) throw problem("sql.too_many_running", { limit: MAX_RUNNING });
    const id = newId("query", ctx.now.getTime());
    const lostAt = new Date(ctx.now.getTime() + ctx.services.config.sql.timeoutS * 1000 + LOST_AFTER_MS);
    await insertQuery(ctx, { id, sql, lostAt });
    return { query: presentQuery(await requireQuery(ctx, id), ctx.now), page: null };
  });
}

/** What a query does outlives the request that began it, but not its program. */
function detached({ services, principal, request: { id, ip, userAgent, purpose = null }, log }: Ctx, signal: AbortSignal): Ctx {
  return createCtx({ services, principal, request: { id, ip, userAgent, purpose }, log, signal });
}

/**
 * Runs a query over what the caller may read and keeps its rows for them. Answers the first page when it has ended in time, and
 * otherwise the running query. Throws what is wrong with the query; whoever goes away meanwhile cancels it.
 */
export async function runQuery(ctx: Ctx, asked: NewQuery): Promise<RanQuery> {
  const begun = await begin(ctx, asked.sql);
  const { id } = begun.query;
  const { queries } = ctx.services;
  const running = queries.start(id, (signal) => carryOut(detached(ctx, signal), id, asked));
  running.catch((error: unknown) => {
    if (!isAppError(error)) ctx.log.error({ err: error, query: id }, "a SQL query ended unexpectedly");
  });
  await awaitEnd(ctx, id, asked.wait);
  // Throws what was wrong.
  if (!queries.has(id)) await running;
  if (ctx.signal.aborted) queries.cancel(id);
  const query = presentQuery(await requireQuery(ctx, id), ctx.services.clock.now());
  if (query.status !== "succeeded") return { query, page: null };
  return { query, page: await readRows(ctx, id, { limit: asked.limit, full: false }) };
}
