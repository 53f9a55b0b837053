import { problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { type Granted, grant, requireAccount } from "../open-session.ts";
import { asDoer } from "../person.ts";
import { REPLACED_TOKEN_GRACE_MS } from "../rules.ts";
import { holdLiveSession, holdRefreshToken, markRefreshTokenUsed, renewSession, retireTokens, revokeSessions, type SessionRow } from "../store/sessions.ts";
import { tokenHash } from "../tokens.ts";

type Outcome = { readonly granted: Granted } | { readonly refusal: Error };

/**
 * New tokens for a session, by its refresh token or, without one, by the live session of the request. A refresh token works
 * once: seen again it ends the session, since one of the two who showed it is not its owner.
 */
export async function refreshSession(ctx: Ctx, refreshToken: string | undefined): Promise<Granted> {
  const outcome = await ctx.system.tx((ctx) => (refreshToken === undefined ? byLiveSession(ctx) : byToken(ctx, tokenHash(refreshToken))));
  if ("refusal" in outcome) throw outcome.refusal;
  return outcome.granted;
}

async function byLiveSession(ctx: TxCtx): Promise<Outcome> {
  const { sessionId } = ctx.principal;
  const session = sessionId === null ? undefined : await holdLiveSession(ctx.db, sessionId, ctx.now);
  if (session === undefined) return { refusal: problem("auth.required") };
  if (session.second_factor_pending) return { refusal: problem("auth.second_factor_required") };
  return renew(ctx, session);
}

async function byToken(ctx: TxCtx, hash: Buffer): Promise<Outcome> {
  const token = await holdRefreshToken(ctx.db, hash, ctx.now);
  const session = token === undefined ? undefined : await holdLiveSession(ctx.db, token.session_id, ctx.now);
  if (token === undefined || session === undefined) return { refusal: problem("auth.refresh_invalid") };
  if (token.used_at !== null) return endForReuse(ctx, session);
  await markRefreshTokenUsed(ctx.db, hash, ctx.now);
  return renew(ctx, session);
}

async function endForReuse(ctx: TxCtx, session: SessionRow): Promise<Outcome> {
  const account = await requireAccount(ctx, session.user_id);
  await revokeSessions(ctx.db, account.id, { reason: "refresh_token_reused", now: ctx.now, only: session.id });
  await ctx.record({ type: "session.token_reused", principal: asDoer(account), result: "denied", subject: { id: session.id, label: account.email } });
  return { refusal: problem("auth.refresh_reused") };
}

async function renew(ctx: TxCtx, session: SessionRow): Promise<Outcome> {
  const account = await requireAccount(ctx, session.user_id);
  if (account.status === "inactive") return { refusal: problem("account.inactive") };
  await retireTokens(ctx.db, session.id, ["access", "cookie"], new Date(ctx.now.getTime() + REPLACED_TOKEN_GRACE_MS));
  await renewSession(ctx.db, session.id, ctx.now);
  const { id, expires_at: expiresAt, remember, client } = session;
  return { granted: await grant(ctx, account, { id, expiresAt, remember, client }) };
}
