import { type ChangeRequest, type ChangeRevision, decodeCursor, problem, toPage } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { presentChange } from "../present.ts";
import { presentRevision } from "../present-revision.ts";
import { requireChange, type SeenChange } from "../seen-change.ts";
import { findRevisionRow, listRevisionRows, type RevisionRow } from "../store.ts";

/** A request as it is now. */
export async function getChange(ctx: Ctx, idOrNumber: string): Promise<ChangeRequest> {
  return presentChange(ctx, await requireChange(ctx, idOrNumber));
}

/** The revisions of a request, newest first. */
export async function listRevisions(
  ctx: Ctx,
  idOrNumber: string,
  query: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ items: ChangeRevision[]; next: string | null }> {
  const { row, dataset } = await requireChange(ctx, idOrNumber);
  const before = decodeCursor(query.cursor, 1)?.[0];
  const rows = await listRevisionRows(ctx.db, row.id, { before: before === undefined ? undefined : Number(before), limit: query.limit });
  const reader = { userId: ctx.principal.userId, current: row.revision };
  return toPage(
    rows,
    query.limit,
    (revision) => presentRevision(revision, dataset, reader),
    (revision) => [revision.number],
  );
}

/** A revision that can be looked at, the current one by default. Throws `change.not_ready` and `change.revision_not_found`. */
export async function requireRevision(ctx: Ctx | TxCtx, { row, current }: SeenChange, number: number | undefined): Promise<RevisionRow> {
  const found = number === undefined ? current : await findRevisionRow(ctx.db, row.id, number);
  if (found === undefined) throw number === undefined ? problem("change.not_ready") : problem("change.revision_not_found", { revision: number });
  if (found.state !== "ready") throw problem("change.not_ready");
  return found;
}
