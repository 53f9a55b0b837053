import { type FailureClass, RUN_STATES, type RunState, type RunSummary, type StepState } from "@granary/protocol";
import { choiceParam, present, textParam } from "../../kit/search-params.ts";
import type { Tone } from "../../kit/status-badge.tsx";

type Words = readonly [tone: Tone, text: string];

export const RUN_WORDS = {
  queued: ["idle", "Waiting"],
  running: ["busy", "Running"],
  paused: ["warn", "Paused"],
  cancelling: ["warn", "Stopping"],
  succeeded: ["good", "Succeeded"],
  succeeded_with_warnings: ["warn", "Succeeded, with warnings"],
  failed: ["bad", "Failed"],
  cancelled: ["off", "Cancelled"],
} as const satisfies Record<RunState, Words>;

export const STEP_WORDS = {
  pending: ["idle", "Not yet"],
  ready: ["idle", "Ready"],
  running: ["busy", "Running"],
  retry_wait: ["warn", "Tries again soon"],
  waiting: ["warn", "Waits"],
  succeeded: ["good", "Done"],
  warned: ["warn", "Done, with warnings"],
  failed: ["bad", "Failed"],
  cancelled: ["off", "Cancelled"],
  skipped: ["off", "Skipped"],
  upstream_failed: ["off", "Not run"],
  reused: ["info", "Reused"],
} as const satisfies Record<StepState, Words>;

type Cause = RunSummary["cause"];

export const CAUSE_WORDS = {
  person: "By hand",
  api: "API",
  schedule: "Schedule",
  dataset: "New data",
  pipeline: "Another pipeline",
  webhook: "Webhook",
  backfill: "Backfill",
  retry: "Retry",
} as const satisfies Record<Cause, string>;

export const CAUSES = Object.keys(CAUSE_WORDS) as Cause[];

/** What a person can do about a failure of each class. */
export const FAILURE_ADVICE = {
  config: "Trying again does not help before the settings are corrected. Open the pipeline, correct the step, and run it anew.",
  transient: "The other side or the network was not there for a while. Retry goes on from the step that failed.",
  rate_limited: "The other side asked for patience. Retry later, or read less often.",
  data_gate: "Rows did not pass a check, so nothing was published. Look at the rejected rows, then correct the source or the check.",
  timeout: "It took longer than it may. Read less at once, or raise the time limit in the pipeline’s settings.",
  resource: "Memory or disk ran out. Free some, or make the step smaller, then retry.",
  crashed: "The worker stopped in the middle. Nothing half was published; retry goes on from what was kept.",
  internal: "This is a fault of Granary itself. Tell an administrator the run’s identifier; nothing half was published.",
} as const satisfies Record<FailureClass, string>;

const ENDED: ReadonlySet<RunState> = new Set(["succeeded", "succeeded_with_warnings", "failed", "cancelled"]);
export const isOver = (state: RunState): boolean => ENDED.has(state);

const DAY_MS = 86_400_000;

/** From when on, to the hour, so that the list is not asked anew each second. */
export function sinceDays(days: string | undefined, now: number): string | undefined {
  return days === undefined ? undefined : new Date(Math.floor((now - Number(days) * DAY_MS) / 3_600_000) * 3_600_000).toISOString();
}

/** How long a run or step took, or has taken so far, in seconds; undefined before it began. */
export function secondsOf(
  { startedAt, endedAt }: { readonly startedAt: string | null; readonly endedAt: string | null },
  now = Date.now(),
): number | undefined {
  if (startedAt === null) return undefined;
  return Math.max(0, ((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt)) / 1_000);
}

export const runsSearch = (raw: Record<string, unknown>) =>
  present({
    state: choiceParam(raw, "state", RUN_STATES),
    pipeline: textParam(raw, "pipeline", 200),
    cause: choiceParam(raw, "cause", CAUSES),
    days: choiceParam(raw, "days", ["1", "7", "30", "90"]),
    q: textParam(raw, "q", 200),
  });

export const runSearch = (raw: Record<string, unknown>) =>
  present({
    tab: choiceParam(raw, "tab", ["log", "rejects", "results", "lineage"]),
    step: textParam(raw, "step", 40),
    level: choiceParam(raw, "level", ["info", "warn", "error"]),
    node: textParam(raw, "node", 40),
    q: textParam(raw, "q", 200),
  });
