import { problem } from "@granary/protocol";
import type { TxCtx } from "../context/index.ts";
import { invitationStatus, isOpen } from "./rules.ts";
import { holdInvitation, type InvitationRow } from "./store.ts";

/** Holds an invitation that was neither accepted nor revoked, for a change. */
export async function holdOpen(ctx: TxCtx, id: string): Promise<InvitationRow> {
  const row = await holdInvitation(ctx.db, id);
  if (row === undefined) throw problem("invitation.not_found");
  const status = invitationStatus(row, ctx.now);
  if (!isOpen(status)) throw problem("invitation.closed", { status });
  return row;
}
