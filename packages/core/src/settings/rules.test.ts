import { expect, test } from "vitest";
import type { CoreConfig } from "../context/index.ts";
import { isSafeguardOff, safeguardUntil, settingsInForce } from "./rules.ts";

const now = new Date("2026-06-15T12:00:00Z");
const config = { signUp: "invitation", session: { idleTimeoutS: 1_800, lifetimeS: 43_200, rememberS: 2_592_000, accessTokenS: 3_600 } } as CoreConfig;

test("what was set while running goes before what the program was started with", () => {
  expect(settingsInForce(config, {}, 0)).toEqual({
    signUp: "invitation",
    secondFactorRoles: [],
    session: { idleTimeout: 1_800, lifetime: 43_200, remember: 2_592_000 },
    version: 0,
  });
  expect(settingsInForce(config, { signUp: "open", secondFactorRoles: ["admin"] }, 3)).toMatchObject({
    signUp: "open",
    secondFactorRoles: ["admin"],
    version: 3,
  });
});

test("opens the safeguard for an hour unless told, for a day at most, never into the past", () => {
  expect(safeguardUntil(undefined, now)).toEqual(new Date("2026-06-15T13:00:00Z"));
  expect(safeguardUntil("2026-06-16T12:00:00Z", now)).toEqual(new Date("2026-06-16T12:00:00Z"));
  expect(safeguardUntil("2026-06-16T12:00:01Z", now)).toBeUndefined();
  expect(safeguardUntil("2026-06-15T12:00:00Z", now)).toBeUndefined();
});

test("is closed when never opened, taken back or over", () => {
  expect(isSafeguardOff(undefined, now)).toBe(false);
  expect(isSafeguardOff({ until: null, reason: null }, now)).toBe(false);
  expect(isSafeguardOff({ until: "2026-06-15T12:00:00Z", reason: "x" }, now)).toBe(false);
  expect(isSafeguardOff({ until: "2026-06-15T12:00:01Z", reason: "x" }, now)).toBe(true);
});
