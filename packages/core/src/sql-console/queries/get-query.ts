import { setTimeout as delay } from "node:timers/promises";
import { problem, type SqlQuery } from "@granary/protocol";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import { presentQuery } from "../present.ts";
import { findQueryRow, type QueryRow } from "../store.ts";

/** Queries of other processes are looked at so often. */
const LOOK_AGAIN_MS = 250;

/** The caller's own query. Others' are not there. */
export async function requireQuery(ctx: Ctx | TxCtx, id: string): Promise<QueryRow> {
  const row = await findQueryRow(ctx.db, requireUser(ctx.principal), id);
  if (row === undefined) throw problem("sql.query_not_found");
  return row;
}

/** Waits until a query of this process has ended, the time is over, or the caller goes away. */
export async function awaitEnd(ctx: Ctx, id: string, seconds: number): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([ctx.signal, over.signal]);
  const waited = delay(seconds * 1000, undefined, { signal }).catch(() => undefined);
  await Promise.race([ctx.services.queries.ended(id), waited]);
  over.abort();
}

/** A query as it is now, or when it has ended, at the latest after so many seconds. */
export async function getQuery(ctx: Ctx, id: string, seconds: number): Promise<SqlQuery> {
  const started = performance.now();
  for (;;) {
    const query = presentQuery(await requireQuery(ctx, id), ctx.services.clock.now());
    const left = seconds - (performance.now() - started) / 1000;
    if (query.status !== "running" || left <= 0 || ctx.signal.aborted) return query;
    await (ctx.services.queries.has(id) ? awaitEnd(ctx, id, left) : delay(Math.min(LOOK_AGAIN_MS, left * 1000)));
  }
}
