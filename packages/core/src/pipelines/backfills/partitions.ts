import type { BackfillSpec } from "@granary/protocol";
import { momentsOf, wallOf } from "../schedule/index.ts";

/** A part of a stretch of time, in its zone: days of 23 and 25 hours are days. */
export interface Partition {
  readonly key: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const iso = (wall: number): string => new Date(wall).toISOString();
const startOfDay = (wall: number): number => Math.floor(wall / DAY_MS) * DAY_MS;
/** Weeks begin on Mondays, as in ISO 8601. */
const startOfWeek = (wall: number): number => startOfDay(wall) - ((new Date(wall).getUTCDay() + 6) % 7) * DAY_MS;
const monthOf = (wall: number, add: number): number => Date.UTC(new Date(wall).getUTCFullYear(), new Date(wall).getUTCMonth() + add, 1);

function weekKey(wall: number): string {
  const thursday = startOfWeek(wall) + 3 * DAY_MS;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * DAY_MS)) + 1;
  return `${year}-W${String(week).padStart(2, "0")}`;
}

const CALENDAR = {
  day: { begin: startOfDay, next: (wall: number) => wall + DAY_MS, key: (wall: number) => iso(wall).slice(0, 10) },
  week: { begin: startOfWeek, next: (wall: number) => wall + 7 * DAY_MS, key: weekKey },
  month: { begin: (wall: number) => monthOf(wall, 0), next: (wall: number) => monthOf(wall, 1), key: (wall: number) => iso(wall).slice(0, 7) },
} as const;

/** When clocks first show something, or the first instant after it where they never do. */
function instantOf(zone: string, wall: number): number {
  const moments = momentsOf(zone, wall);
  return moments.kind === "once" ? moments.at : moments.kind === "gap" ? moments.end : moments.first;
}

function offsetText(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  return `${offsetMs < 0 ? "-" : "+"}${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

/** Hours of the clock: two of one name where clocks are put back, told apart by their distance from UTC. */
function* hours(zone: string, from: number, until: number): Generator<Partition> {
  let at = from - (wallOf(zone, from) % HOUR_MS);
  while (at < until) {
    const wall = wallOf(zone, at);
    let end = at + HOUR_MS - (wall % HOUR_MS);
    const shown = wallOf(zone, end) % HOUR_MS;
    // Clocks moved by half an hour within it: the next full hour is nearer or farther.
    if (shown !== 0) end -= shown;
    if (end <= at) end = at + HOUR_MS;
    yield { key: `${iso(wall).slice(0, 16)}${offsetText(wall - at)}`, startsAt: new Date(at), endsAt: new Date(end) };
    at = end;
  }
}

function* calendarParts(spec: BackfillSpec & { readonly unit: keyof typeof CALENDAR }, from: number, until: number): Generator<Partition> {
  const { begin, next, key } = CALENDAR[spec.unit];
  let wall = begin(wallOf(spec.timeZone, from));
  for (;;) {
    const [start, end] = [instantOf(spec.timeZone, wall), instantOf(spec.timeZone, next(wall))];
    if (start >= until) return;
    // A day that a zone left out whole, when it changed sides of the date line, has no part.
    if (end > start) yield { key: key(wall), startsAt: new Date(start), endsAt: new Date(end) };
    wall = next(wall);
  }
}

/** The parts of a stretch of time from the one that holds its beginning on, oldest first, one more than `max` when there are more. */
export function partitionsOf(spec: BackfillSpec, max: number): readonly Partition[] {
  const [from, until] = [Date.parse(spec.from), Date.parse(spec.until)];
  const { unit } = spec;
  const found: Partition[] = [];
  for (const part of unit === "hour" ? hours(spec.timeZone, from, until) : calendarParts({ ...spec, unit }, from, until)) {
    found.push(part);
    if (found.length > max) break;
  }
  return found;
}
