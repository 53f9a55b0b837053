import type { Mask, RowFilter } from "@granary/protocol";
import type { Principal } from "../../context/index.ts";
import { atLeast, type DatasetLevel } from "../dataset-level.ts";
import { strictest } from "../masks/index.ts";
import { type CompiledPolicies, targetKey, WORKSPACE_TARGET } from "./compile.ts";
import type { Moment } from "./conditions.ts";
import type { Policy, ReaderFacts } from "./policy.ts";
import { differentMasks, type Holding, policiesOf, type ReaderPolicies } from "./reader-policies.ts";

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

function datasetTargets({ id, ownerId, tags }: DecidedDataset): readonly string[] {
  const owner = ownerId === null ? [] : [targetKey({ kind: "owner", userId: ownerId as never })];
  return [WORKSPACE_TARGET, targetKey({ kind: "dataset", id: id as never }), ...owner, ...tags.map((tag) => targetKey({ kind: "dataset_tag", tag }))];
}

/** Level of ownership, grant and visibility, or the higher one that a policy gives. */
function levelWith(level: DatasetLevel, allowing: readonly Policy[]): DatasetLevel {
  return allowing.reduce<DatasetLevel>((best, { level: given }) => (given === null || atLeast(best, given) ? best : given), level);
}

function masked(masks: readonly Mask[]): { readonly mask?: Mask } {
  const mask = strictest(masks);
  return mask === undefined ? {} : { mask };
}

/** What holds about single columns of a dataset, by field id and by what columns are about. */
interface ColumnPolicies {
  readonly byField: ReadonlyMap<number, Holding>;
  readonly byTag: ReadonlyMap<string, Holding>;
}

function columnDecision(fieldId: number, own: readonly Holding[], whole: Holding): ColumnDecision {
  if (own.some(({ deny }) => deny.length > 0)) return { fieldId, visibility: "hidden", policies: [...new Set(own.flatMap(({ deny }) => deny))] };
  const all = [...own, whole];
  const masks = differentMasks(all.flatMap((holding) => holding.masks));
  if (masks.length === 0) return { fieldId, visibility: "visible", policies: [] };
  return {
    fieldId,
    visibility: "masked",
    ...masked(masks),
    get policies() {
      return [...new Set(all.flatMap(({ mask }) => mask))];
    },
  };
}

function columnPolicies(policies: ReaderPolicies, { id, columnTags }: DecidedDataset, at: Moment): ColumnPolicies {
  const target = targetKey({ kind: "column", datasetId: id as never, fieldId: 1 });
  const tags = new Set([...columnTags.values()].flat());
  return {
    byField: policies.aboutColumns(target, id, at),
    byTag: new Map([...tags].map((tag) => [tag, policies.about([targetKey({ kind: "column_tag", tag })], at)])),
  };
}

/**
 * What a principal may do with a dataset and see of it, by its policies: deny goes before allow, whatever else the reader may do;
 * all row filters hold together; of several masks the strictest holds; and what nobody allowed is denied.
 */
export function decide(input: DecisionInput): Decision {
  const { principal, facts, dataset, purpose } = input;
  const named = policiesOf(input);
  const at = { now: facts.now, purpose };
  const whole = named.about(datasetTargets(dataset), at);
  const { byField, byTag } = columnPolicies(named, dataset, at);
  const ofColumns = [...byField.values(), ...byTag.values()];
  const allowing = principal.permissions.has("dataset:read") ? whole.allow : [];
  const isDenied = whole.deny.length > 0;
  const reader: FilterReader = { userId: principal.userId, email: principal.email, attributes: facts.attributes };
  const filters = whole.filter.flatMap((policy) => (policy.filter === null ? [] : [{ policy, filter: policy.filter, reader }]));
  return {
    level: isDenied ? "none" : levelWith(dataset.level, allowing),
    policies: isDenied ? whole.deny : allowing,
    filters,
    hides: {
      columns: ofColumns.some(({ deny }) => deny.length > 0),
      values: whole.mask.length > 0 || ofColumns.some(({ mask }) => mask.length > 0),
      rows: filters.length > 0,
    },
    column: (fieldId) => {
      const own = [byField.get(fieldId), ...(dataset.columnTags.get(fieldId) ?? []).map((tag) => byTag.get(tag))];
      return columnDecision(
        fieldId,
        own.filter((holding) => holding !== undefined),
        whole,
      );
    },
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
