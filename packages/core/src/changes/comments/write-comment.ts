import { newId } from "@granary/kernel";
import { type ChangeComment, problem } from "@granary/protocol";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import { recordChange } from "../move-state.ts";
import { holdSeenChange, requireChange, type SeenChange } from "../seen-change.ts";
import { authorsOf, tell } from "../tell.ts";
import { touchChange } from "../touch-change.ts";
import { mayDeleteComment, mayEditComment, mayResolveComment, presentComment } from "./present-comment.ts";
import { type CommentRow, findCommentRow } from "./store.ts";

/** What somebody says, and about what: the request, a row, a cell. */
export interface NewComment {
  readonly body: string;
  readonly parentId?: string | undefined;
  readonly rowKey?: readonly (string | null)[] | undefined;
  readonly column?: string | undefined;
}

async function requireComment(ctx: Ctx | TxCtx, { row }: SeenChange, id: string): Promise<CommentRow> {
  const found = await findCommentRow(ctx.db, row.id, id);
  if (found === undefined) throw problem("change.comment_not_found");
  return found;
}

const invalid = (path: string, message: string): Error => problem("request.invalid", {}, { issues: [{ path, message }] });

function rowOf({ dataset, current }: SeenChange, rowKey: NewComment["rowKey"]): string | null {
  if (rowKey === undefined) return null;
  const keys = current?.changeSet?.keys ?? dataset.key_fields ?? [];
  if (rowKey.length !== keys.length) throw invalid("body.rowKey", `must have ${keys.length} values, one for each key column`);
  return JSON.stringify(rowKey);
}

function fieldOf({ dataset }: SeenChange, column: string | undefined): number | null {
  if (column === undefined) return null;
  const found = dataset.columns?.find(({ name }) => name === column);
  if (found === undefined) throw invalid("body.column", `there is no column called ${column}`);
  return found.fieldId;
}

/** Says something about a request, one of its rows or one of its cells. */
export function addComment(ctx: Ctx, idOrNumber: string, comment: NewComment): Promise<ChangeComment> {
  return ctx.tx(async (ctx) => {
    const seen = await holdSeenChange(ctx, idOrNumber);
    const parent = comment.parentId === undefined ? undefined : await requireComment(ctx, seen, comment.parentId);
    const id = newId("changeComment", ctx.now.getTime());
    const { row } = seen;
    // What is answered says what the answer is about.
    const place =
      parent === undefined
        ? { row_key: rowOf(seen, comment.rowKey), field_id: fieldOf(seen, comment.column) }
        : { row_key: parent.row_key, field_id: parent.field_id };
    const said = { parent_id: parent?.parent_id ?? parent?.id ?? null, body: comment.body, author_id: requireUser(ctx.principal), revision: row.revision };
    await ctx.db
      .insertInto("change_comments")
      .values({ id, workspace_id: ctx.workspaceId, change_id: row.id, ...place, ...said, created_at: ctx.now })
      .execute();
    await touchChange(ctx, row.id);
    await recordChange(ctx, row, { type: "change.commented", data: { comment: id } });
    const to = [...authorsOf(row), ...(parent?.author_id == null ? [] : [parent.author_id])];
    await tell(ctx, row, { to, kind: "change.commented", what: `was commented on by ${ctx.principal.name}` });
    return presentComment(ctx, await requireChange(ctx, row.id), await requireComment(ctx, seen, id));
  });
}

/** Changes a comment's words, or whether it is settled. */
export function editComment(
  ctx: Ctx,
  idOrNumber: string,
  commentId: string,
  { body, resolved }: { readonly body?: string | undefined; readonly resolved?: boolean | undefined },
): Promise<ChangeComment> {
  return ctx.tx(async (ctx) => {
    const seen = await requireChange(ctx, idOrNumber);
    const comment = await requireComment(ctx, seen, commentId);
    if (body !== undefined && !mayEditComment(ctx, comment)) throw problem("access.denied", { permission: "author of the comment" });
    if (resolved !== undefined && !mayResolveComment(ctx, seen, comment))
      throw problem("access.denied", { permission: "author or reviewer of the change request" });
    const settled = resolved === true ? { resolved_by: requireUser(ctx.principal), resolved_at: ctx.now } : { resolved_by: null, resolved_at: null };
    const values = { ...(body === undefined ? {} : { body, edited_at: ctx.now }), ...(resolved === undefined ? {} : settled) };
    if (Object.keys(values).length > 0) await ctx.db.updateTable("change_comments").set(values).where("id", "=", commentId).execute();
    return presentComment(ctx, seen, await requireComment(ctx, seen, commentId));
  });
}

/** What stands in place of a comment that others answered. */
const TAKEN_BACK = "(taken back)";

/** Takes a comment back. One that was answered leaves its place, so that the answers stay. */
export function deleteComment(ctx: Ctx, idOrNumber: string, commentId: string): Promise<undefined> {
  return ctx.tx(async (ctx) => {
    const seen = await requireChange(ctx, idOrNumber);
    const comment = await requireComment(ctx, seen, commentId);
    if (!mayDeleteComment(ctx, seen, comment)) throw problem("access.denied", { permission: "author of the comment" });
    if (comment.is_answered) await ctx.db.updateTable("change_comments").set({ body: TAKEN_BACK, edited_at: ctx.now }).where("id", "=", commentId).execute();
    else await ctx.db.deleteFrom("change_comments").where("id", "=", commentId).execute();
    return undefined;
  });
}
