import { describe, expect, it } from "vitest";
import { retryText } from "./running-fields.tsx";
import { readRhythm, writeRhythm } from "./schedule-words.ts";

describe("schedules in words", () => {
  it("read and write the plain ones as cron", () => {
    for (const cron of ["15 * * * *", "30 6 * * *", "0 8 * * 1,3,5", "5 23 1 * *"]) {
      const rhythm = readRhythm(cron);
      expect(rhythm === undefined ? undefined : writeRhythm(rhythm)).toBe(cron);
    }
    expect(readRhythm("30 6 * * *")).toEqual({ every: "day", time: "06:30" });
  });

  it("leave all others to cron", () => {
    for (const cron of ["*/5 * * * *", "0 6-9 * * *", "0 6 1 1 *", "0 0 6 * * *"]) expect(readRhythm(cron)).toBeUndefined();
  });
});

describe("retryText", () => {
  it("says how long the waits are", () => {
    expect(retryText({ maxAttempts: 4, baseS: 10, factor: 2, maxS: 30 })).toBe("Waits about 10, 20, 30 seconds between attempts.");
    expect(retryText({ maxAttempts: 1, baseS: 10, factor: 2, maxS: 30 })).toBe("A step that fails is not tried again.");
  });
});
