import { problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { type Granted, openSession } from "../open-session.ts";
import { DEVICE } from "../rules.ts";
import { findAccount } from "../store/accounts.ts";
import { holdDevice, markDeviceClaimed, storePoll } from "../store/devices.ts";
import { tokenHash } from "../tokens.ts";

type Outcome = { readonly granted: Granted } | { readonly refusal: Error };

/** What a waiting device asks again and again (RFC 8628, 3.4): a session once its person approved, else why not yet or never. */
export async function claimDevice(ctx: Ctx, deviceCode: string): Promise<Granted> {
  const outcome = await ctx.system.tx((ctx) => poll(ctx, tokenHash(deviceCode)));
  if ("refusal" in outcome) throw outcome.refusal;
  return outcome.granted;
}

async function poll(ctx: TxCtx, hash: Buffer): Promise<Outcome> {
  const device = await holdDevice(ctx.db, hash);
  if (device === undefined || device.claimed_at !== null || device.expires_at <= ctx.now) return { refusal: problem("auth.device_expired") };
  if (device.denied_at !== null) return { refusal: problem("auth.device_denied") };
  if (device.approved_at === null || device.user_id === null) {
    const isTooSoon = device.last_polled_at !== null && ctx.now.getTime() - device.last_polled_at.getTime() < DEVICE.intervalS * 1_000 - 500;
    await storePoll(ctx.db, device.id, ctx.now);
    return {
      refusal: isTooSoon ? problem("auth.device_slow_down", { seconds: DEVICE.intervalS * 2 }) : problem("auth.device_pending", { seconds: DEVICE.intervalS }),
    };
  }
  await markDeviceClaimed(ctx.db, device.id, ctx.now);
  const account = await findAccount(ctx.db, device.user_id);
  if (account === undefined || account.status === "inactive") return { refusal: problem("auth.device_denied") };
  return { granted: await openSession(ctx, account, { client: "cli", remember: false }, { device: device.client_name }) };
}
