import type { PolicyTarget } from "@granary/protocol";
import { holdsNow, type Moment } from "./conditions.ts";
import type { Policy } from "./policy.ts";
import { subjectKey } from "./subject-keys.ts";

/** A policy with its subjects as keys. */
export interface CompiledPolicy {
  readonly policy: Policy;
  readonly subjects: ReadonlySet<string>;
  readonly except: readonly string[];
  /** Whether it holds at any time and for any purpose. */
  readonly isUnconditional: boolean;
}

type BySubject = ReadonlyMap<string, readonly CompiledPolicy[]>;

/** The policies of a workspace, found by what they are about and by whom they name. */
export interface CompiledPolicies {
  readonly byTarget: ReadonlyMap<string, BySubject>;
  readonly bySubject: BySubject;
}

export const WORKSPACE_TARGET = "workspace";

/** One text for all targets that are looked for together: single columns by their dataset. */
export function targetKey(target: PolicyTarget): string {
  switch (target.kind) {
    case "workspace":
      return WORKSPACE_TARGET;
    case "column":
      return `columns ${target.datasetId}`;
    case "dataset":
      return `dataset ${target.id}`;
    case "owner":
      return `owner ${target.userId}`;
    default:
      return `${target.kind} ${target.tag}`;
  }
}

function add<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

/** Makes policies quick to decide by. */
export function compilePolicies(policies: readonly Policy[]): CompiledPolicies {
  const byTarget = new Map<string, Map<string, CompiledPolicy[]>>();
  const bySubject = new Map<string, CompiledPolicy[]>();
  for (const policy of policies) {
    const subjects = new Set(policy.subjects.map(subjectKey));
    const isUnconditional = Object.keys(policy.conditions).length === 0;
    const compiled: CompiledPolicy = { policy, subjects, except: policy.except.map(subjectKey), isUnconditional };
    for (const subject of subjects) add(bySubject, subject, compiled);
    for (const target of new Set(policy.targets.map(targetKey))) {
      const found = byTarget.get(target) ?? new Map<string, CompiledPolicy[]>();
      byTarget.set(target, found);
      for (const subject of subjects) add(found, subject, compiled);
    }
  }
  return { byTarget, bySubject };
}

/** Those of some policies that name one of the keys, each once, looking through the shorter of the two lists. */
export function namedBy(policies: BySubject | undefined, keys: ReadonlySet<string>): ReadonlySet<CompiledPolicy> {
  const found = new Set<CompiledPolicy>();
  if (policies === undefined) return found;
  const all = (key: string): void => {
    for (const policy of policies.get(key) ?? []) found.add(policy);
  };
  if (keys.size <= policies.size) for (const key of keys) all(key);
  else for (const key of policies.keys()) if (keys.has(key)) all(key);
  return found;
}

/** Whether a policy that names a reader holds for them now. */
export function holdsFor({ policy, except, isUnconditional }: CompiledPolicy, keys: ReadonlySet<string>, at: Moment): boolean {
  for (const key of except) if (keys.has(key)) return false;
  return isUnconditional || holdsNow(policy.effect, policy.conditions, at);
}
