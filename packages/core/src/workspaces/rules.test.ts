import { describe, expect, it } from "vitest";
import { freeSlug, slugFrom } from "./rules.ts";

describe("slugFrom", () => {
  it.each([
    ["Crème Brûlée & Co", "creme-brulee-co"],
    ["  --Data-- ", "data"],
    ["数据", "workspace"],
    ["x".repeat(80), "x".repeat(48)],
  ])("makes %j into %j", (name, slug) => expect(slugFrom(name)).toBe(slug));
});

describe("freeSlug", () => {
  it("numbers a taken slug and stays within the length", () => {
    expect(freeSlug("data", new Set())).toBe("data");
    expect(freeSlug("data", new Set(["data", "data-2"]))).toBe("data-3");
    expect(freeSlug("x".repeat(48), new Set(["x".repeat(48)]))).toBe(`${"x".repeat(46)}-2`);
  });
});
