import type { ManifestFile, TableMetadata } from "../iceberg/index.ts";
import { carriedOver, contentOf, type ManifestDraft, type ManifestPlan, type ReadEntries } from "./plan-manifests.ts";

const DEFAULT_MIN_COUNT = 100;
const DEFAULT_TARGET_BYTES = 8 * 1024 * 1024;

const NONE: ReadonlySet<ManifestFile> = new Set();

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
  return chosen.size > 1 ? chosen : NONE;
}

interface Merging {
  readonly drafts: readonly ManifestDraft[];
  readonly merged: ReadonlySet<ManifestFile>;
}

/** Puts the entries of a group's small manifests into the draft of the same kind, or into one of their own. */
async function mergeGroup({ drafts, merged }: Merging, group: readonly [ManifestFile, ...ManifestFile[]], policy: Policy, read: ReadEntries): Promise<Merging> {
  const content = contentOf(group[0]);
  const specId = group[0].partition_spec_id;
  const joined = drafts.find((draft) => draft.content === content && draft.specId === specId);
  const chosen = group.length + (joined === undefined ? 0 : 1) < policy.minCount ? NONE : chooseMerged(group, policy.targetBytes);
  if (chosen.size === 0) return { drafts, merged };
  const entries = await read([...chosen]);
  // The list names the newest first; within a manifest the oldest comes first.
  const old = group.toReversed().flatMap((manifest) => (chosen.has(manifest) ? carriedOver(entries.get(manifest.manifest_path) ?? []) : []));
  const draft: ManifestDraft = { content, specId, entries: [...old, ...(joined?.entries ?? [])] };
  return {
    drafts: joined === undefined ? [...drafts, draft] : drafts.map((item) => (item === joined ? draft : item)),
    merged: merged.union(chosen),
  };
}

/** Merges small manifests of one kind and partition spec when there are many, as Iceberg's own writers do. */
export async function mergeManifests(plan: ManifestPlan, metadata: TableMetadata, read: ReadEntries, isWanted = false): Promise<ManifestPlan> {
  const own = policyOf(metadata);
  const policy = isWanted ? { ...own, isEnabled: true, minCount: 2 } : own;
  if (!policy.isEnabled || plan.kept.length + plan.drafts.length < policy.minCount) return plan;
  let merging: Merging = { drafts: plan.drafts, merged: NONE };
  for (const [first, ...rest] of Map.groupBy(plan.kept, (manifest) => `${manifest.content} ${manifest.partition_spec_id}`).values()) {
    if (first !== undefined) merging = await mergeGroup(merging, [first, ...rest], policy, read);
  }
  const { drafts, merged } = merging;
  return { ...plan, drafts, kept: plan.kept.filter((manifest) => !merged.has(manifest)) };
}
