import { decodeCursor, problem, type RowEdit, toPage } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import type { DatasetRow } from "../../datasets/index.ts";
import { listEditRows } from "../edits/store.ts";
import { isAuthor } from "../readiness.ts";
import { requireChange } from "../seen-change.ts";
import type { KeptEdit } from "../source.ts";

/** An edit with its columns by name; columns that are gone or hidden by now are left out. */
function presentEdit(dataset: DatasetRow, { op, key, cells }: KeptEdit): RowEdit {
  const names = new Map((dataset.columns ?? []).map(({ fieldId, name }) => [fieldId, name]));
  const named = Object.fromEntries(
    Object.entries(cells).flatMap(([fieldId, value]) => {
      const name = names.get(Number(fieldId));
      return name === undefined ? [] : [[name, value]];
    }),
  );
  if (op === "add") return { op, cells: named };
  return op === "modify" ? { op, key: [...(key ?? [])], cells: named } : { op, key: [...(key ?? [])] };
}

/** The edited rows of a draft of the caller's. */
export async function listEdits(
  ctx: Ctx,
  idOrNumber: string,
  query: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ items: { rowId: string; edit: RowEdit }[]; next: string | null }> {
  const { row, dataset } = await requireChange(ctx, idOrNumber);
  if (!isAuthor(row, ctx.principal.userId)) throw problem("access.denied", { permission: "author of the change request" });
  const after = decodeCursor(query.cursor, 1)?.[0];
  const rows = await listEditRows(ctx.db, row.id, { after: after === undefined ? undefined : String(after), limit: query.limit });
  return toPage(
    rows,
    query.limit,
    ({ rowId, edit }) => ({ rowId, edit: presentEdit(dataset, edit) }),
    ({ rowId }) => [rowId],
  );
}
