import { problem } from "@granary/protocol";
import { Cron } from "croner";

/** A tick found later than this counts as missed. */
const ON_TIME_MS = 60_000;

export interface ScheduleRule {
  readonly cron: string;
  readonly timeZone: string;
  readonly missed: "skip" | "once";
}

/** Reads a cron expression in its time zone; throws `job.schedule_invalid`. */
export function parseCron(cron: string, timeZone: string): Cron {
  try {
    const parsed = new Cron(cron, { timezone: timeZone, paused: true });
    // An unknown zone is noticed by the first question alone.
    parsed.nextRun();
    return parsed;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw problem("job.schedule_invalid", { cron, timeZone, reason }, { cause: error });
  }
}

/** The first tick after an instant; undefined when there is none any more. */
export function nextTick(rule: Pick<ScheduleRule, "cron" | "timeZone">, after: Date): Date | undefined {
  return parseCron(rule.cron, rule.timeZone).nextRun(after) ?? undefined;
}

/** The newest tick that is due and whether it runs, or undefined when none is. Ticks before the newest are never made up for one by one. */
export function dueTick(rule: ScheduleRule, lastTickAt: Date, now: Date): { readonly at: Date; readonly run: boolean } | undefined {
  const next = nextTick(rule, lastTickAt);
  if (next === undefined || next > now) return undefined;
  // The library looks at whole seconds before its reference: one second more finds a tick of this very instant.
  const newest = parseCron(rule.cron, rule.timeZone)
    .previousRuns(2, new Date(now.getTime() + 1_000))
    .find((tick) => tick <= now);
  const at = newest !== undefined && newest > next ? newest : next;
  return { at, run: rule.missed === "once" || now.getTime() - at.getTime() <= ON_TIME_MS };
}
