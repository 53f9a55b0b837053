import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { TOTP_PURPOSE } from "../check-code.ts";
import { confirmOwnPassword } from "../own-password.ts";
import { requireSession } from "../person.ts";
import { seal } from "../seal.ts";
import { holdAccount } from "../store/accounts.ts";
import { storeTotpSecret } from "../store/second-factor.ts";
import { newTotp } from "../totp.ts";

/** Makes an authenticator secret for the caller; it is in force once a code of it was verified. */
export async function beginSecondFactor(ctx: Ctx, password: string): Promise<{ secret: string; uri: string }> {
  const { userId } = requireSession(ctx.principal);
  const confirmed = await confirmOwnPassword(ctx, userId, password);
  const totp = await newTotp(confirmed.email);
  await ctx.system.tx(async (ctx) => {
    const account = await holdAccount(ctx.db, userId);
    if (account?.totp_enabled_at !== null) throw problem("auth.second_factor_already_on");
    await storeTotpSecret(ctx.db, userId, seal(ctx.services.config.secrets.encryptionKey, TOTP_PURPOSE, userId, totp.secret));
  });
  return totp;
}
