import { isUniqueViolation } from "@granary/db";
import type { Id } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { mayMailStranger, queueMail } from "../../mail/index.ts";
import { issueVerificationLink } from "../links.ts";
import { type Granted, openSession } from "../open-session.ts";
import { hashPassword, requireGoodPassword } from "../password.ts";
import { asDoer } from "../person.ts";
import { readInstanceSettings } from "../../settings/index.ts";
import { type AccountRow, findAccountByEmail } from "../store/accounts.ts";
import { findLiveInvitation, type LiveInvitation } from "../store/invitations.ts";
import { findFirstWorkspace } from "../store/one-time-tokens.ts";
import { tokenHash } from "../tokens.ts";
import { joinByInvitation } from "./accept-invitation.ts";
import { createAccount } from "./create-account.ts";

export interface Registration {
  readonly email: string;
  readonly name: string;
  readonly password: string;
  readonly invitation?: string | undefined;
}

/**
 * Creates an account as the sign-up mode allows. Without an invitation the answer is null and tells nothing: a mail goes to
 * the address, whether it is new or has an account. With an invitation sent to this address the person is signed in at once.
 */
export async function register(ctx: Ctx, input: Registration): Promise<Granted | null> {
  const { signUp } = await readInstanceSettings(ctx.system.db, ctx.services.config);
  if (signUp === "closed") throw problem("auth.sign_up_closed");
  if (signUp === "invitation" && input.invitation === undefined) throw problem("auth.invitation_required");
  await requireGoodPassword(input.password, input, "password");
  const passwordHash = await hashPassword(input.password);
  const { invitation } = input;
  return invitation === undefined ? registerByMail(ctx, input, passwordHash) : registerByInvitation(ctx, { ...input, invitation }, passwordHash);
}

async function registerByMail(ctx: Ctx, input: Registration, passwordHash: string): Promise<null> {
  try {
    await ctx.system.tx(async (ctx) => {
      const known = await findAccountByEmail(ctx.db, input.email);
      if (known === undefined) await createUnverified(ctx, input, passwordHash);
      else await remind(ctx, known);
    });
  } catch (error) {
    if (!isUniqueViolation(error, "users_email_key")) throw error;
    // Somebody registered the same address at the same moment: treat this one as the second.
    await ctx.system.tx(async (ctx) => {
      const known = await findAccountByEmail(ctx.db, input.email);
      if (known !== undefined) await remind(ctx, known);
    });
  }
  return null;
}

async function createUnverified(ctx: TxCtx, input: Registration, passwordHash: string): Promise<void> {
  const workspaceId = await findFirstWorkspace(ctx.db);
  const home = workspaceId === undefined ? null : { workspaceId: workspaceId as Id<"workspace">, roles: ["viewer"] };
  const account = await createAccount(ctx, { email: input.email, name: input.name, passwordHash, emailVerified: false, home });
  await ctx.record({ type: "user.registered", principal: asDoer(account), subject: { id: account.id, label: account.email }, data: { by: "sign-up" } });
  await sendVerification(ctx, account);
}

/** Mails the link that confirms the address. */
export async function sendVerification(ctx: TxCtx, account: AccountRow): Promise<void> {
  if (!(await mayMailStranger(ctx, account.email, "verify_email"))) return;
  const { link, hours } = await issueVerificationLink(ctx, account);
  await queueMail(ctx, { to: account.email, kind: "verify_email", params: { name: account.name, link, hours } });
}

async function remind(ctx: TxCtx, account: AccountRow): Promise<void> {
  if (account.email_verified_at === null) return sendVerification(ctx, account);
  if (!(await mayMailStranger(ctx, account.email, "account_exists"))) return;
  const link = `${ctx.services.config.publicUrl}/sign-in`;
  await queueMail(ctx, { to: account.email, kind: "account_exists", params: { name: account.name, link } });
}

async function registerByInvitation(ctx: Ctx, input: Registration & { readonly invitation: string }, passwordHash: string): Promise<Granted> {
  try {
    return await ctx.system.tx(async (ctx) => {
      const invitation = await requireInvitation(ctx, input);
      const account = await createAccount(ctx, { email: input.email, name: input.name, passwordHash, emailVerified: true, home: null });
      await joinByInvitation(ctx, invitation, account);
      const member = { ...account, home_workspace_id: invitation.workspace_id };
      await ctx.record({ type: "user.registered", principal: asDoer(member), subject: { id: account.id, label: account.email }, data: { by: "invitation" } });
      return openSession(ctx, (await findAccountByEmail(ctx.db, input.email)) ?? member, { client: "web", remember: false });
    });
  } catch (error) {
    if (isUniqueViolation(error, "users_email_key")) throw problem("auth.account_exists", {}, { cause: error });
    throw error;
  }
}

async function requireInvitation(ctx: TxCtx, input: { readonly email: string; readonly invitation: string }): Promise<LiveInvitation> {
  const invitation = await findLiveInvitation(ctx.db, tokenHash(input.invitation), ctx.now);
  if (invitation === undefined) throw problem("auth.token_invalid");
  if (invitation.email.toLowerCase() !== input.email.toLowerCase()) throw problem("auth.invitation_other_address");
  if (invitation.account_exists) throw problem("auth.account_exists");
  return invitation;
}
