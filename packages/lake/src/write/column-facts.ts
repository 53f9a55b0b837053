import type { JsonValue } from "@granary/engine";
import { type ColumnFacts, encodeBound, fieldsById, type FoundField, type IcebergSchema, parsePrimitive } from "../iceberg/index.ts";
import { statisticsKey } from "./parquet-columns.ts";

/** What the engine says of one column of a file it wrote, all as texts. */
export type ColumnStatistics = Readonly<Record<string, string>>;

/** By `statisticsKey`; columns without any value inside, such as the elements of empty lists, may be missing. */
export type FileStatistics = ReadonlyMap<string, ColumnStatistics>;

interface Entry<V> {
  readonly key: string;
  readonly value: V;
}

/** Takes apart the `column_statistics` of a written file. */
export function readStatistics(value: JsonValue): FileStatistics {
  const entries = (value ?? []) as unknown as readonly Entry<readonly Entry<string>[]>[];
  return new Map(entries.map((entry) => [entry.key, Object.fromEntries(entry.value.map((item) => [item.key, item.value]))]));
}

/** The leaves of a schema: the columns Parquet has. */
export function leavesOf(schema: IcebergSchema): readonly FoundField[] {
  return [...fieldsById(schema).values()].filter((field) => typeof field.type === "string");
}

/** Floating columns of which the engine says that some value is NaN, but not how many. */
export function columnsWithNan(schema: IcebergSchema, statistics: FileStatistics): readonly FoundField[] {
  return leavesOf(schema).filter((leaf) => !leaf.isInList && !leaf.isInMap && statistics.get(statisticsKey(leaf.path))?.["has_nan"] === "true");
}

function boundsOf(type: string, stats: ColumnStatistics): Pick<ColumnFacts, "lower" | "upper"> {
  const lower = stats["min"] === undefined ? undefined : encodeBound(type, stats["min"], "lower");
  const upper = stats["max"] === undefined ? undefined : encodeBound(type, stats["max"], "upper");
  return {
    ...(lower === undefined ? {} : { lower: lower.toString("base64") }),
    ...(upper === undefined ? {} : { upper: upper.toString("base64") }),
  };
}

function nansOf(leaf: FoundField, stats: ColumnStatistics, counted: ReadonlyMap<number, number>): Pick<ColumnFacts, "nans"> {
  const kind = parsePrimitive(leaf.type)?.kind;
  if (kind !== "float" && kind !== "double") return {};
  const nans = stats["has_nan"] === "true" ? counted.get(leaf.id) : 0;
  return nans === undefined ? {} : { nans };
}

/**
 * What a manifest says of a written file's columns. Of values inside lists and maps only their size: their counts are
 * not those of rows, and readers take them for that.
 */
export function columnFacts(schema: IcebergSchema, statistics: FileStatistics, nanCounts: ReadonlyMap<number, number>): readonly ColumnFacts[] {
  return leavesOf(schema).flatMap((leaf): readonly ColumnFacts[] => {
    const stats = statistics.get(statisticsKey(leaf.path));
    if (stats === undefined) return [];
    const size = { fieldId: leaf.id, bytes: Number(stats["column_size_bytes"] ?? 0) };
    if (leaf.isInList || leaf.isInMap) return [size];
    const counts = { values: Number(stats["num_values"] ?? 0), nulls: Number(stats["null_count"] ?? 0) };
    return [{ ...size, ...counts, ...nansOf(leaf, stats, nanCounts), ...boundsOf(String(leaf.type), stats) }];
  });
}
