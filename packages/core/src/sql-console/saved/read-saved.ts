import { decodeCursor, problem, type SavedQuery, toPage } from "@granary/protocol";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import { isOwn, presentSaved } from "./present.ts";
import { findSavedRow, listSavedRows, type SavedRow } from "./store.ts";

export async function requireSaved(ctx: Ctx | TxCtx, id: string): Promise<SavedRow> {
  const row = await findSavedRow(ctx.db, requireUser(ctx.principal), id);
  if (row === undefined) throw problem("saved_query.not_found");
  return row;
}

/** Shared queries are read by all and changed by who saved them. */
export async function requireOwnSaved(ctx: Ctx | TxCtx, id: string): Promise<SavedRow> {
  const row = await requireSaved(ctx, id);
  if (!isOwn(ctx.principal, row)) throw problem("access.denied", { permission: "owner of the saved query" });
  return row;
}

export async function getSaved(ctx: Ctx, id: string): Promise<SavedQuery> {
  return presentSaved(ctx.principal, await requireSaved(ctx, id));
}

interface ListQuery {
  readonly q?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** What the caller saved and what is shared with them, by name. */
export async function listSaved(ctx: Ctx, { q, cursor, limit }: ListQuery): Promise<{ items: SavedQuery[]; next: string | null }> {
  const [name, id] = decodeCursor(cursor, 2) ?? [];
  const after = name === undefined || id === undefined ? undefined : ([String(name), String(id)] as const);
  const rows = await listSavedRows(ctx.db, requireUser(ctx.principal), { q, after, limit });
  return toPage(
    rows,
    limit,
    (row) => presentSaved(ctx.principal, row),
    (row) => [row.sort_name, row.id],
  );
}
