import type { RunState, StepState } from "@granary/protocol";

interface Move<S> {
  readonly from: readonly S[];
  readonly to: S;
}

/** Every way a run changes its state; `moveRun` is the one function that does it. */
export const RUN_MOVES = {
  begin: { from: ["queued"], to: "running" },
  pause: { from: ["queued", "running"], to: "paused" },
  resume: { from: ["paused"], to: "queued" },
  /** Somebody wants it to stop while a worker has it. */
  ask_cancel: { from: ["running"], to: "cancelling" },
  cancel: { from: ["queued", "paused", "running", "cancelling"], to: "cancelled" },
  succeed: { from: ["running"], to: "succeeded" },
  succeed_with_warnings: { from: ["running"], to: "succeeded_with_warnings" },
  fail: { from: ["queued", "running", "cancelling", "paused"], to: "failed" },
} as const satisfies Record<string, Move<RunState>>;
export type RunMove = keyof typeof RUN_MOVES;

const UNDECIDED = ["pending", "ready", "running", "retry_wait", "waiting"] as const satisfies readonly StepState[];

/** Every way a step changes its state; `moveStep` is the one function that does it. */
export const STEP_MOVES = {
  begin: { from: ["pending", "ready", "retry_wait", "waiting"], to: "running" },
  /** Taken up again by another worker, or after a pause. */
  return: { from: ["running", "retry_wait", "waiting"], to: "ready" },
  /** An error that may pass; the next attempt is a line of its own. */
  wait_retry: { from: ["running"], to: "retry_wait" },
  wait: { from: ["running"], to: "waiting" },
  succeed: { from: ["running"], to: "succeeded" },
  warn: { from: ["running"], to: "warned" },
  fail: { from: ["running", "retry_wait", "waiting"], to: "failed" },
  cancel: { from: UNDECIDED, to: "cancelled" },
  skip: { from: ["pending", "ready"], to: "skipped" },
  block: { from: ["pending", "ready"], to: "upstream_failed" },
  reuse: { from: ["pending", "ready"], to: "reused" },
} as const satisfies Record<string, Move<StepState>>;
export type StepMove = keyof typeof STEP_MOVES;

const ENDED: readonly RunState[] = ["succeeded", "succeeded_with_warnings", "failed", "cancelled"];
const DONE: readonly StepState[] = ["succeeded", "warned", "reused"];
const OPEN: readonly StepState[] = UNDECIDED;

export const isEnded = (state: RunState): boolean => ENDED.includes(state);
/** Its output is there to go on from. */
export const isDone = (state: StepState): boolean => DONE.includes(state);
export const isUndecided = (state: StepState): boolean => OPEN.includes(state);
export const mayMoveRun = (state: RunState, move: RunMove): boolean => (RUN_MOVES[move].from as readonly RunState[]).includes(state);
export const mayMoveStep = (state: StepState, move: StepMove): boolean => (STEP_MOVES[move].from as readonly StepState[]).includes(state);

/** States as sentences name them: "The run is ..." */
const WORDS: Readonly<Partial<Record<RunState, string>>> = {
  succeeded: "over",
  succeeded_with_warnings: "over",
  failed: "over",
  cancelling: "being cancelled",
};
export const stateWords = (state: RunState): string => WORDS[state] ?? state;
