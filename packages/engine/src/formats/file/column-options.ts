import { problem } from "@granary/protocol";
import type { SqlType } from "../../sql/index.ts";
import { formatShape, type NumberStyle, type Reading } from "../columns/index.ts";
import { columnNames } from "../spool/column-names.ts";
import type { SpooledColumn } from "../spool/index.ts";
import type { ColumnOptions, FileOptions, ValueOptions } from "./types.ts";

const SCALARS: ReadonlySet<string> = new Set([
  "boolean",
  "integer",
  "bigint",
  "decimal",
  "float",
  "double",
  "date",
  "time",
  "timestamp",
  "timestamptz",
  "text",
  "uuid",
]);
const NUMBERS: ReadonlySet<string> = new Set(["integer", "bigint", "decimal", "float", "double"]);
const DATES: ReadonlySet<string> = new Set(["date", "timestamp", "timestamptz"]);
const MAX_ISSUES = 20;

const invalid = (option: string, reason: string): Error =>
  problem("file.option_invalid", { option, reason }, { issues: [{ path: `options.${option}`, message: reason }] });

/** What was said of a column, by its name in the file, or of all columns. */
export function optionsFor(options: FileOptions, source: string): ColumnOptions {
  return { ...options.values, ...options.columns?.[source] };
}

/** The way numbers are written, as a person says; undefined for the plain one. */
export function styleOf(options: ValueOptions): NumberStyle | undefined {
  const { decimal = ".", thousands = "" } = options;
  if (decimal === thousands || thousands.length > 1) throw invalid("thousands", "it is one character other than the decimal sign, or nothing");
  return decimal === "." && thousands === "" ? undefined : { decimal, thousands };
}

function requireFormat(source: string, format: string, { kind }: SqlType): void {
  const option = `columns.${source}.format`;
  if (formatShape(format) === undefined) throw invalid(option, "it holds letters other than %Y %y %m %d %b %B %H %I %M %S %p");
  if (!DATES.has(kind)) throw invalid(option, `only dates and timestamps have one, and the column is to be ${kind}`);
}

/** The reading a person asked for; undefined when nothing was said that decides the type. */
export function saidReading(source: string, options: ColumnOptions): Reading | undefined {
  const { type, format, nullTokens = [] } = options;
  if (type === undefined && format === undefined) return undefined;
  const own: SqlType = type ?? { kind: /%[HIMSp]/.test(format ?? "") ? "timestamp" : "date" };
  if (!SCALARS.has(own.kind)) throw invalid(`columns.${source}.type`, `a column of text cannot be read as ${own.kind}`);
  if (format !== undefined) requireFormat(source, format, own);
  const number = NUMBERS.has(own.kind) ? styleOf(options) : undefined;
  return { type: own, nullTokens, ...(number === undefined ? {} : { number }), ...(format === undefined ? {} : { format }) };
}

/** Refuses options of columns the file does not have, and types for columns whose type is not open. */
function requireUsable(options: FileOptions, columns: readonly SpooledColumn[]): void {
  const known = new Map(columns.map((item) => [item.name, item]));
  const unknown = Object.keys(options.columns ?? {}).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    const issues = unknown.slice(0, MAX_ISSUES).map((name) => ({ path: `options.columns.${name}`, message: `the file has no column called ${name}` }));
    throw problem("file.option_invalid", { option: `columns.${unknown[0]}`, reason: `the file has no column called ${unknown[0]}` }, { issues });
  }
  for (const [name, { type, format }] of Object.entries(options.columns ?? {})) {
    if (known.get(name)?.isNested === true && (type !== undefined || format !== undefined))
      throw invalid(`columns.${name}.type`, "the file itself says the type of its values; leave it as it is");
  }
}

/** What each of a file's columns is to be called, undefined for those a person leaves out. Throws `file.option_invalid`. */
export function chosenNames(options: FileOptions, columns: readonly SpooledColumn[]): readonly (string | undefined)[] {
  requireUsable(options, columns);
  const said = columns.map((item) => options.columns?.[item.name] ?? {});
  const kept = columns.flatMap((item, index) => (said[index]?.skip === true ? [] : [{ source: item.name, name: said[index]?.name ?? item.name }]));
  if (kept.length === 0 && columns.length > 0) throw invalid("columns", "every column is left out");
  const usable = columnNames(kept.map((item) => item.name));
  const fault = kept.find((item, index) => item.name !== usable[index]);
  if (fault !== undefined) {
    const { source } = kept.find((item) => item.name !== item.source && item.name.toLowerCase() === fault.name.toLowerCase()) ?? fault;
    throw invalid(`columns.${source}.name`, `“${fault.name}” cannot be used: a name is one line of at most 255 characters that no other column has`);
  }
  const names = new Map(kept.map((item) => [item.source, item.name]));
  return columns.map((item) => names.get(item.name));
}
