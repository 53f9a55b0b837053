import type { JobState, RetryHint } from "@granary/protocol";

interface Move {
  readonly from: readonly JobState[];
  readonly to: JobState;
}

/** Every way a job changes its state; `moveJobs` is the one function that does it. */
export const MOVES = {
  /** A worker takes it. */
  lease: { from: ["queued"], to: "running" },
  succeed: { from: ["running"], to: "succeeded" },
  /** It ended with an error that trying again does not help, or for the last time. */
  fail: { from: ["running"], to: "failed" },
  /** It is tried again after a pause. */
  postpone: { from: ["running"], to: "queued" },
  /** A stopping worker gives it to another one; the attempt does not count. */
  hand_back: { from: ["running"], to: "queued" },
  /** Its worker was not heard of for the length of a lease. */
  recover: { from: ["running"], to: "queued" },
  /** Its worker was lost and it has no attempt left. */
  abandon: { from: ["running"], to: "failed" },
  /** It stopped because somebody cancelled it. */
  stop: { from: ["running"], to: "cancelled" },
  /** It was cancelled while it waited. */
  cancel: { from: ["queued"], to: "cancelled" },
  /** Somebody wants it to run again. */
  retry: { from: ["failed", "cancelled"], to: "queued" },
} as const satisfies Record<string, Move>;

export type MoveName = keyof typeof MOVES;

const ENDED: readonly JobState[] = ["succeeded", "failed", "cancelled"];

export function isEnded(state: JobState): boolean {
  return ENDED.includes(state);
}

export function mayMove(state: JobState, move: MoveName): boolean {
  return (MOVES[move].from as readonly JobState[]).includes(state);
}

/** Why a worker told a handler to stop. */
export type StopReason = "cancelled" | "deadline" | "stopping" | "lease_lost";

/** What becomes of a job whose handler threw. `nothing`: it belongs to another worker by now. */
export type Verdict = { readonly move: "stop" | "hand_back" | "fail" | "nothing" } | { readonly move: "postpone"; readonly delayMs: number };

export interface Failure {
  /** Set when the handler had been told to stop. */
  readonly stopReason: StopReason | undefined;
  readonly retry: RetryHint;
  readonly attempts: number;
  readonly maxAttempts: number;
  /** A random number from 0 to 1. */
  readonly random: number;
}

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 300_000;

/** The pause before the next attempt: 1, 2, 4 ... 300 s, of which a random half is taken off so that many failures do not return together. */
export function retryDelayMs(attempts: number, random: number): number {
  const full = Math.min(FIRST_DELAY_MS * 2 ** Math.max(0, attempts - 1), MAX_DELAY_MS);
  return Math.round(full * (0.5 + random / 2));
}

/** Decides by the error's retry hint: `later` is tried again, `never` and `reread` are not. */
export function judge(failure: Failure): Verdict {
  if (failure.stopReason === "lease_lost") return { move: "nothing" };
  if (failure.stopReason === "cancelled") return { move: "stop" };
  if (failure.stopReason === "stopping") return { move: "hand_back" };
  if (failure.retry !== "later" || failure.attempts >= failure.maxAttempts) return { move: "fail" };
  return { move: "postpone", delayMs: retryDelayMs(failure.attempts, failure.random) };
}
