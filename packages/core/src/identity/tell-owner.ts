import type { Id } from "@granary/kernel";
import type { TxCtx } from "../context/index.ts";
import { queueMail } from "../mail/index.ts";
import { notify } from "../notifications/index.ts";

interface Owner {
  readonly email: string;
  readonly name: string;
}

const recoveryLink = (ctx: TxCtx) => `${ctx.services.config.publicUrl}/forgot-password`;

/** Mails the owner of an account that its password was changed. */
export async function tellPasswordChanged(ctx: TxCtx, owner: Owner): Promise<void> {
  await queueMail(ctx, { to: owner.email, kind: "password_changed", params: { name: owner.name, ip: ctx.request.ip, link: recoveryLink(ctx) } });
}

/** Mails the owner of an account that its second factor was set up or removed. */
export async function tellSecondFactorChanged(ctx: TxCtx, owner: Owner, enabled: boolean): Promise<void> {
  await queueMail(ctx, { to: owner.email, kind: "second_factor_changed", params: { name: owner.name, enabled, ip: ctx.request.ip, link: recoveryLink(ctx) } });
}

/** Tells the owner of an account, by mail and at home in the application, that wrong attempts locked it. */
export async function tellLocked(
  ctx: TxCtx,
  owner: Owner & { readonly id: string; readonly home_workspace_id: string | null },
  minutes: number,
): Promise<void> {
  await queueMail(ctx, { to: owner.email, kind: "account_locked", params: { name: owner.name, minutes, ip: ctx.request.ip, link: recoveryLink(ctx) } });
  if (owner.home_workspace_id === null) return;
  await notify(
    { db: ctx.db, now: ctx.now, workspaceId: owner.home_workspace_id as Id<"workspace"> },
    {
      to: { userIds: [owner.id] },
      kind: "user.locked",
      title: `Sign-in was locked for ${minutes} min`,
      body: `Too many wrong attempts${ctx.request.ip === null ? "" : ` from ${ctx.request.ip}`}. If that was not you, change your password.`,
      link: "/profile?tab=security",
    },
  );
}
