import { randomInt } from "node:crypto";
import { keyedHash } from "./seal.ts";

const COUNT = 10;
const LENGTH = 10;
/** Without characters that people confuse. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
const WRITTEN = /^[a-hjkmnp-z2-9]{10}$/;

/** Ten new codes of 49 random bits, written `abcde-fghjk`. */
export function newBackupCodes(): string[] {
  const character = () => ALPHABET[randomInt(ALPHABET.length)] ?? "a";
  return Array.from({ length: COUNT }, () => {
    const code = Array.from({ length: LENGTH }, character).join("");
    return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
  });
}

/** A typed code without its hyphen, blanks and capitals; undefined when it cannot be one. */
export function readBackupCode(typed: string): string | undefined {
  const code = typed.toLowerCase().replace(/[\s-]/g, "");
  return WRITTEN.test(code) ? code : undefined;
}

/** What is stored in place of a code: keyed, since 49 bits could be tried out against a plain hash. */
export function backupCodeHash(encryptionKey: Buffer, userId: string, code: string): Buffer {
  return keyedHash(encryptionKey, "backup code", userId, code.replace("-", ""));
}
