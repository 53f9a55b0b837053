import type { TriggerOf } from "@granary/protocol";
import { type CronLine, parseCronLine } from "./parse-cron.ts";
import { type Moments, momentsOf, type WallMs, wallOf } from "./zone.ts";

/** The part of a schedule that says when. */
export type ScheduleTimes = Pick<TriggerOf<"schedule">, "cron" | "timeZone" | "gap" | "overlap"> & Partial<Pick<TriggerOf<"schedule">, "from" | "until">>;

/** A time a schedule is due, with what its clocks show then and what became of hours that are left out or come twice. */
export interface DueTime {
  readonly at: number;
  readonly wall: WallMs;
  readonly because: "clock" | "shifted" | "first" | "last";
}

function timesAt(line: CronLine, rule: ScheduleTimes, wall: WallMs): readonly DueTime[] {
  const moments: Moments = momentsOf(rule.timeZone, wall);
  if (moments.kind === "once") return [{ at: moments.at, wall, because: "clock" }];
  if (moments.kind === "gap") return line.goesByTime || rule.gap === "skip" ? [] : [{ at: moments.end, wall, because: "shifted" }];
  const first: DueTime = { at: moments.first, wall, because: "first" };
  const last: DueTime = { at: moments.last, wall, because: "last" };
  if (line.goesByTime || rule.overlap === "both") return [first, last];
  return rule.overlap === "first" ? [first] : [last];
}

/** Where to begin on the wall clock so that no time after an instant is missed: hours that come twice are looked at from their beginning. */
function wallBefore(zone: string, after: number): WallMs {
  const wall = wallOf(zone, after);
  const moments = momentsOf(zone, wall);
  return moments.kind === "twice" ? wall - (moments.last - moments.first) : wall;
}

function nextOfLine(line: CronLine, rule: ScheduleTimes, after: number): DueTime | undefined {
  let best: DueTime | undefined;
  // croner looks behind whole seconds alone: one less finds what falls on the beginning itself.
  let cursor = line.wall.nextRun(new Date(wallBefore(rule.timeZone, after) - 1_000));
  while (cursor !== null) {
    const wall = cursor.getTime();
    const times = timesAt(line, rule, wall);
    for (const time of times) if (time.at > after && (best === undefined || time.at < best.at)) best = time;
    const moments = momentsOf(rule.timeZone, wall);
    const earliest = moments.kind === "once" ? moments.at : moments.kind === "gap" ? moments.end : moments.first;
    if (best !== undefined && earliest >= best.at) return best;
    cursor = line.wall.nextRun(cursor);
  }
  return best;
}

const minimum = (times: readonly (DueTime | undefined)[]): DueTime | undefined =>
  times.reduce((best, time) => (time !== undefined && (best === undefined || time.at < best.at) ? time : best), undefined);

/** The first time after an instant; undefined when there is none any more. Throws `pipeline.schedule_invalid`. */
export function nextTime(rule: ScheduleTimes, after: number): DueTime | undefined {
  const from = rule.from === undefined ? after : Math.max(after, Date.parse(rule.from) - 1);
  const next = minimum(rule.cron.map((text) => nextOfLine(parseCronLine(text), rule, from)));
  return next === undefined || (rule.until !== undefined && next.at >= Date.parse(rule.until)) ? undefined : next;
}

/** The times after `after` up to `until`, in order, at most `max`. */
export function timesBetween(rule: ScheduleTimes, after: number, until: number, max: number): readonly DueTime[] {
  const times: DueTime[] = [];
  let next = nextTime(rule, after);
  while (next !== undefined && next.at <= until && times.length < max) {
    times.push(next);
    next = nextTime(rule, next.at);
  }
  return times;
}

/** The newest times after `after` up to `until`, in order, at most `max`; a year of seconds is not walked through for the last one. */
export function newestTimes(rule: ScheduleTimes, range: { readonly after: number; readonly until: number }, max: number): readonly DueTime[] {
  const { after, until } = range;
  for (let span = 60_000; ; span *= 4) {
    const begin = Math.max(after, until - span);
    const times = timesBetween(rule, begin, until, max * 4 + 100);
    if (times.length >= max || begin === after) {
      const last = times.at(-1);
      const isAll = last === undefined || times.length < max * 4 + 100;
      return isAll ? times.slice(-max) : [...times, ...newestTimes(rule, { after: last.at, until }, max)].slice(-max);
    }
  }
}
