import type { JsonValue, SqlType } from "@granary/engine";

/** A sheet has no more rows, the one with the names included. */
export const MAX_SHEET_ROWS = 1_048_576;
export const MAX_SHEET_COLUMNS = 16_384;
const MAX_CELL = 32_767;
/** Spreadsheets compute with 15 digits; what has more would be changed. */
const MAX_DIGITS = 15;

const STYLE = { date: 1, instant: 2, head: 3 } as const;

const DAY_MS = 86_400_000;
/** Serial numbers count from here since 1900-03-01; before that spreadsheets know a day that never was. */
const EPOCH_MS = Date.UTC(1899, 11, 30);
const FIRST_MS = Date.UTC(1900, 2, 1);
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(\.\d{1,3}0*)?$/;

const FORBIDDEN = /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)/;
const SPECIAL = /[&<>]/;

const hex = (character: string): string => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`;

/** A text as it stands in the sheet's XML; characters XML cannot hold are written as spreadsheets do (ECMA-376, ST_Xstring). */
export function escapeText(text: string): string {
  const visible = FORBIDDEN.test(text) ? text.replaceAll(new RegExp(FORBIDDEN, "g"), hex) : text;
  return SPECIAL.test(visible) ? visible.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;") : visible;
}

/** `A`, `B`, ... `XFD`. */
export function columnLetters(index: number): string {
  const rest = Math.floor(index / 26);
  return (rest === 0 ? "" : columnLetters(rest - 1)) + String.fromCharCode(65 + (index % 26));
}

/** What a cell holds behind its place: attributes and content; undefined when the value does not fit a cell. */
type CellWriter = (value: JsonValue) => string | undefined;

/** `attributes` such as a style. */
function textCell(value: JsonValue, attributes = ""): string | undefined {
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.length > MAX_CELL ? undefined : `${attributes} t="inlineStr"><is><t xml:space="preserve">${escapeText(text)}</t></is></c>`;
}

function numberCell(value: JsonValue): string | undefined {
  const text = String(value);
  if (!Number.isFinite(Number(text))) return textCell(value);
  const digits = text.replace(/^-?0*\.?0*/, "").replace(".", "");
  return typeof value === "number" || digits.length <= MAX_DIGITS ? `><v>${text}</v></c>` : textCell(value);
}

const serial = (ms: number): number => (ms - EPOCH_MS) / DAY_MS;

function dateCell(value: JsonValue): string | undefined {
  const ms = typeof value === "string" && DAY.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
  return ms >= FIRST_MS ? ` s="${STYLE.date}"><v>${serial(ms)}</v></c>` : textCell(value);
}

function instantCell(value: JsonValue): string | undefined {
  const [, day, clock, fraction = ""] = (typeof value === "string" ? INSTANT.exec(value) : null) ?? [];
  const ms = day === undefined ? Number.NaN : Date.parse(`${day}T${clock}${fraction.slice(0, 4)}Z`);
  return ms >= FIRST_MS ? ` s="${STYLE.instant}"><v>${serial(ms)}</v></c>` : textCell(value);
}

const WRITERS: Readonly<Partial<Record<SqlType["kind"], CellWriter>>> = {
  boolean: (value) => ` t="b"><v>${value === true ? 1 : 0}</v></c>`,
  integer: numberCell,
  bigint: numberCell,
  decimal: numberCell,
  float: numberCell,
  double: numberCell,
  date: dateCell,
  timestamp: instantCell,
};

/** By its name a column of identifiers, which must not be shown or changed as numbers. */
const isIdName = (name: string): boolean => /(^|[\s_.-])ids?$/i.test(name) || /[a-z]I[dD]s?$/.test(name);

/** How the cells of a column are written: exactly, as numbers only where a spreadsheet keeps them so. */
export function cellWriter(column: { readonly name: string; readonly sqlType: SqlType; readonly isKey: boolean }): CellWriter {
  const isText = column.isKey || isIdName(column.name);
  return (isText ? undefined : WRITERS[column.sqlType.kind]) ?? textCell;
}

/** A column's name in the first row. */
export const headCell = (name: string): string | undefined => textCell(name, ` s="${STYLE.head}"`);
