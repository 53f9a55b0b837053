import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { asDoer } from "../person.ts";
import { requireAccount } from "../open-session.ts";
import { findAccountByEmail, storeEmailVerified } from "../store/accounts.ts";
import { takeOneTimeToken } from "../store/one-time-tokens.ts";
import { tokenHash } from "../tokens.ts";
import { sendVerification } from "./register.ts";

/** Confirms the address a link was sent to. The link does not sign in. */
export async function verifyEmail(ctx: Ctx, token: string): Promise<{ status: "verified"; email: string }> {
  return ctx.system.tx(async (ctx) => {
    const taken = await takeOneTimeToken(ctx.db, "verify_email", tokenHash(token), ctx.now);
    if (taken?.user_id == null) throw problem("auth.token_invalid");
    const account = await requireAccount(ctx, taken.user_id);
    // The address was changed after the link was sent: it would confirm one the person never saw.
    if (account.email !== taken.email) throw problem("auth.token_invalid");
    if (await storeEmailVerified(ctx.db, account.id, ctx.now)) {
      await ctx.record({ type: "user.email_verified", principal: asDoer(account), subject: { id: account.id, label: account.email } });
    }
    return { status: "verified", email: account.email };
  });
}

/** Mails another confirmation link, if the address waits for one; the answer does not tell. */
export async function resendVerification(ctx: Ctx, email: string): Promise<void> {
  await ctx.system.tx(async (ctx) => {
    const account = await findAccountByEmail(ctx.db, email);
    if (account !== undefined && account.email_verified_at === null && account.status === "active") await sendVerification(ctx, account);
  });
}
