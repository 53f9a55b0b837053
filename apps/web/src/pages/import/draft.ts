import type { Dataset, FileColumnOptions, FileOptions, Frequency, InspectedColumn, InspectedFile, LoadMode, NewColumns, Visibility } from "@granary/protocol";

/** What a person said about one file before its import. */
export interface Draft {
  /** Everything but columns. */
  readonly file: Omit<FileOptions, "columns">;
  readonly columns: Readonly<Record<string, FileColumnOptions>>;
  readonly name: string;
  readonly description: string;
  readonly visibility: Visibility;
  readonly batchDate: string;
  readonly frequency: Frequency | "";
  readonly mode: LoadMode;
  readonly onNewColumns: NewColumns;
  /** Columns of the dataset for columns of the file; empty to leave one out. */
  readonly mapping: Readonly<Record<string, string>>;
  readonly keys: readonly string[];
  readonly limit: "none" | "count" | "share";
  readonly limitValue: string;
}

/** `Orders_2026.csv.gz` becomes "Orders 2026". */
function nameFrom(fileName: string): string {
  return fileName
    .replace(/(\.(gz|zst|zip))?$/i, "")
    .replace(/\.[^.]+$/, "")
    .replaceAll(/[_]+/g, " ")
    .trim()
    .slice(0, 100);
}

export function newDraft(fileName: string): Draft {
  return {
    file: {},
    columns: {},
    name: nameFrom(fileName),
    description: "",
    visibility: "private",
    batchDate: "",
    frequency: "",
    mode: "append",
    onNewColumns: "refuse",
    mapping: {},
    keys: [],
    limit: "none",
    limitValue: "",
  };
}

type Part = keyof Draft["file"];

/** Says something of the file as a whole. Its columns may be others then, so what was said of them is forgotten. */
export function withFile<P extends Part>(draft: Draft, part: P, value: Draft["file"][P]): Draft {
  const { [part]: _before, ...others } = draft.file;
  return { ...draft, file: { ...others, ...(value === undefined ? {} : { [part]: value }) }, columns: part === "values" ? draft.columns : {}, mapping: {} };
}

/** Changes some of what was said of a part; a value of undefined takes it back. */
export function merged<T extends object>(before: T | undefined, change: Partial<Record<keyof T, unknown>>): T | undefined {
  const entries = Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as T);
}

export function withColumn(draft: Draft, source: string, change: Partial<Record<keyof FileColumnOptions, unknown>>): Draft {
  const { [source]: before, ...others } = draft.columns;
  const after = merged(before, change);
  return { ...draft, columns: after === undefined ? others : { ...others, [source]: after } };
}

/** For the preview: names and columns left out change nothing of what was found, so that they need no other look at the file. */
export function previewOptions({ file, columns }: Draft): FileOptions {
  const typed = Object.entries(columns).flatMap(([source, { name: _name, skip: _skip, ...others }]) =>
    Object.keys(others).length === 0 ? [] : [[source, others]],
  );
  return { ...file, ...(typed.length === 0 ? {} : { columns: Object.fromEntries(typed) as Record<string, FileColumnOptions> }) };
}

export function importOptions({ file, columns }: Draft): FileOptions {
  return { ...file, ...(Object.keys(columns).length === 0 ? {} : { columns: { ...columns } }) };
}

export const nameOf = (draft: Draft, { source, name }: Pick<InspectedColumn, "source" | "name">): string => draft.columns[source]?.name ?? name;
export const isLeftOut = (draft: Draft, source: string): boolean => draft.columns[source]?.skip === true;

/** Names that two columns would have, in lower case. */
export function doubledNames(draft: Draft, columns: InspectedFile["columns"]): ReadonlySet<string> {
  const names = columns.filter(({ source }) => !isLeftOut(draft, source)).map((column) => nameOf(draft, column).trim().toLowerCase());
  return new Set(names.filter((name, index) => names.indexOf(name) !== index));
}

export interface ColumnMatch {
  /** Columns of the file that the dataset does not have. */
  readonly added: readonly InspectedColumn[];
  /** Columns of the dataset that the file does not have. */
  readonly missing: readonly string[];
}

/** How a file's columns fit a dataset's. */
export function matchColumns(draft: Draft, columns: InspectedFile["columns"], dataset: Pick<Dataset, "columns">): ColumnMatch {
  const own = new Set(dataset.columns.map(({ name }) => name));
  const kept = columns.filter(({ source }) => !isLeftOut(draft, source));
  const names = new Set(kept.map((column) => nameOf(draft, column)));
  return { added: kept.filter((column) => !own.has(nameOf(draft, column))), missing: [...own].filter((name) => !names.has(name)) };
}

/** The limit of rejected records; undefined for none, null where what was typed is no number. */
export function limitOf({ limit, limitValue }: Pick<Draft, "limit" | "limitValue">): { count: number } | { share: number } | null | undefined {
  if (limit === "none") return undefined;
  const value = Number(limitValue);
  if (limitValue.trim() === "" || !Number.isFinite(value) || value < 0) return null;
  if (limit === "count") return Number.isInteger(value) ? { count: value } : null;
  return value <= 100 ? { share: value / 100 } : null;
}
