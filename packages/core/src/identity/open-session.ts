import { newId } from "@granary/kernel";
import type { InstanceSettings, SecondFactorPending, SignedIn } from "@granary/protocol";
import type { TxCtx } from "../context/index.ts";
import { asDoer } from "./person.ts";
import { readInstanceSettings } from "../settings/index.ts";
import { presentAccount } from "./present.ts";
import { describeDevice, restrictionOf, SECOND_FACTOR_MINUTES } from "./rules.ts";
import { type AccountRow, findAccount, storeSignIn } from "./store/accounts.ts";
import { insertSession, insertSessionTokens, type SessionClient, type SessionTokenKind } from "./store/sessions.ts";
import { newToken, tokenHash } from "./tokens.ts";

/** A cookie for the browser; without `maxAgeS` it ends with the browser. */
export interface SessionCookie {
  readonly value: string;
  readonly maxAgeS: number | undefined;
}

/** What a sign-in answers, and the cookie that goes with it (null for other clients than browsers). */
export interface Granted<A = SignedIn> {
  readonly answer: A;
  readonly cookie: SessionCookie | null;
}

export interface SessionWish {
  readonly client: SessionClient;
  readonly remember: boolean;
}

/** When a session ends in any case, and after how long without requests. A command line keeps its session like "remember me". */
export function sessionTimes(
  settings: Pick<InstanceSettings, "session">,
  wish: SessionWish,
  now: Date,
): { readonly expiresAt: Date; readonly idleTimeoutS: number | null } {
  const isLong = wish.remember || wish.client === "cli";
  const seconds = isLong ? settings.session.remember : settings.session.lifetime;
  return { expiresAt: new Date(now.getTime() + seconds * 1_000), idleTimeoutS: isLong ? null : settings.session.idleTimeout };
}

interface TokenTarget {
  readonly sessionId: string;
  readonly sessionExpiresAt: Date;
  readonly kinds: readonly SessionTokenKind[];
}

/** Makes the tokens of a session; only their hashes are stored. */
async function issueTokens(
  ctx: TxCtx,
  target: TokenTarget,
): Promise<{ readonly secrets: Readonly<Partial<Record<SessionTokenKind, string>>>; readonly expiresIn: number }> {
  const accessUntil = Math.min(ctx.now.getTime() + ctx.services.config.session.accessTokenS * 1_000, target.sessionExpiresAt.getTime());
  const tokens = target.kinds.map((kind) => ({ kind, secret: newToken(kind), expiresAt: kind === "access" ? new Date(accessUntil) : target.sessionExpiresAt }));
  await insertSessionTokens(
    ctx.db,
    target.sessionId,
    tokens.map(({ kind, secret, expiresAt }) => ({ kind, hash: tokenHash(secret), expiresAt })),
  );
  const secrets = Object.fromEntries(tokens.map(({ kind, secret }) => [kind, secret]));
  return { secrets, expiresIn: Math.max(0, Math.floor((accessUntil - ctx.now.getTime()) / 1_000)) };
}

/** Starts a session for a person whose every factor was checked, and records the sign-in. */
export async function openSession(ctx: TxCtx, account: AccountRow, wish: SessionWish, data: Readonly<Record<string, unknown>> = {}): Promise<Granted> {
  const times = sessionTimes(await readInstanceSettings(ctx.db, ctx.services.config), wish, ctx.now);
  const sessionId = await startSession(ctx, account, wish, { ...times, secondFactorPending: false });
  return finishSignIn(ctx, { account, sessionId, wish, expiresAt: times.expiresAt, data });
}

/** Starts a session that may only bring the second factor. */
export async function openPendingSession(ctx: TxCtx, account: AccountRow, wish: SessionWish): Promise<Granted<SecondFactorPending>> {
  const expiresAt = new Date(ctx.now.getTime() + SECOND_FACTOR_MINUTES * 60_000);
  const idleTimeoutS = sessionTimes(await readInstanceSettings(ctx.db, ctx.services.config), wish, ctx.now).idleTimeoutS;
  const sessionId = await startSession(ctx, account, wish, { expiresAt, idleTimeoutS, secondFactorPending: true });
  const kinds: SessionTokenKind[] = wish.client === "web" ? ["access", "cookie"] : ["access"];
  const { secrets, expiresIn } = await issueTokens(ctx, { sessionId, sessionExpiresAt: expiresAt, kinds });
  return {
    answer: { status: "second_factor", accessToken: secrets.access ?? "", tokenType: "Bearer", expiresIn, secondFactorRequired: true },
    cookie: cookieOf(secrets.cookie, undefined),
  };
}

async function startSession(
  ctx: TxCtx,
  account: AccountRow,
  wish: SessionWish,
  kind: { readonly expiresAt: Date; readonly idleTimeoutS: number | null; readonly secondFactorPending: boolean },
): Promise<string> {
  const id = newId("session", ctx.now.getTime());
  await insertSession(ctx.db, { id, userId: account.id, now: ctx.now, ...wish, ...kind, ip: ctx.request.ip, userAgent: ctx.request.userAgent });
  return id;
}

interface Finish {
  readonly account: AccountRow;
  readonly sessionId: string;
  readonly wish: SessionWish;
  readonly expiresAt: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Hands out the tokens of a whole session and records the sign-in. */
export async function finishSignIn(ctx: TxCtx, { account, sessionId, wish, expiresAt, data }: Finish): Promise<Granted> {
  await storeSignIn(ctx.db, account.id, ctx.now);
  const granted = await grant(ctx, { ...account, last_sign_in_at: ctx.now }, { id: sessionId, expiresAt, ...wish });
  await ctx.record({
    type: "session.started",
    principal: asDoer(account),
    subject: { id: sessionId, label: describeDevice(ctx.request.userAgent) },
    data: { client: wish.client, remember: wish.remember, ...data },
  });
  return granted;
}

/** New tokens for a whole session, and the answer that carries them. */
export async function grant(ctx: TxCtx, account: AccountRow, session: SessionWish & { readonly id: string; readonly expiresAt: Date }): Promise<Granted> {
  const kinds: SessionTokenKind[] = session.client === "web" ? ["access", "refresh", "cookie"] : ["access", "refresh"];
  const { secrets, expiresIn } = await issueTokens(ctx, { sessionId: session.id, sessionExpiresAt: session.expiresAt, kinds });
  const restriction = restrictionOf({
    mustChangePassword: account.must_change_password,
    secondFactorDemanded: account.second_factor_demanded,
    secondFactorEnabled: account.totp_enabled_at !== null,
  });
  const maxAgeS = session.remember ? Math.floor((session.expiresAt.getTime() - ctx.now.getTime()) / 1_000) : undefined;
  return {
    answer: {
      status: "signed_in",
      accessToken: secrets.access ?? "",
      refreshToken: secrets.refresh ?? "",
      tokenType: "Bearer",
      expiresIn,
      secondFactorRequired: false,
      restriction,
      user: presentAccount(account),
    },
    cookie: cookieOf(secrets.cookie, maxAgeS),
  };
}

function cookieOf(value: string | undefined, maxAgeS: number | undefined): SessionCookie | null {
  return value === undefined ? null : { value, maxAgeS };
}

/** Reads the account again inside the transaction; it existed a moment ago and its row cannot be deleted by a sign-in. */
export async function requireAccount(ctx: TxCtx, userId: string): Promise<AccountRow> {
  const account = await findAccount(ctx.db, userId);
  if (account === undefined) throw new Error(`The account ${userId} vanished.`);
  return account;
}
