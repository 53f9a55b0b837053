import type { Mask, PolicyEffect } from "@granary/protocol";
import { type CompiledPolicies, type CompiledPolicy, holdsFor, namedBy } from "./compile.ts";
import type { Moment } from "./conditions.ts";
import type { Policy } from "./policy.ts";
import type { Reader } from "./reader-facts.ts";
import { keysOf } from "./subject-keys.ts";

/** Policies that hold, by what they do. */
export interface Holding extends Readonly<Record<PolicyEffect, readonly Policy[]>> {
  /** The different masks among them. */
  readonly masks: readonly Mask[];
}

const NOTHING: Holding = { allow: [], deny: [], mask: [], filter: [], masks: [] };

/** Each different mask once. */
export function differentMasks(masks: readonly Mask[]): readonly Mask[] {
  return masks.length < 2 ? masks : [...new Map(masks.map((mask) => [JSON.stringify(mask), mask])).values()];
}

function holdingOf(policies: readonly Policy[]): Holding {
  if (policies.length === 0) return NOTHING;
  const byEffect: Record<PolicyEffect, Policy[]> = { allow: [], deny: [], mask: [], filter: [] };
  for (const policy of policies) byEffect[policy.effect].push(policy);
  return { ...byEffect, masks: differentMasks(byEffect.mask.flatMap(({ mask }) => mask ?? [])) };
}

function together(parts: readonly Holding[]): Holding {
  const [first, second] = parts.filter((part) => part !== NOTHING);
  if (second === undefined) return first ?? NOTHING;
  return holdingOf([...new Set(parts.flatMap(({ allow, deny, mask, filter }) => [...allow, ...deny, ...mask, ...filter]))]);
}

/** Those about one target that name a reader: by their own columns where the target is the columns of a dataset. */
interface AboutTarget {
  readonly always: Holding;
  /** Those that hold at times, or for purposes. */
  readonly sometimes: readonly CompiledPolicy[];
}

const KEPT_READERS = 500;
const kept = new WeakMap<CompiledPolicies, Map<string, ReaderPolicies>>();

/** The policies that name one reader, by their targets, each list made once. */
export class ReaderPolicies {
  readonly #policies: CompiledPolicies;
  readonly #keys: ReadonlySet<string>;
  readonly #targets = new Map<string, AboutTarget>();
  readonly #columns = new Map<string, ReadonlyMap<number, readonly CompiledPolicy[]>>();

  constructor(policies: CompiledPolicies, keys: ReadonlySet<string>) {
    this.#policies = policies;
    this.#keys = keys;
  }

  /** What holds now about any of these targets. */
  about(targets: readonly string[], at: Moment): Holding {
    return together(
      targets.flatMap((target) => {
        const { always, sometimes } = this.#aboutTarget(target);
        return sometimes.length === 0 ? always : [always, this.#holdingNow(sometimes, at)];
      }),
    );
  }

  /** What holds now about single columns of a dataset, by field id; `target` is the key of its columns. */
  aboutColumns(target: string, datasetId: string, at: Moment): ReadonlyMap<number, Holding> {
    const known = this.#columns.get(target) ?? this.#sortByColumn(target, datasetId);
    this.#columns.set(target, known);
    return new Map([...known].map(([fieldId, policies]) => [fieldId, this.#holdingNow(policies, at)]));
  }

  #holdingNow(policies: readonly CompiledPolicy[], at: Moment): Holding {
    return holdingOf(policies.flatMap((compiled) => (holdsFor(compiled, this.#keys, at) ? compiled.policy : [])));
  }

  #aboutTarget(target: string): AboutTarget {
    const known = this.#targets.get(target);
    if (known !== undefined) return known;
    const named = [...namedBy(this.#policies.byTarget.get(target), this.#keys)].filter(({ except }) => !except.some((key) => this.#keys.has(key)));
    const always = holdingOf(named.flatMap(({ isUnconditional, policy }) => (isUnconditional ? policy : [])));
    const found = { always, sometimes: named.filter(({ isUnconditional }) => !isUnconditional) };
    this.#targets.set(target, found);
    return found;
  }

  #sortByColumn(target: string, datasetId: string): ReadonlyMap<number, readonly CompiledPolicy[]> {
    const found = new Map<number, CompiledPolicy[]>();
    for (const compiled of namedBy(this.#policies.byTarget.get(target), this.#keys))
      for (const item of compiled.policy.targets)
        if (item.kind === "column" && item.datasetId === datasetId) found.set(item.fieldId, [...(found.get(item.fieldId) ?? []), compiled]);
    return found;
  }
}

/** The policies that name a reader. Kept while the policies are the same, for readers who are named alike. */
export function policiesOf({ principal, facts, policies }: Pick<Reader, "principal" | "facts" | "policies">): ReaderPolicies {
  const readers = kept.get(policies) ?? new Map<string, ReaderPolicies>();
  kept.set(policies, readers);
  const { userId, apiKeyId, roles, permissions } = principal;
  const name = JSON.stringify([userId, apiKeyId, roles, [...permissions], facts.groups, facts.attributes]);
  const known = readers.get(name);
  if (known !== undefined) return known;
  if (readers.size >= KEPT_READERS) readers.clear();
  const made = new ReaderPolicies(policies, keysOf(principal, facts));
  readers.set(name, made);
  return made;
}
