import type { Preferences } from "@granary/protocol";
import { createContext, type ReactNode, use, useMemo } from "react";

type Choice = Pick<Preferences, "timeZone" | "locale" | "dateFormat">;

/** How this person wants instants and numbers written. */
export interface Format {
  readonly zone: string;
  readonly locale: string;
  /** Date and time to the second, with the zone. */
  readonly exact: (instant: string | Date) => string;
  /** Date and time to the minute. */
  readonly moment: (instant: string | Date) => string;
  readonly date: (instant: string | Date) => string;
  readonly relative: (instant: string | Date, now?: number) => string;
  readonly number: (value: number) => string;
  readonly bytes: (value: number) => string;
  readonly duration: (seconds: number) => string;
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const JUST_NOW_S = 45;
const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"];

function dateWriter(choice: Choice["dateFormat"], locale: string, zone: string): (date: Date) => string {
  if (choice === "locale") {
    const format = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: zone });
    return (date) => format.format(date);
  }
  const parts = new Intl.DateTimeFormat("en-GB", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone });
  return (date) => {
    const [day, month, year] = parts.format(date).split("/");
    if (choice === "iso") return `${year}-${month}-${day}`;
    return choice === "dmy" ? `${day}.${month}.${year}` : `${month}/${day}/${year}`;
  };
}

function relativeWriter(locale: string): Format["relative"] {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "long" });
  return (instant, now = Date.now()) => {
    const seconds = (new Date(instant).getTime() - now) / 1_000;
    const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size);
    if (Math.abs(seconds) < JUST_NOW_S || unit === undefined) return seconds > JUST_NOW_S ? format.format(1, "minute") : format.format(0, "second");
    return format.format(Math.trunc(seconds / unit[1]), unit[0]);
  };
}

function writeDuration(seconds: number): string {
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1_000))} ms`;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.round((seconds % 3_600) / 60)} min`;
}

/** The writers for a person's preferences; whatever is not chosen follows the browser. */
export function createFormat(choice: Choice): Format {
  const locale = choice.locale ?? navigator.language;
  const zone = choice.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const date = dateWriter(choice.dateFormat, locale, zone);
  const minute = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", timeZone: zone });
  const second = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: zone, timeZoneName: "short" });
  const numbers = new Intl.NumberFormat(locale);
  const short = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
  return {
    zone,
    locale,
    date: (instant) => date(new Date(instant)),
    moment: (instant) => `${date(new Date(instant))}, ${minute.format(new Date(instant))}`,
    exact: (instant) => `${date(new Date(instant))}, ${second.format(new Date(instant))}`,
    relative: relativeWriter(locale),
    number: (value) => numbers.format(value),
    bytes: (value) => {
      const step = value < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(value) / 3));
      return `${short.format(value / 1_000 ** step)} ${BYTE_UNITS[step]}`;
    },
    duration: writeDuration,
  };
}

const BROWSER: Choice = { timeZone: null, locale: null, dateFormat: "locale" };
const FormatContext = createContext<Format | undefined>(undefined);

export function FormatProvider({ choice, children }: { readonly choice: Choice; readonly children: ReactNode }) {
  const { timeZone, locale, dateFormat } = choice;
  const format = useMemo(() => createFormat({ timeZone, locale, dateFormat }), [timeZone, locale, dateFormat]);
  return <FormatContext value={format}>{children}</FormatContext>;
}

let fallback: Format | undefined;

/** How to write instants and numbers here. */
export function useFormat(): Format {
  return use(FormatContext) ?? (fallback ??= createFormat(BROWSER));
}
