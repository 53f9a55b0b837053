import { randomInt } from "node:crypto";
import { mayDo } from "../access/index.ts";
import type { Ctx, TxCtx } from "../context/index.ts";

/** Without letters and digits that look alike when read out. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const GROUPS = 4;
const GROUP_LENGTH = 4;

/** A password to hand over once: 16 random characters, some 92 bits, in groups that can be read out. */
export function generatePassword(): string {
  const group = (): string => Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return Array.from({ length: GROUPS }, group).join("-");
}

/** Whether the caller may be told a mailed link: only where mail goes nowhere else and they may read the outbox anyway. */
export function mayBeToldLinks(ctx: Ctx | TxCtx): boolean {
  return ctx.services.config.mail.smtpUrl === null && mayDo(ctx.principal, "instance:outbox");
}
