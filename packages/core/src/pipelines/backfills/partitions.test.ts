import type { BackfillSpec } from "@granary/protocol";
import { expect, it } from "vitest";
import { partitionsOf } from "./partitions.ts";

const spec = (unit: BackfillSpec["unit"], from: string, until: string, timeZone = "Europe/Berlin"): BackfillSpec => ({
  unit,
  timeZone,
  from,
  until,
  select: "all",
  order: "oldest",
  maxParallel: 1,
  stopAfterFailures: 3,
  parameters: {},
});
const hoursOf = (parts: ReturnType<typeof partitionsOf>): number[] => parts.map(({ startsAt, endsAt }) => (endsAt.getTime() - startsAt.getTime()) / 3_600_000);

it("makes days of 23 and 25 hours where clocks are changed", () => {
  const spring = partitionsOf(spec("day", "2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z"), 100);
  expect(spring.map(({ key }) => key)).toEqual(["2026-03-28", "2026-03-29", "2026-03-30"]);
  expect(hoursOf(spring)).toEqual([24, 23, 24]);
  expect(hoursOf(partitionsOf(spec("day", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"), 100))).toEqual([25]);
});

it("tells the two hours of one name apart and leaves no gap", () => {
  const hours = partitionsOf(spec("hour", "2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z"), 100);
  expect(hours.map(({ key }) => key)).toEqual(["2026-10-25T01:00+02:00", "2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00", "2026-10-25T03:00+01:00"]);
  const odd = partitionsOf(spec("hour", "2026-10-03T12:00:00Z", "2026-10-04T12:00:00Z", "Australia/Lord_Howe"), 100);
  expect(odd.slice(1).every((part, index) => part.startsAt.getTime() === odd[index]?.endsAt.getTime())).toBe(true);
  expect(new Set(odd.map(({ key }) => key)).size).toBe(odd.length);
});

it("names weeks as ISO 8601 and months by their number, each whole", () => {
  expect(partitionsOf(spec("week", "2026-12-30T00:00:00Z", "2027-01-05T00:00:00Z", "UTC"), 100).map(({ key }) => key)).toEqual(["2026-W53", "2027-W01"]);
  const months = partitionsOf(spec("month", "2026-01-15T00:00:00Z", "2026-03-01T00:00:00Z", "UTC"), 100);
  expect(months.map(({ key, startsAt }) => [key, startsAt.toISOString().slice(0, 10)])).toEqual([
    ["2026-01", "2026-01-01"],
    ["2026-02", "2026-02-01"],
  ]);
});

it("leaves a day out that never was, and stops behind the most there may be", () => {
  expect(partitionsOf(spec("day", "2011-12-29T12:00:00Z", "2011-12-31T12:00:00Z", "Pacific/Apia"), 100).map(({ key }) => key)).toEqual([
    "2011-12-29",
    "2011-12-31",
    "2012-01-01",
  ]);
  expect(partitionsOf(spec("hour", "2000-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), 10)).toHaveLength(11);
});
