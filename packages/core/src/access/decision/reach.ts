import { holdsFor, namedBy } from "./compile.ts";
import type { Policy } from "./policy.ts";
import type { Reader } from "./reader-facts.ts";
import { keysOf } from "./subject-keys.ts";

/** Datasets that policies name. */
export interface NamedDatasets {
  readonly all: boolean;
  readonly ids: readonly string[];
  readonly tags: readonly string[];
  readonly owners: readonly string[];
}

/** Columns that policies name. */
export interface NamedColumns {
  readonly columns: readonly { readonly datasetId: string; readonly fieldId: number }[];
  readonly tags: readonly string[];
}

/** What policies say about whole sets of datasets to one reader: the same rule as `decide`, for lists. */
export interface Reach {
  readonly denied: NamedDatasets;
  readonly allowed: NamedDatasets;
  readonly hidden: NamedColumns;
}

function namedDatasets(policies: readonly Policy[]): NamedDatasets {
  const targets = policies.flatMap((policy) => policy.targets);
  return {
    all: targets.some(({ kind }) => kind === "workspace"),
    ids: targets.flatMap((target) => (target.kind === "dataset" ? target.id : [])),
    tags: targets.flatMap((target) => (target.kind === "dataset_tag" ? target.tag : [])),
    owners: targets.flatMap((target) => (target.kind === "owner" ? target.userId : [])),
  };
}

function namedColumns(policies: readonly Policy[]): NamedColumns {
  const targets = policies.flatMap((policy) => policy.targets);
  return {
    columns: targets.flatMap((target) => (target.kind === "column" ? { datasetId: target.datasetId, fieldId: target.fieldId } : [])),
    tags: targets.flatMap((target) => (target.kind === "column_tag" ? target.tag : [])),
  };
}

export function reachOf({ principal, facts, policies, purpose }: Reader): Reach {
  const keys = keysOf(principal, facts);
  const at = { now: facts.now, purpose };
  const holding = [...namedBy(policies.bySubject, keys)].filter((compiled) => holdsFor(compiled, keys, at)).map(({ policy }) => policy);
  const denying = holding.filter(({ effect }) => effect === "deny");
  return { denied: namedDatasets(denying), allowed: namedDatasets(holding.filter(({ effect }) => effect === "allow")), hidden: namedColumns(denying) };
}
