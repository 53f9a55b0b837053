import type { TableMetadata } from "../iceberg/index.ts";
import { commitTime } from "./snapshots-of.ts";

/** Iceberg's own default. */
const MAX_PREVIOUS = 100;

export interface LoggedMetadata {
  readonly metadata: TableMetadata;
  /** Metadata files that left the log and are to be deleted after the commit. */
  readonly obsolete: readonly string[];
}

/**
 * Makes changed metadata the successor of a stored state: its time moves on and the stored file enters the log, which
 * `write.metadata.previous-versions-max` limits. With `write.metadata.delete-after-commit.enabled` what leaves it is obsolete.
 */
export function logMetadata(
  changed: TableMetadata,
  base: { readonly metadata: TableMetadata; readonly location: string; readonly nowMs: number },
): LoggedMetadata {
  const { properties } = changed;
  const most = Number(properties?.["write.metadata.previous-versions-max"] ?? MAX_PREVIOUS);
  const log = [...(changed["metadata-log"] ?? []), { "metadata-file": base.location, "timestamp-ms": base.metadata["last-updated-ms"] }];
  const left = log.splice(0, Math.max(0, log.length - (Number.isSafeInteger(most) ? Math.max(1, most) : MAX_PREVIOUS)));
  const isDeleted = properties?.["write.metadata.delete-after-commit.enabled"] === "true";
  return {
    metadata: { ...changed, "last-updated-ms": commitTime(changed, base.nowMs), "metadata-log": log },
    obsolete: isDeleted ? left.map((entry) => entry["metadata-file"]) : [],
  };
}
