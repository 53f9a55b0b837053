export type BackfillUnit = "hour" | "day" | "week" | "month";

/** How far a time zone is ahead of UTC at an instant, in milliseconds. */
function offsetOf(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((item) => item.type === type)?.value ?? 0);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")) - Math.floor(instant / 1_000) * 1_000;
}

/** The instant at which a day (`2026-01-31`) begins in a time zone; undefined when it is no day. */
export function dayStart(day: string, timeZone: string): Date | undefined {
  const midnight = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(midnight)) return undefined;
  // Asked twice: the offset at the answer can be another one than at the guess, around a change of the clocks.
  const guess = midnight - offsetOf(midnight, timeZone);
  return new Date(midnight - offsetOf(guess, timeZone));
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** About how many parts a stretch of days has: what the server makes of it can differ by the edges. */
export function partitionCount(unit: BackfillUnit, from: Date, until: Date): number {
  const span = until.getTime() - from.getTime();
  if (span <= 0) return 0;
  if (unit === "hour") return Math.round(span / HOUR_MS);
  if (unit === "day") return Math.max(1, Math.round(span / DAY_MS));
  if (unit === "week") return Math.max(1, Math.ceil(span / (7 * DAY_MS)));
  const last = new Date(until.getTime() - 1);
  return (last.getUTCFullYear() - from.getUTCFullYear()) * 12 + last.getUTCMonth() - from.getUTCMonth() + 1;
}
