import type { EngineSession } from "@granary/engine";
import { problem } from "@granary/protocol";
import type { IcebergSchema } from "../iceberg/index.ts";
import { columnFacts, leavesOf } from "./column-facts.ts";
import { countNans, splitOffsets, type WrittenFile } from "./copy-files.ts";
import { statisticsKey } from "./parquet-columns.ts";
import type { Staging } from "./staging.ts";

/** What a manifest says of a data file besides what is in it. */
export interface Placement {
  readonly specId: number;
  readonly partition: readonly (string | null)[];
  readonly sortOrderId: number;
}

const isInfinite = (text: string | undefined): boolean => text !== undefined && /^-?infinity$/.test(text);

/** Values the engine can hold and the table cannot: seen in what was just written, at no cost. */
function requireStorable(schema: IcebergSchema, file: WrittenFile): void {
  const issues = leavesOf(schema).flatMap((leaf) => {
    const stats = file.statistics.get(statisticsKey(leaf.path)) ?? {};
    const path = leaf.path.join(".");
    if (/^(date|timestamp)/.test(String(leaf.type)) && (isInfinite(stats["min"]) || isInfinite(stats["max"]))) {
      return [{ path, message: "some values are infinite; a table holds real dates and times only" }];
    }
    const nulls = Number(stats["null_count"] ?? 0);
    return leaf.required && leaf.parentId === undefined && nulls > 0
      ? [{ path, message: `${nulls} values are missing in a column that may not be empty` }]
      : [];
  });
  if (issues.length > 0) throw problem("lake.values_mismatch", {}, { issues });
}

/** Describes written data files, begins to move them to their places and answers how many rows they have. Throws `lake.values_mismatch` for infinite dates and missing values. */
export async function storeDataFiles(
  session: EngineSession,
  files: Staging,
  written: readonly WrittenFile[],
  input: { readonly schema: IcebergSchema } & Placement,
): Promise<number> {
  const { schema, ...placement } = input;
  let rows = 0;
  for (const file of written) {
    requireStorable(schema, file);
    const nans = await countNans(session, schema, file);
    const offsets = await splitOffsets(session, file);
    await files.add(file.path, {
      content: "data",
      format: "PARQUET",
      records: file.records,
      columns: columnFacts(schema, file.statistics, nans),
      splitOffsets: offsets,
      ...placement,
    });
    rows += file.records;
  }
  return rows;
}
