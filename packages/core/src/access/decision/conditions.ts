import type { PolicyConditions, PolicyEffect } from "@granary/protocol";

interface LocalTime {
  /** 1 is Monday. */
  readonly day: number;
  /** Hours and minutes, so that texts compare like times. */
  readonly clock: string;
}

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  formats.set(timeZone, format);
  return format;
}

function localTime(at: Date, timeZone: string): LocalTime {
  const parts = new Map(
    formatFor(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return { day: DAYS.indexOf(parts.get("weekday") ?? "") + 1, clock: `${parts.get("hour")}:${parts.get("minute")}` };
}

const dayBefore = (day: number): number => (day === 1 ? 7 : day - 1);

function isInWeek({ days, from, until, timeZone = "UTC" }: PolicyConditions, at: Date): boolean {
  if (days === undefined && from === undefined) return true;
  const { day, clock } = localTime(at, timeZone);
  const isOn = (weekday: number): boolean => days === undefined || days.includes(weekday);
  if (from === undefined || until === undefined) return isOn(day);
  if (from < until) return isOn(day) && clock >= from && clock < until;
  return clock >= from ? isOn(day) : clock < until && isOn(dayBefore(day));
}

/** A purpose opens what is open for it and nothing else: it lets an `allow` hold, and lifts whatever restricts. */
function fitsPurpose(effect: PolicyEffect, { purposes }: PolicyConditions, stated: string | null): boolean {
  if (purposes === undefined) return true;
  const isListed = stated !== null && purposes.includes(stated);
  return effect === "allow" ? isListed : !isListed;
}

/** When somebody asks, and what for. */
export interface Moment {
  readonly now: Date;
  readonly purpose: string | null;
}

/** Whether a policy holds now, for somebody who states this purpose. */
export function holdsNow(effect: PolicyEffect, conditions: PolicyConditions, at: Moment): boolean {
  const { validFrom, validUntil } = conditions;
  if (validFrom !== undefined && at.now < new Date(validFrom)) return false;
  if (validUntil !== undefined && at.now >= new Date(validUntil)) return false;
  return fitsPurpose(effect, conditions, at.purpose) && isInWeek(conditions, at.now);
}
