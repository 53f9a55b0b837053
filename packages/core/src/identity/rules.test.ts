import { describe, expect, it } from "vitest";
import { afterFailure, describeDevice, judgePassword, lockMinutes, personalWords, restrictionOf, secondsLocked } from "./rules.ts";

const now = new Date("2026-03-01T12:00:00Z");
const later = (ms: number) => new Date(now.getTime() + ms);

describe("locking", () => {
  it("locks from the fifth failure on, longer each time", () => {
    expect([1, 4, 5, 6, 7, 8, 50].map(lockMinutes)).toEqual([0, 0, 1, 5, 15, 60, 60]);
  });

  it("counts failures and says until when the name is locked", () => {
    const state = afterFailure({ failures: 4, lastFailedAt: now, lockedUntil: null }, later(1_000));
    expect(state).toEqual({ failures: 5, lastFailedAt: later(1_000), lockedUntil: later(61_000) });
    expect(secondsLocked(state, later(1_000))).toBe(60);
    expect(secondsLocked(state, later(61_000))).toBe(0);
  });

  it("forgets failures after a day", () => {
    expect(afterFailure({ failures: 7, lastFailedAt: now, lockedUntil: null }, later(25 * 3_600_000)).failures).toBe(1);
  });

  it("does not lock a name that never failed", () => {
    expect(secondsLocked(undefined, now)).toBe(0);
  });
});

describe("restrictions", () => {
  it("asks for a new password before a second factor", () => {
    expect(restrictionOf({ mustChangePassword: true, secondFactorDemanded: true, secondFactorEnabled: false })).toBe("password_change");
    expect(restrictionOf({ mustChangePassword: false, secondFactorDemanded: true, secondFactorEnabled: false })).toBe("second_factor_enrolment");
    expect(restrictionOf({ mustChangePassword: false, secondFactorDemanded: true, secondFactorEnabled: true })).toBeNull();
  });
});

describe("passwords", () => {
  const strong = { score: 4, warning: null, suggestions: [] };

  it("accepts a strong password", () => {
    expect(judgePassword("lantern-quiver-56-moss", { email: "ada@example.com", name: "Ada Byron" }, strong)).toEqual({ ...strong, acceptable: true });
  });

  it.each([
    ["short", "aZ3$kkP", "Use at least 10 characters."],
    ["with the name", "xx-Byron-99-kelp", "Do not use your name or e-mail address."],
    ["with the address", "countess-lovelace-7", "Do not use your name or e-mail address."],
    ["with the program's name", "my-Granary-77-kelp", "Do not use the name of this program."],
    ["too long", "x".repeat(257), "Use at most 256 characters."],
  ])("refuses one that is %s", (_, password, warning) => {
    expect(judgePassword(password, { email: "lovelace@example.com", name: "Ada Byron" }, strong)).toMatchObject({ acceptable: false, warning });
  });

  it("refuses a password that is guessed too fast and says why", () => {
    const guess = { score: 2, warning: "Dates are easy to guess.", suggestions: [] };
    expect(judgePassword("1985-12-24xx", {}, guess)).toMatchObject({ acceptable: false, warning: "Dates are easy to guess." });
  });

  it("ignores words of a person too short to mean anything", () => {
    expect(personalWords({ email: "al@example.com", name: "Li Ann Smith" })).toEqual(["smith"]);
  });
});

describe("devices", () => {
  it.each([
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
    ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Safari/604", "Safari on iOS"],
    ["granary/0.1.0", "Command line"],
    ["something", "Unknown device"],
    [null, "Unknown device"],
  ])("reads %s", (agent, words) => {
    expect(describeDevice(agent)).toBe(words);
  });
});
