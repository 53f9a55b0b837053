import { type ExpressionType, decimal } from "./types.ts";

const DAY = "\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])";
const CLOCK = "([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{1,6})?)?";
const OFFSET = "(Z|[+-]\\d{2}(:?\\d{2})?)";

const SHAPES: Readonly<Record<string, { readonly pattern: RegExp; readonly like: string }>> = {
  date: { pattern: new RegExp(`^${DAY}$`), like: "'2026-01-31'" },
  time: { pattern: new RegExp(`^${CLOCK}$`), like: "'13:45:00'" },
  timestamp: { pattern: new RegExp(`^${DAY}([ T]${CLOCK})?$`), like: "'2026-01-31 13:45:00'" },
  timestamptz: { pattern: new RegExp(`^${DAY}([ T]${CLOCK}${OFFSET}?)?$`), like: "'2026-01-31 13:45:00+01'" },
  uuid: { pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, like: "'123e4567-e89b-12d3-a456-426614174000'" },
  interval: { pattern: /./, like: "'2 months' or '90 minutes'" },
};

/** Types that a text written down becomes by itself where one of them is needed. */
export const WRITABLE: ReadonlySet<string> = new Set(Object.keys(SHAPES));

function isDay(text: string): boolean {
  const [year = 0, month = 1, day = 1] = text.slice(0, 10).split("-").map(Number);
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** What is wrong with a value written as text, undefined where nothing is. */
export function literalFault(type: string, text: string): string | undefined {
  const shape = SHAPES[type];
  if (shape === undefined) return undefined;
  const isRight = type === "interval" ? parseInterval(text) !== undefined : shape.pattern.test(text) && (!/^(date|timestamp)/.test(type) || isDay(text));
  return isRight ? undefined : `'${text.slice(0, 60)}' is no ${type}; write it like ${shape.like}.`;
}

/** A value of a time type in the full form that engines read: with seconds, and with an offset for instants. */
export function fullForm(type: string, text: string): string {
  if (type === "time") return /:\d\d:/.test(text) ? text : `${text}:00`;
  if (type !== "timestamp" && type !== "timestamptz") return text;
  const [, day = "", clock = "00:00", offset = ""] = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-].*)?)?$/.exec(text) ?? [];
  const seconds = /:\d\d:/.test(clock) ? clock : `${clock}:00`;
  return `${day} ${seconds}${type === "timestamptz" ? offset || "+00" : ""}`;
}

export interface WrittenInterval {
  readonly months: number;
  readonly days: number;
  readonly micros: number;
}

const UNITS: Readonly<Record<string, readonly [keyof WrittenInterval, number]>> = {
  year: ["months", 12],
  quarter: ["months", 3],
  month: ["months", 1],
  week: ["days", 7],
  day: ["days", 1],
  hour: ["micros", 3_600_000_000],
  minute: ["micros", 60_000_000],
  second: ["micros", 1_000_000],
  millisecond: ["micros", 1_000],
};
const MAX_COUNT = 100_000;

/** Reads `1 month 2 days`; undefined for anything else. */
export function parseInterval(text: string): WrittenInterval | undefined {
  const words = text.trim().toLowerCase().split(/\s+/);
  if (words.length % 2 !== 0) return undefined;
  const span = { months: 0, days: 0, micros: 0 };
  for (let at = 0; at < words.length; at += 2) {
    const count = Number(words[at]);
    const unit = UNITS[(words[at + 1] ?? "").replace(/s$/, "")];
    if (unit === undefined || !Number.isInteger(count) || Math.abs(count) > MAX_COUNT) return undefined;
    span[unit[0]] += count * unit[1];
  }
  return span;
}

const MAX_INTEGER = 2n ** 63n - 1n;
const MAX_DIGITS = 38;

/** `12` is a whole number, `1.50` an exact decimal, `1e3` a number. */
export function numberType(digits: string): ExpressionType {
  if (/[eE]/.test(digits)) return "number";
  const [whole = "", places = ""] = digits.split(".");
  if (!digits.includes(".") && BigInt(whole) <= MAX_INTEGER) return "integer";
  const significant = whole.replace(/^0+/, "").length + places.length;
  return significant > MAX_DIGITS ? "number" : decimal(Math.max(significant, places.length), places.length);
}
