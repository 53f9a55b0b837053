import { decodeCursor, type Invitation, toPage } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentInvitation } from "../present.ts";
import { type InvitationStatus, listInvitationRows } from "../store.ts";

export interface InvitationQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly status?: InvitationStatus | undefined;
}

/** Invitations into the workspace, newest first. */
export async function listInvitations(ctx: Ctx, query: InvitationQuery): Promise<{ items: Invitation[]; next: string | null }> {
  const cursor = decodeCursor(query.cursor, 1) as [string] | undefined;
  const now = ctx.services.clock.now();
  const rows = await listInvitationRows(ctx.db, { status: query.status, before: cursor?.[0], limit: query.limit, now });
  return toPage(
    rows,
    query.limit,
    (row) => presentInvitation(ctx.principal, row, now),
    (row) => [row.id],
  );
}
