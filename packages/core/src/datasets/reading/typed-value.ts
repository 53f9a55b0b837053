import { type Expression, literal, type SqlType, typedLiteral } from "@granary/engine";

type Reader<T extends SqlType = SqlType> = (text: string, type: T) => Expression | undefined;

const MAX_DIGITS = 38;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(\.\d{1,6})?)?$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;
const SPECIAL: Readonly<Record<string, number>> = { nan: Number.NaN, infinity: Number.POSITIVE_INFINITY, "-infinity": Number.NEGATIVE_INFINITY };

function isDay(text: string): boolean {
  const [, year = "", month = "", day = ""] = DAY.exec(text) ?? [];
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return DAY.test(text) && year !== "0000" && date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day);
}

const clockOf = (text: string): string | undefined => (CLOCK.test(text) ? (text.length === 5 ? `${text}:00` : text) : undefined);

function whole(text: string): Expression | undefined {
  if (!/^[+-]?\d{1,38}$/.test(text)) return undefined;
  return literal(BigInt(text.replace("+", "")));
}

function floating(text: string, type: SqlType): Expression | undefined {
  const special = SPECIAL[text.toLowerCase()];
  if (special === undefined && !NUMBER.test(text)) return undefined;
  const value = special ?? Number(text);
  // A column of 32-bit floats is widened to be compared, so its values are those of 64 bits nearest to 32.
  return literal(type.kind === "float" ? Math.fround(value) : value);
}

/** Of more digits than the column has, the value keeps them all: rounding would find rows that are not equal to it. */
function decimal(text: string, { precision, scale }: Extract<SqlType, { kind: "decimal" }>): Expression | undefined {
  if (!/^[+-]?\d+(\.\d+)?$/.test(text)) return undefined;
  const [, sign = "", digits = "", rest = ""] = /^([+-]?)0*(\d+)(?:\.(\d+?)0*)?$/.exec(text) ?? [];
  const fraction = rest === "0" ? "" : rest;
  const places = Math.max(scale, fraction.length);
  const width = Math.max(precision - scale, digits.length) + places;
  if (width > MAX_DIGITS) return undefined;
  const isOwn = places === scale && width <= precision;
  return typedLiteral(
    { kind: "decimal", precision: isOwn ? precision : width, scale: places },
    `${sign === "-" ? "-" : ""}${digits}${fraction === "" ? "" : `.${fraction}`}`,
  );
}

function instant(text: string, type: SqlType): Expression | undefined {
  const [, day = "", clock = "00:00:00", zone] = INSTANT.exec(text) ?? [];
  const time = clockOf(clock);
  if (!isDay(day) || time === undefined) return undefined;
  if (type.kind === "timestamp") return zone === undefined ? typedLiteral({ kind: "timestamp" }, `${day} ${time}`) : undefined;
  return typedLiteral({ kind: "timestamptz" }, `${day} ${time}${zone?.toUpperCase() ?? "Z"}`);
}

function truth(text: string): Expression | undefined {
  const lower = text.toLowerCase();
  return lower === "true" || lower === "false" ? literal(lower === "true") : undefined;
}

function clock(text: string): Expression | undefined {
  const time = clockOf(text);
  return time === undefined ? undefined : typedLiteral({ kind: "time" }, time);
}

function uuid(text: string): Expression | undefined {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? typedLiteral({ kind: "uuid" }, text.toLowerCase()) : undefined;
}

const nothing = (): undefined => undefined;

const READERS: { readonly [K in SqlType["kind"]]: { readonly expected: string; readonly read: Reader<Extract<SqlType, { kind: K }>> } } = {
  boolean: { expected: "true or false", read: truth },
  integer: { expected: "a whole number", read: whole },
  bigint: { expected: "a whole number", read: whole },
  float: { expected: "a number", read: floating },
  double: { expected: "a number", read: floating },
  decimal: { expected: "a decimal number of at most 38 digits", read: decimal },
  date: { expected: "a date such as 2026-01-31", read: (text) => (isDay(text) ? typedLiteral({ kind: "date" }, text) : undefined) },
  time: { expected: "a time such as 14:30:00", read: clock },
  timestamp: { expected: "a date and time without zone, such as 2026-01-31 14:30:00", read: instant },
  timestamptz: { expected: "an instant such as 2026-01-31T14:30:00Z", read: instant },
  text: { expected: "a text", read: literal },
  uuid: { expected: "a UUID", read: uuid },
  binary: { expected: "hexadecimal digits", read: (text) => (/^([0-9a-f]{2})*$/i.test(text) ? typedLiteral({ kind: "binary" }, text) : undefined) },
  list: { expected: "nothing: the column is nested", read: nothing },
  struct: { expected: "nothing: the column is nested", read: nothing },
  map: { expected: "nothing: the column is nested", read: nothing },
};

/** The constant a person's text stands for beside a column of this type; undefined when it is none. */
export function typedValue(type: SqlType, text: string): Expression | undefined {
  const read = READERS[type.kind].read as Reader;
  return read(type.kind === "text" ? text : text.trim(), type);
}

/** What a text for a column of this type has to be, in words. */
export const expectedText = (type: SqlType): string => READERS[type.kind].expected;
