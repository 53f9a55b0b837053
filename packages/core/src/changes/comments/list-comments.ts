import { type ChangeComment, decodeCursor, toPage } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { requireChange } from "../seen-change.ts";
import { presentComment } from "./present-comment.ts";
import { listCommentRows } from "./store.ts";

/** What was said about a request, oldest first. */
export async function listComments(
  ctx: Ctx,
  idOrNumber: string,
  query: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ items: ChangeComment[]; next: string | null }> {
  const seen = await requireChange(ctx, idOrNumber);
  const after = decodeCursor(query.cursor, 1)?.[0];
  const rows = await listCommentRows(ctx.db, seen.row.id, { after: after === undefined ? undefined : String(after), limit: query.limit });
  return toPage(
    rows,
    query.limit,
    (row) => presentComment(ctx, seen, row),
    (row) => [row.id],
  );
}
