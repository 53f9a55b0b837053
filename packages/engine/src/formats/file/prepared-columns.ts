import { cast, column, type Expression, type SqlType } from "../../sql/index.ts";
import { type ColumnReading, type Reading, readText, TEXT_READING } from "../columns/index.ts";
import type { SpooledColumn } from "../spool/index.ts";
import { chosenNames, optionsFor, saidReading } from "./column-options.ts";
import type { ColumnOptions, FileOptions } from "./types.ts";

export interface PreparedColumn extends ColumnReading {
  readonly name: string;
  /** What the file calls it, which is what options go by. */
  readonly source: string;
  readonly renamedFrom?: string;
  /** What the column is called in `relation`. */
  readonly key: string;
  /** The typed value, over `relation`. */
  readonly expression: Expression;
  readonly type: SqlType;
  /** Undefined where values are no texts: those of Parquet and nested ones. */
  readonly isText: boolean;
}

/** A column of the file that a person does not leave out. */
export interface KeptColumn {
  readonly item: SpooledColumn;
  readonly name: string;
  readonly key: string;
  readonly said: ColumnOptions;
}

export function keptColumns(options: FileOptions, columns: readonly SpooledColumn[]): readonly KeptColumn[] {
  const names = chosenNames(options, columns);
  return columns.flatMap((item, index) => {
    const name = names[index];
    return name === undefined ? [] : [{ item, name, key: `c${index}`, said: optionsFor(options, item.name) }];
  });
}

interface ColumnParts {
  readonly key: string;
  readonly name: string;
  readonly said: ColumnOptions;
  readonly proved: ColumnReading | undefined;
}

const NOT_PROVED: ColumnReading = { reading: TEXT_READING, isNormalized: false, alternatives: [] };

/** Puts together what the file, a person and the proof say about a column. */
export function prepareColumn(item: SpooledColumn, { key, name, said, proved = NOT_PROVED }: ColumnParts): PreparedColumn {
  const renamedFrom = item.renamedFrom === undefined ? {} : { renamedFrom: item.renamedFrom };
  const base = { name, source: item.name, key, alternatives: proved.alternatives, ...renamedFrom };
  const known = item.type === undefined ? undefined : { ...TEXT_READING, type: item.type };
  if (known !== undefined && item.isNested === true)
    return { ...base, reading: known, type: known.type, expression: column(key), isText: false, isNormalized: false };
  const own = saidReading(item.name, said);
  const reading = own ?? known ?? withSaidTokens(proved.reading, said);
  const isNormalized = own !== undefined || proved.isNormalized;
  return { ...base, reading, type: reading.type, expression: valueOf(key, reading, own === undefined && known !== undefined), isText: true, isNormalized };
}

const withSaidTokens = (reading: Reading, { nullTokens = [] }: ColumnOptions): Reading => ({ ...reading, nullTokens: [...nullTokens, ...reading.nullTokens] });

/** Numbers of JSON that are known to be of a type are taken as they stand (`1e5` is no text a double is printed as). */
const valueOf = (key: string, reading: Reading, isKnown: boolean): Expression => (isKnown ? cast(column(key), reading.type) : readText(column(key), reading));
