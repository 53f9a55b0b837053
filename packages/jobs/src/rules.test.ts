import { JOB_STATES } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { isEnded, judge, MOVES, type MoveName, mayMove, retryDelayMs } from "./rules.ts";

const moves = Object.keys(MOVES) as MoveName[];

describe("moves", () => {
  it("starts a job only from waiting and ends it only from waiting or running", () => {
    expect(moves.filter((move) => MOVES[move].to === "running")).toEqual(["lease"]);
    const ending = moves.filter((move) => isEnded(MOVES[move].to));
    expect(new Set(ending.flatMap((move) => MOVES[move].from))).toEqual(new Set(["queued", "running"]));
  });

  it("never leaves succeeded", () => {
    expect(moves.filter((move) => mayMove("succeeded", move))).toEqual([]);
  });

  it("reaches every state", () => {
    const reached = new Set<string>(["queued", ...moves.map((move) => MOVES[move].to)]);
    expect([...reached].sort()).toEqual([...JOB_STATES].sort());
  });
});

describe("the pause before another attempt", () => {
  it("doubles from one second up to five minutes", () => {
    expect([1, 2, 3, 9, 10, 50].map((attempts) => retryDelayMs(attempts, 1))).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
  });

  it("takes off at most half by chance", () => {
    expect(retryDelayMs(3, 0)).toBe(2_000);
  });
});

describe("judging a failure", () => {
  const failure = { stopReason: undefined, retry: "later", attempts: 1, maxAttempts: 3, random: 1 } as const;

  it("tries again what may work later", () => {
    expect(judge(failure)).toEqual({ move: "postpone", delayMs: 1_000 });
  });

  it("fails what will not work later", () => {
    expect(judge({ ...failure, retry: "never" })).toEqual({ move: "fail" });
    expect(judge({ ...failure, retry: "reread" })).toEqual({ move: "fail" });
  });

  it("fails when no attempt is left", () => {
    expect(judge({ ...failure, attempts: 3 })).toEqual({ move: "fail" });
  });

  it("counts a missed deadline as an attempt", () => {
    expect(judge({ ...failure, stopReason: "deadline" })).toEqual({ move: "postpone", delayMs: 1_000 });
    expect(judge({ ...failure, stopReason: "deadline", attempts: 3 })).toEqual({ move: "fail" });
  });

  it("hands back on a stop, cancels on a cancellation and touches nothing that another worker has", () => {
    expect(judge({ ...failure, stopReason: "stopping" })).toEqual({ move: "hand_back" });
    expect(judge({ ...failure, stopReason: "cancelled" })).toEqual({ move: "stop" });
    expect(judge({ ...failure, stopReason: "lease_lost" })).toEqual({ move: "nothing" });
  });
});
