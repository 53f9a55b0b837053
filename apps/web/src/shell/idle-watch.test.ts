import { describe, expect, it } from "vitest";
import { idleLimits } from "./idle-watch.tsx";

describe("idleLimits", () => {
  it("ends before the server does and warns two minutes earlier", () => {
    expect(idleLimits(1_800)).toEqual({ warnAfter: 1_620, endAfter: 1_740 });
  });

  it("leaves time to act in a short session", () => {
    const { warnAfter, endAfter } = idleLimits(300);
    expect(endAfter).toBeLessThan(300);
    expect(warnAfter).toBeGreaterThan(0);
    expect(endAfter - warnAfter).toBeGreaterThanOrEqual(60);
  });
});
