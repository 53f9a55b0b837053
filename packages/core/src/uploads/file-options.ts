import type { ColumnOptions, FileOptions as EngineOptions, SqlType } from "@granary/engine";
import type { FileColumnOptions, FileOptions } from "@granary/protocol";

type Said<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Only what was said: a key that is there without a value is as good as none. */
function said<T extends object>(options: T | undefined): Said<T> {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined)) as Said<T>;
}

const RENAMED: Readonly<Record<string, SqlType["kind"]>> = { integer: "bigint", number: "double" };

/** The type a person names; the schema of the request has checked it. */
function typeOf(name: string): SqlType {
  const decimal = /^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(name);
  if (decimal !== null) return { kind: "decimal", precision: Number(decimal[1]), scale: Number(decimal[2]) };
  return { kind: RENAMED[name] ?? name } as SqlType;
}

function columnOptions({ type, ...others }: FileColumnOptions): ColumnOptions {
  return { ...said(others), ...(type === undefined ? {} : { type: typeOf(type) }) };
}

/** What a person says about a file, in the engine's words. */
export function toEngineOptions(options: FileOptions): EngineOptions {
  const { delimited, json, xml, sheet, values, columns, ...plain } = options;
  return {
    ...said(plain),
    ...(delimited === undefined ? {} : { delimited: said(delimited) }),
    ...(json === undefined ? {} : { json: said(json) }),
    ...(xml === undefined ? {} : { xml: said(xml) }),
    ...(sheet === undefined ? {} : { sheet: said(sheet) }),
    ...(values === undefined ? {} : { values: said(values) }),
    ...(columns === undefined ? {} : { columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, columnOptions(column)])) }),
  };
}
