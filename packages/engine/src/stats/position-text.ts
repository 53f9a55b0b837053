import type { SqlType } from "../sql/index.ts";

const DAY_MS = 86_400_000;
/** Days beyond which JavaScript has no date. */
const MAX_DAYS = 100_000_000;

const two = (value: number): string => String(value).padStart(2, "0");

function dayText(days: number): string {
  if (Math.abs(days) > MAX_DAYS) return `day ${Math.round(days)}`;
  const date = new Date(Math.round(days) * DAY_MS);
  const year = date.getUTCFullYear();
  const text = `${String(year > 0 ? year : 1 - year).padStart(4, "0")}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  return year > 0 ? text : `${text} (BC)`;
}

/** The fraction has no digits that a double does not have. */
function clockText(microsOfDay: number): string {
  const seconds = Math.floor(microsOfDay / 1e6);
  const fraction = String(Math.round(microsOfDay - seconds * 1e6))
    .padStart(6, "0")
    .replace(/0+$/, "");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${fraction === "" ? "" : `.${fraction}`}`;
}

function instantText(micros: number): string {
  const whole = Math.round(micros);
  const days = Math.floor(whole / (DAY_MS * 1000));
  return `${dayText(days)} ${clockText(whole - days * DAY_MS * 1000)}`;
}

/** How a place on the line of a type's values is written, in the engine's own form. */
export function positionText(type: SqlType, position: number): string {
  if (type.kind === "date") return dayText(position);
  if (type.kind === "time") return clockText(Math.round(position));
  if (type.kind === "timestamp") return instantText(position);
  return type.kind === "timestamptz" ? `${instantText(position)}+00` : String(position);
}
