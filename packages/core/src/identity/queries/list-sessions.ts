import { decodeCursor, type Session, toPage } from "@granary/protocol";
import { type Ctx, requireUser } from "../../context/index.ts";
import { presentSession } from "../present.ts";
import { listSessionRows } from "../store/sessions.ts";

/** Where the caller is signed in, newest first. */
export async function listSessions(
  ctx: Ctx,
  query: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ items: Session[]; next: string | null }> {
  const after = decodeCursor(query.cursor, 1);
  const before = after === undefined ? undefined : String(after[0]);
  const rows = await listSessionRows(ctx.system.db, requireUser(ctx.principal), { now: ctx.services.clock.now(), limit: query.limit, before });
  return toPage(
    rows,
    query.limit,
    (row) => presentSession(row, ctx.principal.sessionId),
    (row) => [row.id],
  );
}
