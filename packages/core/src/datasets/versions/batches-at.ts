import type { VersionStep } from "./store.ts";

/**
 * What had become of loads by a version: for each load of then, the version that took its rows out, or null while they were in.
 * Loads that are missing had not come yet.
 */
export function batchesAt(steps: readonly VersionStep[], version: number): ReadonlyMap<string, number | null> {
  const byNumber = new Map(steps.map((step) => [step.number, step]));
  const found = new Map<string, number | null>();
  for (let at: number | null = version; at !== null && at > 0; ) {
    const step = byNumber.get(at);
    if (step === undefined) break;
    if (step.batchId !== null && !found.has(step.batchId)) found.set(step.batchId, step.operation === "batch_deleted" ? step.number : null);
    at = step.operation === "restored" ? step.restoredFrom : at - 1;
  }
  return found;
}
