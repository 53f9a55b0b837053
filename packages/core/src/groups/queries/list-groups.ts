import type { Id } from "@granary/kernel";
import { decodeCursor, type Group, type GroupMember, problem, toPage } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentGroup } from "../present.ts";
import { findGroupRow, listGroupRows, listMemberRows } from "../store.ts";

interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** The groups of the workspace by name. */
export async function listGroups(ctx: Ctx, query: PageQuery & { readonly search?: string | undefined }): Promise<{ items: Group[]; next: string | null }> {
  const after = decodeCursor(query.cursor, 2) as [string, string] | undefined;
  const rows = await listGroupRows(ctx.db, { search: query.search, limit: query.limit, after });
  return toPage(
    rows,
    query.limit,
    (row) => presentGroup(ctx.principal, row),
    (row) => [row.sort_name, row.id],
  );
}

export async function getGroup(ctx: Ctx, idOrName: string): Promise<Group> {
  const row = await findGroupRow(ctx.db, idOrName);
  if (row === undefined) throw problem("group.not_found");
  return presentGroup(ctx.principal, row);
}

/** The members of a group by name. */
export async function listGroupMembers(ctx: Ctx, idOrName: string, query: PageQuery): Promise<{ items: GroupMember[]; next: string | null }> {
  const after = decodeCursor(query.cursor, 2) as [string, string] | undefined;
  const group = await findGroupRow(ctx.db, idOrName);
  if (group === undefined) throw problem("group.not_found");
  const rows = await listMemberRows(ctx.db, group.id, { limit: query.limit, after });
  return toPage(
    rows,
    query.limit,
    (row) => ({ id: row.id as Id<"user">, name: row.name, email: row.email, status: row.status as GroupMember["status"], addedAt: row.added_at.toISOString() }),
    (row) => [row.sort_name, row.id],
  );
}
