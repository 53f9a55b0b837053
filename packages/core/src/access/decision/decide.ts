import type { Mask, RowFilter } from "@granary/protocol";
import type { Principal } from "../../context/index.ts";
import { atLeast, type DatasetLevel } from "../dataset-level.ts";
import { strictest } from "../masks/index.ts";
import { type CompiledPolicies, holdsFor, namedBy, targetKey, WORKSPACE_TARGET } from "./compile.ts";
import type { Policy, ReaderFacts } from "./policy.ts";
import { keysOf } from "./subject-keys.ts";

/** A dataset as policies look at it. */
export interface DecidedDataset {
  readonly id: string;
  readonly ownerId: string | null;
  readonly tags: readonly string[];
  /** What columns are about, by field id. */
  readonly columnTags: ReadonlyMap<number, readonly string[]>;
  /** What the principal may do by ownership, grant or visibility. */
  readonly level: DatasetLevel;
}

export interface DecisionInput {
  readonly principal: Principal;
  readonly facts: ReaderFacts;
  readonly policies: CompiledPolicies;
  readonly purpose: string | null;
  readonly dataset: DecidedDataset;
}

/** What somebody sees of a column, and by which policies. */
export interface ColumnDecision {
  readonly fieldId: number;
  readonly visibility: "visible" | "masked" | "hidden";
  readonly mask?: Mask;
  readonly policies: readonly Policy[];
}

/** Rows that are not true of the filter are not there. */
export interface FilterDecision {
  readonly policy: Policy;
  readonly filter: RowFilter;
  /** Whose address, id and attributes its values are about. */
  readonly reader: FilterReader;
}

export interface FilterReader {
  readonly userId: string | null;
  readonly email: string | null;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What somebody may do with a dataset and see of it. Level `none` means that it does not exist for them. */
export interface Decision {
  readonly level: DatasetLevel;
  /** Policies that deny the dataset, or else that let the reader in further than they are by themselves. */
  readonly policies: readonly Policy[];
  readonly filters: readonly FilterDecision[];
  /** Whether anything of the dataset, as it is or was, is kept from the reader. */
  readonly hides: { readonly columns: boolean; readonly values: boolean; readonly rows: boolean };
  /** What the reader sees of a column of the dataset, of now or of an older version. */
  column(fieldId: number): ColumnDecision;
}

type Applying = readonly Policy[];

function datasetTargets({ id, ownerId, tags }: DecidedDataset): readonly string[] {
  const owner = ownerId === null ? [] : [targetKey({ kind: "owner", userId: ownerId as never })];
  return [WORKSPACE_TARGET, targetKey({ kind: "dataset", id: id as never }), ...owner, ...tags.map((tag) => targetKey({ kind: "dataset_tag", tag }))];
}

/** The policies about these targets that hold for the reader now. */
function applying({ policies, facts, purpose }: DecisionInput, keys: ReadonlySet<string>, targets: readonly string[]): Applying {
  const at = { now: facts.now, purpose };
  const found = new Set<Policy>();
  for (const target of targets)
    for (const compiled of namedBy(policies.byTarget.get(target), keys)) if (holdsFor(compiled, keys, at)) found.add(compiled.policy);
  return [...found];
}

const ofEffect = (policies: Applying, effect: Policy["effect"]): Applying => policies.filter((policy) => policy.effect === effect);

/** Level of ownership, grant and visibility, or the higher one that a policy gives. */
function levelWith(level: DatasetLevel, allowing: Applying): DatasetLevel {
  return allowing.reduce<DatasetLevel>((best, { level: given }) => (given === null || atLeast(best, given) ? best : given), level);
}

function masked(masks: readonly Mask[]): { readonly mask?: Mask } {
  const mask = strictest(masks);
  return mask === undefined ? {} : { mask };
}

/** What holds for every column of a dataset. */
interface WholeMasking {
  readonly policies: Applying;
  readonly mask: Mask | undefined;
}

function columnDecision(fieldId: number, own: Applying, whole: WholeMasking): ColumnDecision {
  const denying = ofEffect(own, "deny");
  if (denying.length > 0) return { fieldId, visibility: "hidden", policies: denying };
  const ownMasking = ofEffect(own, "mask");
  const masks = [...ownMasking.map(({ mask }) => mask), whole.mask].flatMap((mask) => mask ?? []);
  if (masks.length === 0) return { fieldId, visibility: "visible", policies: [] };
  const policies = ownMasking.length === 0 ? whole.policies : [...new Set([...ownMasking, ...whole.policies])];
  return { fieldId, visibility: "masked", ...masked(masks), policies };
}

/** The policies about single columns of a dataset, by field id. */
function byField(policies: Applying, { id, columnTags }: DecidedDataset): ReadonlyMap<number, Applying> {
  const tagged = new Map<string, number[]>();
  for (const [fieldId, tags] of columnTags) for (const tag of tags) tagged.set(tag, [...(tagged.get(tag) ?? []), fieldId]);
  const found = new Map<number, Set<Policy>>();
  const add = (fieldId: number, policy: Policy): void => {
    const known = found.get(fieldId);
    if (known === undefined) found.set(fieldId, new Set([policy]));
    else known.add(policy);
  };
  for (const policy of policies)
    for (const target of policy.targets) {
      if (target.kind === "column" && target.datasetId === id) add(target.fieldId, policy);
      if (target.kind === "column_tag") for (const fieldId of tagged.get(target.tag) ?? []) add(fieldId, policy);
    }
  return new Map([...found].map(([fieldId, own]) => [fieldId, [...own]]));
}

/**
 * What a principal may do with a dataset and see of it, by its policies: deny goes before allow, whatever else the reader may do;
 * all row filters hold together; of several masks the strictest holds; and what nobody allowed is denied.
 */
export function decide(input: DecisionInput): Decision {
  const { principal, facts, dataset } = input;
  const keys = keysOf(principal, facts);
  const about = applying(input, keys, datasetTargets(dataset));
  const denying = ofEffect(about, "deny");
  const allowing = principal.permissions.has("dataset:read") ? ofEffect(about, "allow") : [];
  const level = denying.length > 0 ? "none" : levelWith(dataset.level, allowing);
  const ofColumns = applying(input, keys, [
    targetKey({ kind: "column", datasetId: dataset.id as never, fieldId: 1 }),
    ...new Set([...dataset.columnTags.values()].flat().map((tag) => targetKey({ kind: "column_tag", tag }))),
  ]);
  const ofField = byField(ofColumns, dataset);
  const maskingAll = ofEffect(about, "mask");
  const whole: WholeMasking = { policies: maskingAll, mask: strictest(maskingAll.flatMap(({ mask }) => mask ?? [])) };
  const reader: FilterReader = { userId: principal.userId, email: principal.email, attributes: facts.attributes };
  const filters = ofEffect(about, "filter").flatMap((policy) => (policy.filter === null ? [] : [{ policy, filter: policy.filter, reader }]));
  return {
    level,
    policies: denying.length > 0 ? denying : allowing,
    filters,
    hides: {
      columns: ofEffect(ofColumns, "deny").length > 0,
      values: maskingAll.length > 0 || ofEffect(ofColumns, "mask").length > 0,
      rows: filters.length > 0,
    },
    column: (fieldId) => columnDecision(fieldId, ofField.get(fieldId) ?? [], whole),
  };
}

const lower = (left: DatasetLevel, right: DatasetLevel): DatasetLevel => (atLeast(left, right) ? right : left);

function bothColumns(left: ColumnDecision, right: ColumnDecision): ColumnDecision {
  const policies = [...left.policies, ...right.policies];
  if (left.visibility === "hidden" || right.visibility === "hidden") return { fieldId: left.fieldId, visibility: "hidden", policies };
  const masks = [left.mask, right.mask].flatMap((mask) => mask ?? []);
  return masks.length === 0 ? left : { fieldId: left.fieldId, visibility: "masked", ...masked(masks), policies };
}

/** What two people both may see: for one who looks at things as another does. */
export function intersect(left: Decision, right: Decision): Decision {
  return {
    level: lower(left.level, right.level),
    policies: [...left.policies, ...right.policies],
    filters: [...left.filters, ...right.filters],
    hides: {
      columns: left.hides.columns || right.hides.columns,
      values: left.hides.values || right.hides.values,
      rows: left.hides.rows || right.hides.rows,
    },
    column: (fieldId) => bothColumns(left.column(fieldId), right.column(fieldId)),
  };
}
