import { type Connection, type ConnectionSummary, decodeCursor, problem, toPage } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { presentConnection, presentSummary } from "../present.ts";
import { type ConnectionRow, findConnectionRow, listConnectionRows } from "../store.ts";

/** Throws `connection.not_found`. */
export async function requireConnection(ctx: Ctx | TxCtx, idOrName: string): Promise<ConnectionRow> {
  const row = await findConnectionRow(ctx.db, idOrName);
  if (row === undefined) throw problem("connection.not_found");
  return row;
}

export async function getConnection(ctx: Ctx | TxCtx, idOrName: string): Promise<Connection> {
  return presentConnection(ctx.principal, await requireConnection(ctx, idOrName));
}

interface ListQuery {
  readonly kind?: readonly string[] | undefined;
  readonly q?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** The connections of the workspace, those changed last first. */
export async function listConnections(ctx: Ctx, { kind, q, cursor, limit }: ListQuery): Promise<{ items: ConnectionSummary[]; next: string | null }> {
  const [at, id] = decodeCursor(cursor, 2) ?? [];
  const after = at === undefined || id === undefined ? undefined : ([String(at), String(id)] as const);
  const rows = await listConnectionRows(ctx.db, { kinds: kind, q, after, limit });
  return toPage(
    rows,
    limit,
    (row) => presentSummary(ctx.principal, row),
    (row) => [row.updated_text, row.id],
  );
}
