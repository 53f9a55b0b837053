import { randomInt } from "node:crypto";
import { newId } from "@granary/kernel";
import type { Ctx } from "../../context/index.ts";
import { DEVICE } from "../rules.ts";
import { insertDevice } from "../store/devices.ts";
import { newToken, tokenHash } from "../tokens.ts";

/** RFC 8628, 6.1: no vowels, so that no words arise, and no letters that people confuse. */
const USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ";

function newUserCode(): string {
  const letters = Array.from({ length: 8 }, () => USER_CODE_LETTERS[randomInt(USER_CODE_LETTERS.length)] ?? "B").join("");
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** Starts the sign-in of a device without a browser (RFC 8628, 3.1): a secret for it, a short code for its person. */
export async function startDevice(ctx: Ctx, clientName: string) {
  const deviceCode = newToken("device");
  const userCode = newUserCode();
  await ctx.system.tx((ctx) =>
    insertDevice(ctx.db, {
      id: newId("device", ctx.now.getTime()),
      deviceHash: tokenHash(deviceCode),
      userCode,
      clientName,
      ip: ctx.request.ip,
      now: ctx.now,
      expiresAt: new Date(ctx.now.getTime() + DEVICE.expiresInS * 1_000),
    }),
  );
  const verificationUri = `${ctx.services.config.publicUrl}/device`;
  return {
    deviceCode,
    userCode,
    verificationUri,
    verificationUriComplete: `${verificationUri}?code=${userCode}`,
    expiresIn: DEVICE.expiresInS,
    interval: DEVICE.intervalS,
  };
}
