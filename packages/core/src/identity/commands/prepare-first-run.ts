import { problem } from "@granary/protocol";
import { createCtx, type Services, systemPrincipal, type TxCtx } from "../../context/index.ts";
import { hashPassword, ratePassword } from "../password.ts";
import { FIRST_RUN_HOURS, FIRST_WORKSPACE } from "../rules.ts";
import { holdFirstRun, isSetupNeeded, replaceOneTimeToken } from "../store/one-time-tokens.ts";
import { newToken, tokenHash } from "../tokens.ts";
import { createFirstAdmin } from "./set-up-instance.ts";

/** Even on somebody's own machine nobody gets an administrator with a shorter password. */
const MIN_UNATTENDED_LENGTH = 8;

export interface FirstRun {
  /** The one-time link to print; undefined when the installation has its administrator. */
  readonly setupLink: string | undefined;
}

/**
 * To be called at every start: while there is no administrator it creates the one the configuration names, or else a new
 * setup link, which makes older links useless. Safe to call from several processes at once.
 */
export async function prepareFirstRun(services: Services, admin: { readonly email: string; readonly password: string } | undefined): Promise<FirstRun> {
  if (!(await isSetupNeeded(services.database.reader("system")))) return { setupLink: undefined };
  const ctx = createCtx({ services, principal: systemPrincipal(), request: { id: "first-run", ip: null, userAgent: null } });
  if (admin === undefined) return { setupLink: await ctx.system.tx((ctx) => newSetupLink(ctx)) };
  await requireUnattendedPassword(services, admin);
  const passwordHash = await hashPassword(admin.password);
  await ctx.system.tx(async (ctx) => {
    await holdFirstRun(ctx.db);
    if (!(await isSetupNeeded(ctx.db))) return;
    const email = admin.email.trim().toLowerCase();
    await createFirstAdmin(ctx, { email, name: email.split("@")[0] ?? email, workspaceName: FIRST_WORKSPACE }, passwordHash);
  });
  return { setupLink: undefined };
}

async function newSetupLink(ctx: TxCtx): Promise<string | undefined> {
  await holdFirstRun(ctx.db);
  if (!(await isSetupNeeded(ctx.db))) return undefined;
  const token = newToken("one_time");
  const expiresAt = new Date(ctx.now.getTime() + FIRST_RUN_HOURS * 3_600_000);
  await replaceOneTimeToken(ctx.db, { hash: tokenHash(token), kind: "first_run", userId: null, email: null, now: ctx.now, expiresAt });
  return `${ctx.services.config.publicUrl}/setup?token=${token}`;
}

async function requireUnattendedPassword(services: Services, admin: { readonly email: string; readonly password: string }): Promise<void> {
  const strength = await ratePassword(admin.password, { email: admin.email });
  if (strength.acceptable) return;
  const reason = `GRANARY_ADMIN_PASSWORD: ${strength.warning ?? "choose another"}`;
  if (services.config.mode === "production" || admin.password.length < MIN_UNATTENDED_LENGTH) throw problem("auth.password_refused", { reason });
  services.log.warn({}, `${reason} It is accepted because this is not production.`);
}
