import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { backupCodeHash, newBackupCodes, readBackupCode } from "./backup-codes.ts";
import { hashPassword, ratePassword, verifyPassword } from "./password.ts";
import { seal, unseal } from "./seal.ts";
import { newToken, tokenHash, tokenKind } from "./tokens.ts";
import { matchTotp, newTotp } from "./totp.ts";

describe("password hashing", () => {
  it("uses argon2id with the stated cost and compares in both forms of Unicode", async () => {
    const hash = await hashPassword("caf\u00e9-lantern-9");
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await verifyPassword(hash, "cafe\u0301-lantern-9")).toBe(true);
    expect(await verifyPassword(hash, "cafe-lantern-9")).toBe(false);
  });

  it("answers false for somebody without a password", async () => {
    expect(await verifyPassword(null, "anything")).toBe(false);
  });
});

describe("password strength", () => {
  it.each(["password123", "qwertyuiop12", "aaaaaaaaaaaa", "1234567890ab"])("refuses the common password %s with a reason", async (password) => {
    const strength = await ratePassword(password, {});
    expect(strength.acceptable).toBe(false);
    expect(strength.warning).not.toBeNull();
  });

  it("accepts a long random phrase and stays quick on hostile input", async () => {
    expect(await ratePassword("lantern quiver moss 56", {})).toMatchObject({ acceptable: true, score: 4 });
    expect((await ratePassword("a1".repeat(5_000), {})).acceptable).toBe(false);
  });
});

describe("sealed secrets", () => {
  const key = randomBytes(32);

  it("opens with the same key, purpose and owner", () => {
    expect(unseal(key, "totp", "usr_1", seal(key, "totp", "usr_1", "SECRET"))).toBe("SECRET");
  });

  it("does not open for another owner, purpose or key, nor with a changed bit", () => {
    const sealed = seal(key, "totp", "usr_1", "SECRET");
    const broken = Buffer.from(sealed);
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
    expect(() => unseal(key, "totp", "usr_2", sealed)).toThrow();
    expect(() => unseal(key, "other", "usr_1", sealed)).toThrow();
    expect(() => unseal(randomBytes(32), "totp", "usr_1", sealed)).toThrow();
    expect(() => unseal(key, "totp", "usr_1", broken)).toThrow();
  });
});

describe("authenticator codes", () => {
  // RFC 6238, appendix B: the secret "12345678901234567890" at 59 s gives 94287082, of which six digits are used.
  const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  const at = (seconds: number) => new Date(seconds * 1_000);

  it("agrees with the standard's example", async () => {
    expect(await matchTotp(secret, "287082", { now: at(59), afterStep: null })).toBe(1);
  });

  it("accepts a step before and after, and nothing further", async () => {
    expect(await matchTotp(secret, "287082", { now: at(89), afterStep: null })).toBe(1);
    expect(await matchTotp(secret, "287082", { now: at(29), afterStep: null })).toBe(1);
    expect(await matchTotp(secret, "287082", { now: at(121), afterStep: null })).toBeUndefined();
  });

  it("refuses a step that was used, and anything but six digits", async () => {
    expect(await matchTotp(secret, "287082", { now: at(59), afterStep: 1 })).toBeUndefined();
    expect(await matchTotp(secret, "28708x", { now: at(59), afterStep: null })).toBeUndefined();
    expect(await matchTotp(secret, "", { now: at(59), afterStep: null })).toBeUndefined();
  });

  it("makes an address that authenticators read", async () => {
    const { secret, uri } = await newTotp("ada@example.com");
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(uri).toBe(`otpauth://totp/Granary:ada%40example.com?secret=${secret}&issuer=Granary`);
  });
});

describe("backup codes", () => {
  it("are ten different ones that can be typed carelessly", () => {
    const codes = newBackupCodes();
    expect(new Set(codes).size).toBe(10);
    const [first = ""] = codes;
    expect(first).toMatch(/^[a-z2-9]{5}-[a-z2-9]{5}$/);
    expect(readBackupCode(` ${first.toUpperCase()} `)).toBe(first.replace("-", ""));
    expect(readBackupCode("123456")).toBeUndefined();
  });

  it("have a hash that depends on person and key", () => {
    const key = randomBytes(32);
    const hash = backupCodeHash(key, "usr_1", "abcde-fghjk");
    expect(hash.equals(backupCodeHash(key, "usr_1", "abcdefghjk"))).toBe(true);
    expect(hash.equals(backupCodeHash(key, "usr_2", "abcdefghjk"))).toBe(false);
    expect(hash.equals(backupCodeHash(randomBytes(32), "usr_1", "abcdefghjk"))).toBe(false);
  });
});

describe("tokens", () => {
  it("tell their kind and are stored as a hash", () => {
    const token = newToken("refresh");
    expect(token).toMatch(/^grr_[\w-]{43}$/);
    expect(tokenKind(token)).toBe("refresh");
    expect(tokenHash(token)).toHaveLength(32);
    expect(tokenKind("eyJhbGciOiJub25lIn0.e30.")).toBeUndefined();
  });
});
