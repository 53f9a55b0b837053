import type { ManifestFile, TableMetadata } from "../iceberg/index.ts";
import { carriedOver, contentOf, type ManifestDraft, type ManifestPlan, type ReadEntries } from "./plan-manifests.ts";

const DEFAULT_MIN_COUNT = 100;
const DEFAULT_TARGET_BYTES = 8 * 1024 * 1024;

interface Policy {
  readonly isEnabled: boolean;
  readonly minCount: number;
  readonly targetBytes: number;
}

function numberOr(text: string | undefined, fallback: number): number {
  const value = Number(text ?? fallback);
  return Number.isFinite(value) && value > 0 ? value : fallback;
}

function policyOf({ properties }: TableMetadata): Policy {
  return {
    isEnabled: properties?.["commit.manifest-merge.enabled"] !== "false",
    minCount: numberOr(properties?.["commit.manifest.min-count-to-merge"], DEFAULT_MIN_COUNT),
    targetBytes: numberOr(properties?.["commit.manifest.target-size-bytes"], DEFAULT_TARGET_BYTES),
  };
}

/**
 * The small ones, and a larger one only when about as much joins it: an entry is then written anew a number of times that
 * grows with the logarithm of the table, and not with every merge.
 */
function chooseMerged(manifests: readonly ManifestFile[], targetBytes: number): ReadonlySet<ManifestFile> {
  const bySize = manifests.toSorted((left, right) => left.manifest_length - right.manifest_length);
  const chosen = new Set<ManifestFile>();
  let bytes = 0;
  for (const manifest of bySize) {
    const size = manifest.manifest_length;
    if (bytes + size > targetBytes || (chosen.size > 1 && size > 2 * bytes)) break;
    chosen.add(manifest);
    bytes += size;
  }
  return chosen.size > 1 ? chosen : new Set();
}

/** Merges small manifests of one kind and partition spec when there are many, as Iceberg's own writers do. */
export async function mergeManifests(plan: ManifestPlan, metadata: TableMetadata, read: ReadEntries, isWanted = false): Promise<ManifestPlan> {
  const policy = policyOf(metadata);
  const { isEnabled, minCount, targetBytes } = isWanted ? { ...policy, isEnabled: true, minCount: 2 } : policy;
  if (!isEnabled || plan.kept.length + plan.drafts.length < minCount) return plan;
  const drafts = [...plan.drafts];
  const merged = new Set<ManifestFile>();
  for (const group of Map.groupBy(plan.kept, (manifest) => `${manifest.content} ${manifest.partition_spec_id}`).values()) {
    const [first] = group;
    if (first === undefined) continue;
    const content = contentOf(first);
    const specId = first.partition_spec_id;
    const at = drafts.findIndex((draft) => draft.content === content && draft.specId === specId);
    if (group.length + (at < 0 ? 0 : 1) < minCount) continue;
    const chosen = chooseMerged(group, targetBytes);
    if (chosen.size === 0) continue;
    const entries = await read([...chosen]);
    // The list names the newest first; within a manifest the oldest comes first.
    const old = group.toReversed().flatMap((manifest) => (chosen.has(manifest) ? carriedOver(entries.get(manifest.manifest_path) ?? []) : []));
    const draft: ManifestDraft = { content, specId, entries: [...old, ...(drafts[at]?.entries ?? [])] };
    if (at < 0) drafts.push(draft);
    else drafts[at] = draft;
    for (const manifest of chosen) merged.add(manifest);
  }
  return { ...plan, drafts, kept: plan.kept.filter((manifest) => !merged.has(manifest)) };
}
