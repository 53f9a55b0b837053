import type { Expression } from "@granary/engine";
import type { IcebergPartitionSpec, IcebergSchema } from "../iceberg/index.ts";
import type { LiveDataFile, LiveFiles } from "./live-files.ts";
import { fileCondition } from "./may-match.ts";

/**
 * The data files every row of which surely meets a condition over stored columns, judged as `pruneFiles` judges: they can go
 * without being read. Files with deletes or of other writers are never among them, for their counts are not certain.
 */
export function whollyMatching(live: LiveFiles, schema: IcebergSchema, filter: Expression, specs: readonly IcebergPartitionSpec[]): readonly LiveDataFile[] {
  const condition = fileCondition(filter, { schema, specs });
  return live.data.filter((entry) => {
    if (entry.positionDeletes.length + entry.equalityDeletes.length > 0 || entry.file.sha256 === undefined) return false;
    const outcome = condition(entry.file);
    return !outcome.mayBeFalse && !outcome.mayBeNull;
  });
}
