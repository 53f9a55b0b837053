import { createHash } from "node:crypto";
import type { TriggerOf } from "@granary/protocol";
import { newestTimes, nextTime } from "./times.ts";

/** Found later than this, a time has passed while nothing ran. */
const ON_TIME_MS = 60_000;

export interface DueRun {
  readonly at: Date;
  /** When it was due before: the beginning of the stretch of time it is for; null for the first. */
  readonly previous: Date | null;
}

export interface Dealt {
  readonly runs: readonly DueRun[];
  /** The newest time that was dealt with. */
  readonly lastAt: Date;
  /** When to look again; null when there are no more times. */
  readonly nextAt: Date | null;
}

/** A wait of up to `jitterS` that is the same whoever computes it. */
function jitterOf(rule: TriggerOf<"schedule">, key: string, at: number): number {
  if (rule.jitterS === 0) return 0;
  const digest = createHash("sha256").update(`${key} ${at}`).digest();
  return digest.readUInt32BE(0) % (rule.jitterS * 1_000 + 1);
}

/** When a schedule is to be looked at first after an instant. */
export function lookAt(rule: TriggerOf<"schedule">, key: string, after: Date): Date | null {
  const next = nextTime(rule, after.getTime());
  return next === undefined ? null : new Date(next.at + jitterOf(rule, key, next.at));
}

const LIMITS = { none: () => 1, latest: () => 1, all: (rule: TriggerOf<"schedule">) => rule.catchUpMax } as const;

/** Rarer than once in this time, schedules have no time before. */
const LONGEST_MS = 1_500 * 86_400_000;

function previousTime(rule: TriggerOf<"schedule">, at: number): Date | null {
  const { from: _from, ...always } = rule;
  const before = newestTimes(always, { after: at - LONGEST_MS, until: at - 1 }, 1).at(-1);
  return before === undefined ? null : new Date(before.at);
}

/** What a schedule is due for, going by its last time and its rule for times that passed while nothing ran. */
export function dueRuns(rule: TriggerOf<"schedule">, key: string, times: { readonly lastAt: Date; readonly now: Date }): Dealt {
  const { lastAt, now } = times;
  const max = LIMITS[rule.catchUp](rule);
  const found = newestTimes(rule, { after: lastAt.getTime(), until: now.getTime() }, max + 1);
  const ready = found.filter(({ at }) => at + jitterOf(rule, key, at) <= now.getTime());
  const newest = ready.at(-1);
  if (newest === undefined) return { runs: [], lastAt, nextAt: lookAt(rule, key, lastAt) };
  const isLate = now.getTime() - newest.at - rule.jitterS * 1_000 > ON_TIME_MS;
  const kept = rule.catchUp === "none" && isLate ? [] : ready.slice(-max);
  const runs = kept.map(({ at }) => ({ at: new Date(at), previous: previousTime(rule, at) }));
  return { runs, lastAt: new Date(newest.at), nextAt: lookAt(rule, key, new Date(newest.at)) };
}
