import type { PipelineDifference } from "@granary/protocol";
import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { checkConfig, sentValues, startValues } from "../../kit/config-form/index.ts";
import { parameterSchema } from "./parameter-schema.ts";
import { dayStart, partitionCount } from "./partition-count.ts";
import { sidesOf } from "./pipeline-words.ts";
import { VersionDifference } from "./version-difference.tsx";

describe("parameters as a form", () => {
  const schema = parameterSchema([
    { name: "least", type: "integer", default: "5", description: "Tonnes" },
    { name: "day", type: "date", default: null, description: "" },
    { name: "quick", type: "boolean", default: "true", description: "" },
    { name: "price", type: "decimal(10,2)", default: "1.10", description: "" },
  ]);

  it("begin with their defaults by their types, and keep decimals as they are written", () => {
    expect(startValues(schema)).toEqual({ least: 5, quick: true, price: "1.10" });
  });

  it("are needed where there is no default", () => {
    expect(checkConfig(schema, startValues(schema))).toEqual([{ path: "day", message: "Enter the day." }]);
    expect(sentValues(schema, { ...startValues(schema), day: "2026-01-31" })).toEqual({ least: 5, day: "2026-01-31", quick: true, price: "1.10" });
  });
});

describe("the parts of a backfill", () => {
  it("begin at midnight where people are, also on the day the clocks change", () => {
    expect(dayStart("2026-01-01", "Europe/Zurich")?.toISOString()).toBe("2025-12-31T23:00:00.000Z");
    expect(dayStart("2026-03-29", "Europe/Zurich")?.toISOString()).toBe("2026-03-28T23:00:00.000Z");
    expect(dayStart("2026-03-30", "Europe/Zurich")?.toISOString()).toBe("2026-03-29T22:00:00.000Z");
    expect(dayStart("2026-07-01", "America/New_York")?.toISOString()).toBe("2026-07-01T04:00:00.000Z");
    expect(dayStart("soon", "UTC")).toBeUndefined();
  });

  it("are counted by hours, days, weeks and months", () => {
    const [from, until] = [new Date("2026-01-01T00:00:00Z"), new Date("2026-03-01T00:00:00Z")];
    expect((["hour", "day", "week", "month"] as const).map((unit) => partitionCount(unit, from, until))).toEqual([1_416, 59, 9, 2]);
    expect(partitionCount("day", until, from)).toBe(0);
    const change = [dayStart("2026-03-28", "Europe/Zurich"), dayStart("2026-03-31", "Europe/Zurich")] as [Date, Date];
    expect(partitionCount("day", ...change)).toBe(3);
    expect(partitionCount("hour", ...change)).toBe(71);
  });
});

describe("versions beside each other", () => {
  it("are read from the address when it means two", () => {
    expect(sidesOf("3..5")).toEqual({ from: 3, to: 5 });
    expect([sidesOf("3"), sidesOf("a..b"), sidesOf(undefined)]).toEqual([undefined, undefined, undefined]);
  });

  it("say what happened to steps, arrows, triggers and settings", () => {
    const difference: PipelineDifference = {
      text: "1 node changed",
      nodes: [{ id: "enough", title: "Enough", kind: "filter", change: "changed", settings: [{ path: "condition", from: "a > 1", to: "a > 2" }] }],
      edges: [{ from: "a", to: "b", change: "removed" }],
      triggers: [{ id: "nightly", change: "added", from: null, to: "every day at 03:15" }],
      settings: [{ path: "settings.maxConcurrent", from: "1", to: "2" }],
    };
    render(<VersionDifference difference={difference} />);
    expect(screen.getAllByRole("img").map((letter) => letter.getAttribute("aria-label"))).toEqual(["changed", "removed", "added", "changed"]);
    expect(screen.getByText("a > 1").tagName).toBe("DEL");
    expect(screen.getByText("every day at 03:15").tagName).toBe("INS");
  });
});
