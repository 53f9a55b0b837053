import type { Id } from "@granary/kernel";
import type { ChangeComment } from "@granary/protocol";
import { atLeast, mayDo } from "../../access/index.ts";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { presentPerson } from "../present-revision.ts";
import { isAuthor } from "../readiness.ts";
import type { SeenChange } from "../seen-change.ts";
import type { CommentRow } from "./store.ts";

type Reader = Pick<Ctx | TxCtx, "principal">;

const isOwn = ({ principal }: Reader, { author_id }: CommentRow): boolean => author_id !== null && author_id === principal.userId;

export const mayEditComment = isOwn;

/** Who wrote it, who proposed the request and who reviews say that something is settled. */
export const mayResolveComment = (ctx: Reader, { row, dataset }: SeenChange, comment: CommentRow): boolean =>
  isOwn(ctx, comment) || isAuthor(row, ctx.principal.userId) || (mayDo(ctx.principal, "change:review") && atLeast(dataset.decision.level, "contributor"));

export const mayDeleteComment = (ctx: Reader, { dataset }: SeenChange, comment: CommentRow): boolean =>
  isOwn(ctx, comment) || atLeast(dataset.decision.level, "owner");

/** Keys are values: they are told to those who see the key columns as they are. */
function rowKeyOf({ dataset, current }: SeenChange, { row_key }: CommentRow): ChangeComment["rowKey"] {
  const keys = current?.changeSet?.keys ?? dataset.key_fields ?? [];
  if (row_key === null || dataset.decision.hides.rows || keys.some((fieldId) => dataset.decision.column(fieldId).visibility !== "visible")) return null;
  return JSON.parse(row_key) as (string | null)[];
}

/** A comment as somebody sees it who sees its request. */
export function presentComment(ctx: Reader, seen: SeenChange, row: CommentRow): ChangeComment {
  const column = (seen.dataset.columns ?? []).find(({ fieldId }) => fieldId === row.field_id);
  return {
    id: row.id as Id<"changeComment">,
    parentId: row.parent_id as Id<"changeComment"> | null,
    by: presentPerson(row.author_id, row.author_name),
    body: row.body,
    revision: row.revision,
    rowKey: rowKeyOf(seen, row),
    column: column?.name ?? null,
    at: row.created_at.toISOString(),
    editedAt: row.edited_at?.toISOString() ?? null,
    resolved: row.resolved_at === null ? null : { by: presentPerson(row.resolved_by, row.resolver_name), at: row.resolved_at.toISOString() },
    can: { edit: mayEditComment(ctx, row), resolve: mayResolveComment(ctx, seen, row), delete: mayDeleteComment(ctx, seen, row) },
  };
}
