import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { confirmOwnPassword } from "../own-password.ts";
import { requireSession } from "../person.ts";
import { holdAccount } from "../store/accounts.ts";
import { giveBackupCodes } from "./verify-second-factor.ts";

/** Ten new backup codes for the caller; the old ones stop working. */
export async function renewBackupCodes(ctx: Ctx, password: string): Promise<string[]> {
  const { userId } = requireSession(ctx.principal);
  await confirmOwnPassword(ctx, userId, password);
  return ctx.system.tx(async (ctx) => {
    const account = await holdAccount(ctx.db, userId);
    if (account?.totp_enabled_at == null) throw problem("auth.second_factor_off");
    const codes = await giveBackupCodes(ctx, userId);
    await ctx.record({ type: "user.backup_codes_renewed", subject: { id: userId, label: account.email } });
    return codes;
  });
}
