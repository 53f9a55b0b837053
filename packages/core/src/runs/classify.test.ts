import { problem } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { classify, faultOf, isRetried } from "./classify.ts";
import { retryDelayMs } from "./retry-delay.ts";

const coded = (code: string): Error => Object.assign(new Error("foreign"), { code });

describe("the class of a failure", () => {
  it("comes from the code of our own errors", () => {
    expect(classify(problem("connection.rate_limited", { host: "h", until: "u" }))).toBe("rate_limited");
    expect(classify(problem("run.gate_failed", { node: "n", checks: "c" }))).toBe("data_gate");
    expect(classify(problem("engine.out_of_memory", { limit: "1 GiB" }))).toBe("resource");
    expect(classify(problem("dataset.not_found"))).toBe("config");
  });

  it("comes from SQLSTATE, system errors and HTTP statuses of others", () => {
    expect(["08006", "53100", "57014", "28P01", "22P02"].map((code) => classify(coded(code)))).toEqual([
      "transient",
      "resource",
      "timeout",
      "config",
      "data_gate",
    ]);
    expect(classify(coded("ENOSPC"))).toBe("resource");
    expect([429, 503, 504, 401].map((status) => classify(Object.assign(new Error("http"), { status })))).toEqual([
      "rate_limited",
      "transient",
      "timeout",
      "config",
    ]);
  });

  it("is internal where nobody knows better, and tells no detail", () => {
    expect(faultOf(new Error("secret"))).toMatchObject({ class: "internal", code: "internal" });
    expect(JSON.stringify(faultOf(new Error("secret")))).not.toContain("secret");
  });

  it("decides whether trying again can help", () => {
    expect((["config", "data_gate", "internal", "transient", "crashed"] as const).map(isRetried)).toEqual([false, false, false, true, true]);
  });
});

describe("the pause before another attempt", () => {
  const policy = { maxAttempts: 5, baseS: 10, factor: 2, maxS: 60 };

  it("grows up to a limit, of which any part may be taken", () => {
    expect([1, 2, 3, 4, 9].map((attempt) => retryDelayMs(policy, attempt, 1))).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
    expect(retryDelayMs(policy, 3, 0.25)).toBe(10_000);
  });
});
