import { decodeCursor, toPage, type Workspace } from "@granary/protocol";
import { type Ctx, requireUser } from "../../context/index.ts";
import { presentWorkspace } from "../present.ts";
import { listWorkspaceRows } from "../store.ts";

/** The workspaces the caller may enter: their own, or all for an instance administrator. */
export async function listWorkspaces(ctx: Ctx, query: { cursor?: string | undefined; limit: number }): Promise<{ items: Workspace[]; next: string | null }> {
  const after = decodeCursor(query.cursor, 2) as [string, string] | undefined;
  const userId = ctx.principal.instanceAdmin ? null : requireUser(ctx.principal);
  const rows = await listWorkspaceRows(ctx.system.db, userId, { limit: query.limit, after });
  return toPage(
    rows,
    query.limit,
    (row) => presentWorkspace(ctx.principal, row),
    (row) => [row.name, row.id],
  );
}
