const MS_PER_DAY = 86_400_000;
const EPOCH_1900 = Date.UTC(1899, 11, 30);
const EPOCH_1904 = Date.UTC(1904, 0, 1);
/** Excel believes in 29 February 1900, so that days before 1 March are one off. */
const FIRST_TRUE_DAY = 61;
const MAX_SERIAL = 2_958_466;

const two = (value: number): string => String(value).padStart(2, "0");

/** A day number of a workbook as `YYYY-MM-DD HH:MM:SS[.mmm]`; undefined for what is no day. Milliseconds, which is what a double of days can tell apart. */
export function serialTime(serial: number, is1904: boolean): string | undefined {
  if (!(serial >= 0) || serial >= MAX_SERIAL) return undefined;
  const days = !is1904 && serial < FIRST_TRUE_DAY ? serial + 1 : serial;
  if (!is1904 && Math.floor(serial) === FIRST_TRUE_DAY - 1) return undefined;
  return new Date((is1904 ? EPOCH_1904 : EPOCH_1900) + Math.round(days * MS_PER_DAY))
    .toISOString()
    .replace("T", " ")
    .replace(/(\.000)?Z$/, "");
}

/** A fraction of a day as `HH:MM:SS`; whole days become hours, as Excel shows lengths of time. */
export function serialClock(serial: number): string {
  const ms = Math.round(Math.abs(serial) * MS_PER_DAY);
  const seconds = Math.floor(ms / 1000);
  const rest = ms % 1000 === 0 ? "" : `.${String(ms % 1000).padStart(3, "0")}`;
  return `${serial < 0 ? "-" : ""}${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${rest}`;
}
