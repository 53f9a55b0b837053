import type { Ctx } from "../../context/index.ts";
import { readInstanceSettings } from "../../settings/index.ts";
import { PASSWORD } from "../rules.ts";
import { findOneTimeToken, isSetupNeeded } from "../store/one-time-tokens.ts";
import { tokenHash } from "../tokens.ts";

/** How people sign up and sign in here; for everybody. */
export async function getAuthConfig(ctx: Ctx) {
  const { config } = ctx.services;
  const [settings, setupNeeded] = await Promise.all([readInstanceSettings(ctx.system.db, config), isSetupNeeded(ctx.system.db)]);
  return { signUp: settings.signUp, mail: config.mail.smtpUrl === null ? ("outbox" as const) : ("smtp" as const), setupNeeded, password: { ...PASSWORD } };
}

/** Whether the first run is still to come, and whether a link to it works. */
export async function getSetupState(ctx: Ctx, token: string | undefined): Promise<{ needed: boolean; tokenValid: boolean }> {
  const needed = await isSetupNeeded(ctx.system.db);
  if (!needed || token === undefined) return { needed, tokenValid: false };
  const found = await findOneTimeToken(ctx.system.db, "first_run", tokenHash(token), ctx.services.clock.now());
  return { needed, tokenValid: found !== undefined };
}
