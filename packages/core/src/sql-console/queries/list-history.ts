import { decodeCursor, type SqlQuery, toPage } from "@granary/protocol";
import { type Ctx, requireUser } from "../../context/index.ts";
import { presentQuery } from "../present.ts";
import { listQueryRows } from "../store.ts";

interface HistoryQuery {
  readonly q?: string | undefined;
  readonly status?: SqlQuery["status"] | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** What the caller ran, newest first. */
export async function listHistory(ctx: Ctx, { q, status, cursor, limit }: HistoryQuery): Promise<{ items: SqlQuery[]; next: string | null }> {
  const after = decodeCursor(cursor, 1)?.[0];
  const now = ctx.services.clock.now();
  const rows = await listQueryRows(ctx.db, requireUser(ctx.principal), { q, status, now, after: after === undefined ? undefined : String(after), limit });
  return toPage(
    rows,
    limit,
    (row) => presentQuery(row, now),
    (row) => [row.id],
  );
}
