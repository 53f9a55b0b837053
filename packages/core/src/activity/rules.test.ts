import { EVENTS } from "@granary/protocol";
import { expect, test } from "vitest";
import { areaOf, chartSpan, csvCell, describeEvent, typesAsked } from "./rules.ts";

const now = new Date("2026-06-15T12:00:00Z");

test.each([
  ["=1+1", "'=1+1"],
  ["+49 30 1", "'+49 30 1"],
  ["-2", "'-2"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\tx", "'\tx"],
  ["\rx", `"'\rx"`],
  ['say "hi"', '"say ""hi"""'],
  ["a,b", '"a,b"'],
  ["a;b", '"a;b"'],
  ["a\nb", '"a\nb"'],
  ["plain", "plain"],
  ["", ""],
])("writes the cell %j as %j", (value, cell) => {
  expect(csvCell(value)).toBe(cell);
});

test("leaves numbers and absent values as they are", () => {
  expect([csvCell(-5), csvCell(null)]).toEqual(["-5", ""]);
});

test("describes every known event without a placeholder left, and unknown ones by their name", () => {
  for (const type of Object.keys(EVENTS)) expect(describeEvent(type, "Ada", "thing")).not.toMatch(/[{}]/);
  expect(describeEvent("user.removed", "Ada {subject}", "$& Bob")).toBe("Ada {subject} removed $& Bob from the workspace");
  expect(describeEvent("comet.seen", "Ada", "Halley")).toBe("Ada: comet.seen Halley");
  expect(areaOf("comet.seen")).toBe("system");
});

test("narrows types by area and area by types", () => {
  expect(typesAsked({})).toBeUndefined();
  expect(typesAsked({ type: ["job.failed"], area: ["authentication"] })).toEqual([]);
  expect(typesAsked({ area: ["system"] })).toContain("job.failed");
  expect(typesAsked({ type: ["user.removed", "job.failed"], area: ["administration"] })).toEqual(["user.removed"]);
});

test("covers thirty days by day and two by hour when not told", () => {
  expect(chartSpan({}, "day", now)).toEqual({ from: new Date("2026-05-16T12:00:00Z"), to: now });
  expect(chartSpan({ to: "2026-01-03T00:00:00Z" }, "hour", now)).toEqual({ from: new Date("2026-01-01T00:00:00Z"), to: new Date("2026-01-03T00:00:00Z") });
});

test("refuses spans that are empty or too long to draw", () => {
  expect(() => chartSpan({ from: "2026-06-15T12:00:00Z" }, "day", now)).toThrow();
  expect(() => chartSpan({ from: "2024-01-01T00:00:00Z" }, "day", now)).toThrow();
  expect(() => chartSpan({ from: "2026-05-01T00:00:00Z" }, "hour", now)).toThrow();
});
