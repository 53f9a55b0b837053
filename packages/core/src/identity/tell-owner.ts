import type { TxCtx } from "../context/index.ts";
import { queueMail } from "../mail/index.ts";

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

/** Mails the owner of an account that wrong attempts locked it. */
export async function tellLocked(ctx: TxCtx, owner: Owner, minutes: number): Promise<void> {
  await queueMail(ctx, { to: owner.email, kind: "account_locked", params: { name: owner.name, minutes, ip: ctx.request.ip, link: recoveryLink(ctx) } });
}
