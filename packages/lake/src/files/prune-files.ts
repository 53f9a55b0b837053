import type { Expression } from "@granary/engine";
import type { IcebergPartitionSpec, IcebergSchema } from "../iceberg/index.ts";
import type { LiveFiles } from "./live-files.ts";
import { fileCondition } from "./may-match.ts";

/**
 * Leaves out the data files none of whose rows can meet a condition over stored columns, judged by bounds, counts of nulls
 * and NaNs and, given the specs, partition values. What it does not understand leaves out nothing, so the condition still
 * has to be applied to the rows.
 */
export function pruneFiles(live: LiveFiles, schema: IcebergSchema, filter: Expression, specs: readonly IcebergPartitionSpec[] = []): LiveFiles {
  const condition = fileCondition(filter, { schema, specs });
  return { data: live.data.filter((entry) => condition(entry.file).mayBeTrue) };
}
