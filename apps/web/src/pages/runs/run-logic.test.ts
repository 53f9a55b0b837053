import type { Run, RunNotice, RunStep } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { secondsOf, sinceDays } from "./run-words.ts";
import { timeLineOf } from "./time-line.ts";
import { isTurn, withNotice } from "./use-live-run.ts";
import { whileGoing } from "./while-going.ts";

const step = (node: string, part: Partial<RunStep> = {}): RunStep =>
  ({ node, state: "running", attempt: 1, rowsIn: null, rowsOut: null, rejected: null, progress: null, startedAt: null, endedAt: null, ...part }) as RunStep;

const COUNTS = { rowsIn: 0, rowsOut: 0, rejected: 0, bytes: 0 };
const RUN = { id: "run_1", state: "running", progress: null, counts: COUNTS, steps: [step("source"), step("target", { state: "pending" })] } as unknown as Run;
const notice = (part: Partial<RunNotice>): RunNotice => ({
  id: "run_1",
  state: "running",
  progress: 0.5,
  counts: { ...COUNTS, rowsOut: 7 },
  steps: [],
  logSeq: 3,
  ...part,
});

describe("a notice about a run", () => {
  it("changes counts and the steps it names alone", () => {
    const after = withNotice(RUN, notice({ steps: [{ node: "source", state: "running", attempt: 1, rowsIn: null, rowsOut: 7, rejected: 0, progress: 0.4 }] }));
    expect(after.counts.rowsOut).toBe(7);
    expect(after.steps.map(({ node, rowsOut, progress }) => [node, rowsOut, progress])).toEqual([
      ["source", 7, 0.4],
      ["target", null, null],
    ]);
  });

  it("is a turn when the run or a step is in another state or try, not when rows were counted", () => {
    const counted = { node: "source", state: "running", attempt: 1, rowsIn: null, rowsOut: 7, rejected: 0, progress: null } as const;
    expect(isTurn(RUN, notice({ steps: [counted] }))).toBe(false);
    expect(isTurn(RUN, notice({ steps: [{ ...counted, attempt: 2 }] }))).toBe(true);
    expect(isTurn(RUN, notice({ steps: [{ ...counted, state: "succeeded" }] }))).toBe(true);
    expect(isTurn(RUN, notice({ state: "succeeded" }))).toBe(true);
  });
});

describe("the time line", () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
  const run = (steps: readonly RunStep[], endedAt: string | null = at(10)) => ({ queuedAt: at(0), startedAt: at(0), endedAt, steps: [...steps] });
  const event = (seq: number, node: string, to: string, second: number) => ({ seq, at: at(second), node, from: null, to, text: "" });
  const seconds = (line: ReturnType<typeof timeLineOf>) =>
    line.rows.map(({ stretches }) => stretches.map(({ state, from, until }) => [state, (from - line.from) / 1_000, (until - line.from) / 1_000]));

  it("has a bar for each try and each wait", () => {
    const events = [event(1, "a", "running", 1), event(2, "a", "retry_wait", 3), event(3, "a", "running", 6), event(4, "a", "succeeded", 9)];
    expect(seconds(timeLineOf(run([step("a")]), events, 0))).toEqual([
      [
        ["running", 1, 3],
        ["retry_wait", 3, 6],
        ["running", 6, 9],
      ],
    ]);
  });

  it("goes up to now for what is going on, and by the step's own times where no change was written down", () => {
    const going = timeLineOf(run([step("a")], null), [event(1, "a", "running", 1)], Date.parse(at(4)));
    expect(seconds(going)).toEqual([[["running", 1, 4]]]);
    const plain = timeLineOf(run([step("a", { state: "succeeded", startedAt: at(2), endedAt: at(5) }), step("b", { state: "pending" })]), [], 0);
    expect(seconds(plain)).toEqual([[["succeeded", 2, 5]], []]);
  });
});

describe("lists of runs", () => {
  const pages = (...states: string[]) =>
    ({ state: { data: { pages: [{ items: states.map((state) => ({ state })) }], pageParams: [] } } }) as unknown as Parameters<typeof whileGoing>[0];

  it("are read again only while one of them is going on", () => {
    expect(whileGoing(pages("succeeded", "failed", "paused"))).toBe(false);
    expect(whileGoing(pages("succeeded", "running"))).toBe(5_000);
    expect(whileGoing({ state: { data: undefined } })).toBe(false);
  });

  it("begin at a whole hour, so that the same list is asked for again", () => {
    expect(sinceDays("1", Date.parse("2026-01-02T10:47:31Z"))).toBe("2026-01-01T10:00:00.000Z");
    expect(sinceDays(undefined, 0)).toBeUndefined();
  });

  it("count time up to now while a run goes on", () => {
    expect(secondsOf({ startedAt: null, endedAt: null })).toBeUndefined();
    expect(secondsOf({ startedAt: "2026-01-01T00:00:00Z", endedAt: null }, Date.parse("2026-01-01T00:00:05Z"))).toBe(5);
  });
});
