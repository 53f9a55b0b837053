import type { NumberStyle } from "./reading.ts";

/** Texts that stand for a missing value in many files. They count only where everything else in the column has a type. */
export const NULL_TOKENS = ["NULL", "null", "\\N", "n/a", "N/A", "#N/A", "NA", "na", "NaN", "nan", "-", "--", "none", "None", "nil", "?", "."] as const;

/** Ways to write numbers besides the plain one. */
export const NUMBER_STYLES: readonly NumberStyle[] = [
  { decimal: ",", thousands: "." },
  { decimal: ".", thousands: "," },
  { decimal: ".", thousands: "'" },
  { decimal: ".", thousands: "’" },
  { decimal: ",", thousands: " " },
  { decimal: ",", thousands: "\u00a0" },
  { decimal: ",", thousands: "\u202f" },
  { decimal: ".", thousands: " " },
];

const DAYS = ["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d %b %Y", "%d-%b-%Y"];
const CLOCKS = [" %H:%M", " %H:%M:%S"];

export interface DateStyle {
  readonly format: string;
  readonly kind: "date" | "timestamp";
}

/** Ways to write dates and times besides ISO 8601. Years of two digits are read only when a person says so. */
export const DATE_STYLES: readonly DateStyle[] = [
  ...DAYS.map((format): DateStyle => ({ format, kind: "date" })),
  ...DAYS.flatMap((day) => CLOCKS.map((clock): DateStyle => ({ format: day + clock, kind: "timestamp" }))),
  { format: "%Y-%m-%d %H:%M", kind: "timestamp" },
  { format: "%Y-%m-%dT%H:%M", kind: "timestamp" },
];
