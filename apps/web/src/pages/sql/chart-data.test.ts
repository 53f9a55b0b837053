import type { Column } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { chartData, firstChoice, ticksOf } from "./chart-data.ts";

const column = (name: string, type: Column["type"]): Column => ({ name, type, storedType: type, masked: false });
const CITY = column("city", "text");
const DAY = column("day", "date");
const SUM = column("sum", "decimal");
const SIZE = column("size", "integer");

describe("what is drawn at first", () => {
  it("is a line over time, bars over texts and points over numbers", () => {
    expect(firstChoice([CITY, DAY, SUM])).toEqual({ kind: "line", x: 1, y: 2 });
    expect(firstChoice([SUM, CITY])).toEqual({ kind: "bars", x: 1, y: 0 });
    expect(firstChoice([SUM, SIZE])).toEqual({ kind: "points", x: 0, y: 1 });
    expect(firstChoice([SUM])).toEqual({ kind: "bars", x: 0, y: 0 });
    expect(firstChoice([CITY])).toBeUndefined();
  });
});

describe("points of a chart", () => {
  it("stand in the order of the rows where they have no values, and leave out what is no number", () => {
    const data = chartData(
      "bars",
      [
        ["Bern", "1.50"],
        ["Chur", null],
        [null, "2"],
      ],
      [CITY, SUM],
      { x: 0, y: 1 },
    );
    expect(data).toEqual({
      points: [
        { label: "Bern", x: 0, y: 1.5 },
        { label: "null", x: 2, y: 2 },
      ],
      isScaled: false,
      left: 1,
    });
  });

  it("stand where their values are, from left to right", () => {
    const data = chartData(
      "line",
      [
        ["2026-03-01", "3"],
        ["2026-01-01", "1"],
      ],
      [DAY, SUM],
      { x: 0, y: 1 },
    );
    expect(data.points.map(({ label }) => label)).toEqual(["2026-01-01", "2026-03-01"]);
    expect(data.isScaled).toBe(true);
    const times = chartData(
      "points",
      [
        ["2026-03-01 10:00:00", "3"],
        ["2026-03-01 09:00:00+00", "3"],
      ],
      [column("at", "timestamp"), SUM],
      { x: 0, y: 1 },
    );
    expect((times.points[1]?.x ?? 0) - (times.points[0]?.x ?? 0)).toBe(3_600_000);
  });
});

describe("an axis", () => {
  it.each([
    [0, 10, [0, 2, 4, 6, 8, 10]],
    [0, 0.3, [0, 0.1, 0.2, 0.3]],
    [-5, 5, [-4, -2, 0, 2, 4]],
    [7, 7, [7]],
  ])("from %f to %f has round numbers", (low, high, expected) => expect(ticksOf(low, high)).toEqual(expected));
});
