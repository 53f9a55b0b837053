import type { Run, RunEvent, RunStep, StepState } from "@granary/protocol";

/** A stretch of a step in one state, in milliseconds. */
export interface Stretch {
  readonly state: StepState;
  readonly from: number;
  readonly until: number;
}

export interface TimeLine {
  readonly from: number;
  readonly until: number;
  readonly rows: readonly { readonly step: RunStep; readonly stretches: readonly Stretch[] }[];
}

/** Only these take time that is worth a bar. */
const DRAWN: ReadonlySet<string> = new Set<StepState>(["running", "retry_wait", "waiting"]);
/** A run that has just begun still has a scale. */
const LEAST_MS = 1_000;

/** When each step did what: attempts, waits and retries, from the changes of state that were written down. */
export function timeLineOf(run: Pick<Run, "startedAt" | "queuedAt" | "endedAt" | "steps">, events: readonly RunEvent[], now: number): TimeLine {
  const from = Date.parse(run.startedAt ?? run.queuedAt);
  const until = Math.max(from + LEAST_MS, run.endedAt === null ? now : Date.parse(run.endedAt));
  const byNode = Map.groupBy(events, ({ node }) => node);
  const rows = run.steps.map((step) => ({ step, stretches: stretchesOf(step, byNode.get(step.node) ?? [], until) }));
  return { from, until, rows };
}

function stretchesOf(step: RunStep, events: readonly RunEvent[], until: number): Stretch[] {
  const found = events.flatMap((event, index): Stretch[] => {
    const next = events[index + 1];
    if (!DRAWN.has(event.to)) return [];
    return [{ state: event.to as StepState, from: Date.parse(event.at), until: next === undefined ? until : Date.parse(next.at) }];
  });
  if (found.length > 0 || step.startedAt === null) return found;
  return [{ state: step.state, from: Date.parse(step.startedAt), until: step.endedAt === null ? until : Date.parse(step.endedAt) }];
}
