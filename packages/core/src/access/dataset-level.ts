import type { Principal } from "../context/index.ts";
import { mayDo } from "./authorize.ts";

/** What a person may do with one dataset; each level includes the ones before it. */
export const DATASET_LEVELS = ["none", "viewer", "contributor", "owner"] as const;
export type DatasetLevel = (typeof DATASET_LEVELS)[number];

interface Subject {
  readonly owner_id: string | null;
  readonly visibility: string;
  /** The strongest level granted to the person or a group of theirs. */
  readonly granted: string | null;
}

/** The order is administrator, owner, explicit grant, public; nothing matched means none. */
export function datasetLevel(principal: Principal, dataset: Subject): DatasetLevel {
  if (!mayDo(principal, "dataset:read")) return "none";
  const isOwner = dataset.owner_id !== null && dataset.owner_id === principal.userId;
  if (mayDo(principal, "dataset:manage") || isOwner) return "owner";
  const granted = DATASET_LEVELS.find((level) => level === dataset.granted);
  if (granted !== undefined) return granted;
  return dataset.visibility === "workspace" ? "viewer" : "none";
}

export function atLeast(level: DatasetLevel, needed: DatasetLevel): boolean {
  return DATASET_LEVELS.indexOf(level) >= DATASET_LEVELS.indexOf(needed);
}
