import { describe, expect, it } from "vitest";
import { dueTick, nextTick, parseCron } from "./due-tick.ts";

const hourly = { cron: "0 * * * *", timeZone: "Europe/Berlin", missed: "skip" } as const;
const nightly = { cron: "30 2 * * *", timeZone: "Europe/Berlin", missed: "once" } as const;
const at = (text: string) => new Date(text);

/** Every tick between two instants, asked one after the other. */
function ticks(rule: { cron: string; timeZone: string }, from: string, to: string): string[] {
  const found: string[] = [];
  for (let tick = nextTick(rule, at(from)); tick !== undefined && tick <= at(to); tick = nextTick(rule, tick)) found.push(tick.toISOString());
  return found;
}

describe("dueTick", () => {
  it("finds nothing before the next tick", () => {
    expect(dueTick(hourly, at("2026-05-01T10:00:00Z"), at("2026-05-01T10:59:59.999Z"))).toBeUndefined();
  });

  it("finds the tick of this very instant", () => {
    expect(dueTick(hourly, at("2026-05-01T10:00:00Z"), at("2026-05-01T11:00:00Z"))).toEqual({ at: at("2026-05-01T11:00:00Z"), run: true });
  });

  it("does not run ahead within the second before a tick", () => {
    expect(dueTick(hourly, at("2026-05-01T08:00:00Z"), at("2026-05-01T10:59:59.500Z"))).toEqual({ at: at("2026-05-01T10:00:00Z"), run: false });
  });

  it("leaves out missed ticks when told to skip", () => {
    expect(dueTick(hourly, at("2026-05-01T00:00:00Z"), at("2026-05-01T12:30:00Z"))).toEqual({ at: at("2026-05-01T12:00:00Z"), run: false });
  });

  it("makes up for any number of missed ticks by one", () => {
    expect(dueTick({ ...hourly, missed: "once" }, at("2025-05-01T00:00:00Z"), at("2026-05-01T12:30:00Z"))).toEqual({
      at: at("2026-05-01T12:00:00Z"),
      run: true,
    });
  });
});

describe("time zones", () => {
  it("runs a nightly tick once in the night in which its hour does not exist", () => {
    expect(ticks(nightly, "2026-03-28T00:00:00Z", "2026-03-30T12:00:00Z")).toEqual([
      "2026-03-28T01:30:00.000Z",
      "2026-03-29T01:00:00.000Z",
      "2026-03-30T00:30:00.000Z",
    ]);
  });

  it("runs a nightly tick once in the night in which its hour comes twice", () => {
    expect(ticks(nightly, "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z")).toEqual(["2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z"]);
  });

  it("runs an hourly tick in both of the doubled hours", () => {
    expect(ticks(hourly, "2026-10-24T23:30:00Z", "2026-10-25T02:00:00Z")).toEqual([
      "2026-10-25T00:00:00.000Z",
      "2026-10-25T01:00:00.000Z",
      "2026-10-25T02:00:00.000Z",
    ]);
  });

  it("waits for the next leap day", () => {
    expect(nextTick({ cron: "0 0 29 2 *", timeZone: "UTC" }, at("2026-01-01T00:00:00Z"))?.toISOString()).toBe("2028-02-29T00:00:00.000Z");
  });
});

describe("parseCron", () => {
  it.each([
    ["61 * * * *", "UTC"],
    ["every day", "UTC"],
    ["0 3 * * *", "Mars/Olympus"],
  ])("refuses %s in %s with the reason", (cron, timeZone) => {
    expect(() => parseCron(cron, timeZone)).toThrowError(expect.objectContaining({ code: "job.schedule_invalid" }));
  });
});
