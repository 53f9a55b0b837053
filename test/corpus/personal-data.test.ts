import { describe, expect, it } from "vitest";
import { measure, precisionOf, recallOf } from "../../benchmarks/personal-data/measure.ts";

/** What is reached is 1 for both in both halves; one fault in a half is allowed for, so that a fix elsewhere may cost one column. */
const FLOORS = { tuning: { precision: 0.98, recall: 0.98 }, heldOut: { precision: 0.98, recall: 0.98 } } as const;

describe.each(["tuning", "heldOut"] as const)("personal data in the %s half of the corpus", (half) => {
  const quality = measure(half);

  it("is found in nearly every column that has some, and in next to no other", () => {
    expect(quality.columns).toBeGreaterThan(100);
    expect(quality.recall, quality.faults.join("\n")).toBeGreaterThanOrEqual(FLOORS[half].recall);
    expect(quality.precision, quality.faults.join("\n")).toBeGreaterThanOrEqual(FLOORS[half].precision);
  });

  it("is not missed altogether for any kind", () => {
    const missed = [...quality.byEntity].filter(([, counts]) => recallOf(counts) < 0.5 || precisionOf(counts) < 0.5);
    expect(missed.map(([entity]) => entity)).toEqual([]);
  });
});
