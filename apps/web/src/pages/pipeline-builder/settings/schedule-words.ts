/** A schedule most people mean; what is none of these is written as cron. */
export type Rhythm =
  | { readonly every: "hour"; readonly minute: number }
  | { readonly every: "day"; readonly time: string }
  | { readonly every: "week"; readonly time: string; readonly days: readonly number[] }
  | { readonly every: "month"; readonly time: string; readonly day: number };

const two = (value: string): string => value.padStart(2, "0");
const MINUTE = String.raw`(?<minute>\d{1,2})`;
const AT = String.raw`${MINUTE} (?<hour>\d{1,2})`;
const HOURLY = new RegExp(String.raw`^${MINUTE} \* \* \* \*$`);
const DAILY = new RegExp(String.raw`^${AT} \* \* \*$`);
const WEEKLY = new RegExp(String.raw`^${AT} \* \* (?<days>[0-6](?:,[0-6])*)$`);
const MONTHLY = new RegExp(String.raw`^${AT} (?<day>\d{1,2}) \* \*$`);

/** Reads the plain ones of cron's ways to say a time; undefined for all others. */
export function readRhythm(cron: string): Rhythm | undefined {
  const text = cron.trim().replaceAll(/\s+/g, " ");
  const found = (pattern: RegExp) => pattern.exec(text)?.groups;
  const timeOf = ({ hour = "", minute = "" }: Record<string, string>): string => `${two(hour)}:${two(minute)}`;
  const [hourly, daily, weekly, monthly] = [found(HOURLY), found(DAILY), found(WEEKLY), found(MONTHLY)];
  if (hourly !== undefined) return { every: "hour", minute: Number(hourly["minute"]) };
  if (daily !== undefined) return { every: "day", time: timeOf(daily) };
  if (weekly !== undefined) return { every: "week", time: timeOf(weekly), days: (weekly["days"] ?? "").split(",").map(Number) };
  return monthly === undefined ? undefined : { every: "month", time: timeOf(monthly), day: Number(monthly["day"]) };
}

/** A rhythm as cron. */
export function writeRhythm(rhythm: Rhythm): string {
  if (rhythm.every === "hour") return `${rhythm.minute} * * * *`;
  const [hour = "0", minute = "0"] = rhythm.time.split(":");
  const at = `${Number(minute)} ${Number(hour)}`;
  if (rhythm.every === "day") return `${at} * * *`;
  if (rhythm.every === "month") return `${at} ${rhythm.day} * *`;
  return `${at} * * ${rhythm.days.length === 0 ? "*" : rhythm.days.toSorted((one, other) => one - other).join(",")}`;
}
