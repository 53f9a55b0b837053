import type { TableMetadata } from "../iceberg/index.ts";
import { type CompactionLimits, DEFAULT_LIMITS } from "./compaction-plan.ts";

/** What maintenance does to a table by itself. */
export interface MaintenancePolicy {
  readonly isEnabled: boolean;
  readonly compaction: CompactionLimits;
  /** Undefined: snapshots never expire by themselves, for people count on every version. */
  readonly expiry: { readonly maxAgeMs: number; readonly minToKeep: number } | undefined;
  readonly manifestsToRewrite: number;
  readonly metadataToKeep: number;
}

/** The table properties that make up the policy: Iceberg's own names where it has them. */
export const POLICY_PROPERTIES = {
  /** `false` leaves the table alone. */
  enabled: "granary.maintenance.enabled",
  targetBytes: "write.target-file-size-bytes",
  maxAgeMs: "history.expire.max-snapshot-age-ms",
  minToKeep: "history.expire.min-snapshots-to-keep",
  metadataToKeep: "write.metadata.previous-versions-max",
} as const;

const DEFAULT_MANIFESTS = 30;
const DEFAULT_METADATA = 20;

/** A property's number; one that is none counts as not set, since other engines write it. */
function numberOf(properties: Readonly<Record<string, string>>, name: string): number | undefined {
  const text = properties[name];
  const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** What a table's properties ask for. */
export function policyOf(metadata: Pick<TableMetadata, "properties">): MaintenancePolicy {
  const properties = metadata.properties ?? {};
  const maxAgeMs = numberOf(properties, POLICY_PROPERTIES.maxAgeMs);
  const targetBytes = numberOf(properties, POLICY_PROPERTIES.targetBytes) ?? DEFAULT_LIMITS.targetBytes;
  return {
    isEnabled: properties[POLICY_PROPERTIES.enabled] !== "false",
    compaction: { ...DEFAULT_LIMITS, targetBytes },
    expiry: maxAgeMs === undefined ? undefined : { maxAgeMs, minToKeep: numberOf(properties, POLICY_PROPERTIES.minToKeep) ?? 1 },
    manifestsToRewrite: DEFAULT_MANIFESTS,
    metadataToKeep: numberOf(properties, POLICY_PROPERTIES.metadataToKeep) ?? DEFAULT_METADATA,
  };
}
