import type { TriggerOf } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { dueRuns, lookAt } from "./due.ts";
import { previewTimes } from "./preview.ts";
import { newestTimes, nextTime, timesBetween } from "./times.ts";

const rule = (cron: string | string[], timeZone: string, more: Partial<TriggerOf<"schedule">> = {}): TriggerOf<"schedule"> => ({
  id: "t",
  enabled: true,
  parameters: {},
  kind: "schedule",
  cron: typeof cron === "string" ? [cron] : cron,
  timeZone,
  gap: "shift",
  overlap: "first",
  catchUp: "latest",
  catchUpMax: 100,
  whenBusy: "queue_one",
  jitterS: 0,
  ...more,
});
const between = (schedule: TriggerOf<"schedule">, from: string, until: string): string[] =>
  timesBetween(schedule, Date.parse(from), Date.parse(until), 5_000).map(({ at }) => new Date(at).toISOString().replace(":00.000Z", "Z"));

describe("a fixed time in an hour that clocks leave out", () => {
  const days = ["2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z"] as const;

  it("runs right after it, once for several times in it", () => {
    expect(between(rule("30 2 * * *", "Europe/Berlin"), ...days)).toEqual(["2026-03-29T01:00Z", "2026-03-30T00:30Z"]);
    expect(between(rule(["0 2 * * *", "30 2 * * *", "0 3 * * *"], "Europe/Berlin"), ...days).slice(0, 1)).toEqual(["2026-03-29T01:00Z"]);
    expect(between(rule(["0 2 * * *", "30 2 * * *", "0 3 * * *"], "Europe/Berlin"), ...days)).toHaveLength(4);
  });

  it("is left out where that is wanted", () => {
    expect(between(rule("30 2 * * *", "Europe/Berlin", { gap: "skip" }), ...days)).toEqual(["2026-03-30T00:30Z"]);
  });

  it("is known in zones that move at midnight, by half an hour, or by a whole day", () => {
    expect(between(rule("30 0 * * *", "America/Santiago"), "2026-09-05T12:00:00Z", "2026-09-07T12:00:00Z")).toEqual(["2026-09-06T04:00Z", "2026-09-07T03:30Z"]);
    expect(between(rule("15 2 * * *", "Australia/Lord_Howe"), "2026-10-03T12:00:00Z", "2026-10-04T20:00:00Z")).toEqual([
      "2026-10-03T15:30Z",
      "2026-10-04T15:15Z",
    ]);
    expect(between(rule("0 6 * * *", "Pacific/Apia"), "2011-12-29T00:00:00Z", "2011-12-31T23:00:00Z")).toEqual([
      "2011-12-29T16:00Z",
      "2011-12-30T10:00Z",
      "2011-12-30T16:00Z",
      "2011-12-31T16:00Z",
    ]);
  });
});

describe("a fixed time in an hour that comes twice", () => {
  const days = ["2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"] as const;

  it.each([
    ["first", ["2026-10-25T00:30Z", "2026-10-26T01:30Z"]],
    ["last", ["2026-10-25T01:30Z", "2026-10-26T01:30Z"]],
    ["both", ["2026-10-25T00:30Z", "2026-10-25T01:30Z", "2026-10-26T01:30Z"]],
  ] as const)("runs %s", (overlap, expected) => {
    expect(between(rule("30 2 * * *", "Europe/Berlin", { overlap }), ...days)).toEqual(expected);
  });

  it("is found from any instant within the hour", () => {
    const last = rule("10 1 * * *", "America/New_York", { overlap: "last" });
    expect(new Date(nextTime(last, Date.parse("2026-11-01T05:50:00Z"))?.at ?? 0).toISOString()).toBe("2026-11-01T06:10:00.000Z");
  });
});

describe("a schedule of every hour or some minutes", () => {
  it.each([
    ["Europe/Berlin", "2026-03-29T00:00:00Z"],
    ["Europe/Berlin", "2026-10-25T00:00:00Z"],
    ["America/New_York", "2026-03-08T05:00:00Z"],
    ["America/New_York", "2026-11-01T04:00:00Z"],
    ["Australia/Sydney", "2026-04-04T12:00:00Z"],
    ["Asia/Kathmandu", "2026-06-01T00:00:00Z"],
  ])("goes on in %s around %s: nothing stops, nothing doubles", (zone, around) => {
    const begin = Date.parse(around) - 86_400_000;
    for (const [cron, stepMs] of [
      ["*/15 * * * *", 900_000],
      ["0 * * * *", 3_600_000],
    ] as const) {
      const times = timesBetween(rule(cron, zone), begin, begin + 2 * 86_400_000, 5_000).map(({ at }) => at);
      expect(times).toHaveLength((2 * 86_400_000) / stepMs);
      expect(times.slice(1).every((at, index) => at - (times[index] ?? 0) === stepMs)).toBe(true);
    }
  });
});

describe("every fixed time of a year", () => {
  it.each(["Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tehran", "UTC"])(
    "runs once a day in %s",
    (zone) => {
      const times = timesBetween(rule("30 2 * * *", zone), Date.parse("2026-01-01T12:00:00Z"), Date.parse("2026-12-31T12:00:00Z"), 1_000);
      expect(times).toHaveLength(364);
    },
  );
});

describe("the bounds of a schedule", () => {
  it("hold, and end it", () => {
    const bounded = rule("0 0 1 * *", "UTC", { from: "2026-02-01T00:00:00Z", until: "2026-03-01T00:00:00Z" });
    expect(between(bounded, "2025-12-01T00:00:00Z", "2026-12-01T00:00:00Z")).toEqual(["2026-02-01T00:00Z"]);
    expect(lookAt(bounded, "k", new Date("2026-02-02T00:00:00Z"))).toBeNull();
    expect(lookAt(rule("0 0 31 2 *", "UTC"), "k", new Date("2026-02-02T00:00:00Z"))).toBeNull();
  });

  it.each(["* * * *", "61 * * * *", "0 0 0 1 1 * 2026", "x"])("refuse %s", (cron) => {
    expect(() => nextTime(rule(cron, "UTC"), 0)).toThrow(/cannot be read/);
  });
});

describe("what a schedule is due for", () => {
  const lastAt = new Date("2026-05-01T06:00:00Z");
  const at = (iso: string) => ({ lastAt, now: new Date(iso) });
  const daily = (more: Partial<TriggerOf<"schedule">> = {}) => rule("0 6 * * *", "UTC", more);
  const times = (schedule: TriggerOf<"schedule">, now: string) => dueRuns(schedule, "k", at(now)).runs.map((run) => run.at.toISOString().slice(0, 10));

  it("is one time with the interval since the time before", () => {
    const dealt = dueRuns(daily(), "k", at("2026-05-02T06:00:00Z"));
    expect(dealt).toEqual({
      runs: [{ at: new Date("2026-05-02T06:00:00Z"), previous: lastAt }],
      lastAt: new Date("2026-05-02T06:00:00Z"),
      nextAt: new Date("2026-05-03T06:00:00Z"),
    });
  });

  it("after a time without a clock is the latest, all up to a number, or none", () => {
    expect(times(daily(), "2026-05-06T09:00:00Z")).toEqual(["2026-05-06"]);
    expect(times(daily({ catchUp: "none" }), "2026-05-06T09:00:00Z")).toEqual([]);
    expect(times(daily({ catchUp: "none" }), "2026-05-06T06:00:30Z")).toEqual(["2026-05-06"]);
    expect(times(daily({ catchUp: "all", catchUpMax: 3 }), "2026-05-06T09:00:00Z")).toEqual(["2026-05-04", "2026-05-05", "2026-05-06"]);
    expect(dueRuns(daily({ catchUp: "none" }), "k", at("2026-05-06T09:00:00Z")).nextAt).toEqual(new Date("2026-05-07T06:00:00Z"));
  });

  it("waits its jitter, the same whoever looks", () => {
    const spread = daily({ jitterS: 3_600 });
    const next = lookAt(spread, "k", lastAt);
    expect(next).toEqual(lookAt(spread, "k", lastAt));
    expect(next?.getTime()).toBeGreaterThanOrEqual(Date.parse("2026-05-02T06:00:00Z"));
    expect(next?.getTime()).toBeLessThanOrEqual(Date.parse("2026-05-02T07:00:00Z"));
    expect(dueRuns(spread, "k", { lastAt, now: new Date((next?.getTime() ?? 0) - 1) })).toEqual({ runs: [], lastAt, nextAt: next });
    expect(dueRuns(spread, "k", { lastAt, now: next ?? lastAt }).runs).toHaveLength(1);
  });

  it("is found behind a year of seconds without walking through it", () => {
    const seconds = rule("* * * * * *", "Europe/Berlin");
    const found = newestTimes(seconds, { after: Date.parse("2025-05-01T00:00:00Z"), until: Date.parse("2026-05-01T00:00:00Z") }, 3);
    expect(found.map((time) => new Date(time.at).toISOString())).toEqual(["2026-04-30T23:59:58.000Z", "2026-04-30T23:59:59.000Z", "2026-05-01T00:00:00.000Z"]);
  });
});

it("tells of times that are left out", () => {
  const { items } = previewTimes(rule("30 2 * * *", "Europe/Berlin", { gap: "skip" }), new Date("2026-03-28T12:00:00Z"), 1);
  expect(items).toEqual([
    { at: "2026-03-30T00:30:00.000Z", local: "2026-03-30 02:30", note: "2026-03-29 02:30 is left out, because clocks are put forward over it." },
  ]);
});
