/** Dates and times as the engine writes them (`0044-03-15 (BC) 10:00:00.5`) and as Iceberg counts them, for all years either knows. */

const DAYS_PER_ERA = 146_097;
/** From the first of March of the year 0, where an era of 400 years begins, to 1970-01-01. */
const EPOCH_DAYS = 719_468;
const DAY_MICROS = 86_400_000_000n;
const MIN_INT = -(2 ** 31);
const MAX_INT = 2 ** 31 - 1;

export interface CivilDate {
  /** 0 is the year before the first. */
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar. */
function civilToDays({ year, month, day }: CivilDate): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - EPOCH_DAYS;
}

/** The calendar date of a number of days since 1970-01-01. */
export function daysToCivil(days: number): CivilDate {
  const shifted = days + EPOCH_DAYS;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const dayOfEra = shifted - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

const DATE = /^(\d{4,7})-(\d\d)-(\d\d)( \(BC\))?/;
const TIME = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?/;
const ZONE = /^(?:Z|([+-])(\d\d)(?::?(\d\d))?)$/;

function takeDate(text: string): { readonly days: number; readonly rest: string } | undefined {
  const found = DATE.exec(text);
  if (found === null) return undefined;
  const date = { year: found[4] === undefined ? Number(found[1]) : 1 - Number(found[1]), month: Number(found[2]), day: Number(found[3]) };
  const days = civilToDays(date);
  const again = daysToCivil(days);
  if (again.year !== date.year || again.month !== date.month || again.day !== date.day || days < MIN_INT || days > MAX_INT) return undefined;
  return { days, rest: text.slice(found[0].length) };
}

function takeTime(text: string): { readonly micros: bigint; readonly rest: string } | undefined {
  const [all, hours, minutes, seconds = "0", fraction = ""] = TIME.exec(text) ?? [];
  if (all === undefined || Number(minutes) > 59 || Number(seconds) > 59 || !/^0*$/.test(fraction.slice(6))) return undefined;
  const micros = BigInt(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1_000_000n + BigInt(fraction.padEnd(6, "0").slice(0, 6));
  return micros > DAY_MICROS ? undefined : { micros, rest: text.slice(all.length) };
}

function zoneMicros(text: string): bigint | undefined {
  if (text === "") return 0n;
  const found = ZONE.exec(text);
  if (found === null) return undefined;
  const micros = BigInt(Number(found[2] ?? 0) * 3600 + Number(found[3] ?? 0) * 60) * 1_000_000n;
  return found[1] === "-" ? -micros : micros;
}

/** Days since 1970-01-01; undefined for `infinity` and what is no date. */
export function parseDate(text: string): number | undefined {
  const date = takeDate(text);
  return date?.rest === "" ? date.days : undefined;
}

/** Microseconds since midnight; undefined for what is no time. */
export function parseTime(text: string): bigint | undefined {
  const time = takeTime(text);
  return time?.rest === "" ? time.micros : undefined;
}

/** Microseconds since 1970-01-01, in UTC when no offset is given; undefined for `infinity`, what is no timestamp, and beyond 64 bits. */
export function parseTimestamp(text: string, hasZone: boolean): bigint | undefined {
  const date = takeDate(text);
  if (date === undefined) return undefined;
  const time = date.rest === "" ? { micros: 0n, rest: "" } : /^[ T]/.test(date.rest) ? takeTime(date.rest.slice(1)) : undefined;
  const offset = time === undefined ? undefined : zoneMicros(time.rest);
  if (time === undefined || offset === undefined || (!hasZone && time.rest !== "")) return undefined;
  const micros = BigInt(date.days) * DAY_MICROS + time.micros - offset;
  return BigInt.asIntN(64, micros) === micros ? micros : undefined;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** The engine's text of a date. */
export function formatDate(days: number): string {
  const { year, month, day } = daysToCivil(days);
  return `${String(year > 0 ? year : 1 - year).padStart(4, "0")}-${two(month)}-${two(day)}${year > 0 ? "" : " (BC)"}`;
}

/** The engine's text of a time of day. */
export function formatTime(micros: bigint): string {
  const seconds = Number(micros / 1_000_000n);
  const fraction = micros % 1_000_000n;
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return fraction === 0n ? clock : `${clock}.${fraction.toString().padStart(6, "0").replace(/0+$/, "")}`;
}

/** Division towards minus infinity, as calendars need it before 1970. */
export const floorDivide = (value: bigint, by: bigint): bigint => (value < 0n ? -((-value + by - 1n) / by) : value / by);

/** The engine's text of a timestamp, with `+00` when it is an instant. */
export function formatTimestamp(micros: bigint, hasZone: boolean): string {
  const days = floorDivide(micros, DAY_MICROS);
  return `${formatDate(Number(days))} ${formatTime(micros - days * DAY_MICROS)}${hasZone ? "+00" : ""}`;
}
