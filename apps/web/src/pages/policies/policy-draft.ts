import type { CallRequest } from "@granary/client";
import { FILTER_OPERATORS, type FilterCondition, type FilterOperator, maskText, type PolicyEffect, type PolicyView, type RowFilter } from "@granary/protocol";

type Body = CallRequest<"policies.create">["body"];
export type Subject = Body["subjects"][number];
export type Target = Body["targets"][number];

/** Something a policy names, with what people call it. */
export interface Named<T> {
  readonly value: T;
  readonly text: string;
}

/** A policy while it is edited. */
export interface Draft {
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly effect: PolicyEffect;
  readonly subjects: readonly Named<Subject>[];
  readonly except: readonly Named<Subject>[];
  readonly targets: readonly Named<Target>[];
  readonly level: "viewer" | "contributor";
  readonly mask: string;
  readonly conditions: readonly FilterCondition[];
  /** A filter that is more than conditions which all hold, as JSON; empty otherwise. */
  readonly filterText: string;
  readonly purposes: readonly string[];
  /** As a field for local dates and times has it; UTC. */
  readonly validFrom: string;
  readonly validUntil: string;
  readonly days: readonly string[];
  readonly from: string;
  readonly until: string;
  readonly timeZone: string;
}

export const EFFECT_TITLES: Readonly<Record<PolicyEffect, string>> = {
  allow: "Let them in",
  deny: "Keep them out",
  mask: "Mask values",
  filter: "Leave out rows",
};

export const EVERYONE: Named<Subject> = { value: { kind: "everyone" }, text: "everyone" };

export const NEW_DRAFT: Draft = {
  name: "",
  description: "",
  enabled: true,
  effect: "mask",
  subjects: [EVERYONE],
  except: [{ value: { kind: "permission", name: "pii:view" }, text: "holders of pii:view" }],
  targets: [],
  level: "viewer",
  mask: "redact",
  conditions: [{ column: "", op: "eq", value: "" }],
  filterText: "",
  purposes: [],
  validFrom: "",
  validUntil: "",
  days: [],
  from: "",
  until: "",
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
};

function subjectText(subject: Subject, labels: Readonly<Record<string, string>>): string {
  switch (subject.kind) {
    case "everyone":
      return "everyone";
    case "attribute":
      return `${subject.name} = ${subject.value}`;
    case "role":
      return `role ${subject.name}`;
    case "permission":
      return `holders of ${subject.name}`;
    case "group":
      return `group ${labels[subject.id] ?? "(deleted)"}`;
    case "api_key":
      return `API key ${labels[subject.id] ?? "(gone)"}`;
    case "user":
      return labels[subject.id] ?? "(has left)";
  }
}

function targetText(target: Target, labels: Readonly<Record<string, string>>): string {
  switch (target.kind) {
    case "workspace":
      return "all datasets";
    case "dataset":
      return labels[target.id] ?? "(deleted dataset)";
    case "column":
      return `${labels[target.datasetId] ?? "(deleted dataset)"} › ${labels[`${target.datasetId}.${target.fieldId}`] ?? "(dropped column)"}`;
    case "dataset_tag":
      return `label ${target.tag}`;
    case "column_tag":
      return `columns tagged ${target.tag}`;
    case "owner":
      return `owned by ${labels[target.userId] ?? "(has left)"}`;
  }
}

/** The conditions of a filter in which all hold; undefined for other ones. */
function plainConditions(filter: RowFilter): readonly FilterCondition[] | undefined {
  if ("column" in filter) return [filter];
  if (!("and" in filter)) return undefined;
  const parts = filter.and.flatMap((part) => ("column" in part ? part : []));
  return parts.length === filter.and.length && parts.length > 0 ? parts : undefined;
}

const toField = (instant: string | undefined): string => instant?.slice(0, 16) ?? "";
const toInstant = (field: string): string => `${field}:00Z`;

export function draftOf(policy: PolicyView): Draft {
  const { name, description, enabled, effect, subjects, except, targets, level, mask, filter, conditions, labels } = policy;
  const plain = filter === null ? undefined : plainConditions(filter);
  return {
    name,
    description,
    enabled,
    effect,
    subjects: subjects.map((value) => ({ value, text: subjectText(value, labels) })),
    except: except.map((value) => ({ value, text: subjectText(value, labels) })),
    targets: targets.map((value) => ({ value, text: targetText(value, labels) })),
    level: level ?? "viewer",
    mask: mask === null ? "redact" : maskText(mask),
    conditions: plain ?? NEW_DRAFT.conditions,
    filterText: filter === null || plain !== undefined ? "" : JSON.stringify(filter, undefined, 2),
    purposes: conditions.purposes ?? [],
    validFrom: toField(conditions.validFrom),
    validUntil: toField(conditions.validUntil),
    days: (conditions.days ?? []).map(String),
    from: conditions.from ?? "",
    until: conditions.until ?? "",
    timeZone: conditions.timeZone ?? NEW_DRAFT.timeZone,
  };
}

/** A condition in its fields: several values with commas between. */
export const valuesText = ({ value, values }: FilterCondition): string => values?.join(", ") ?? value ?? "";

export function conditionWith(column: string, op: FilterOperator, text: string): FilterCondition {
  const arity = FILTER_OPERATORS[op];
  if (arity === "none") return { column, op };
  return arity === "one" ? { column, op, value: text } : { column, op, values: text.split(",").map((part) => part.trim()) };
}

function filterOf({ conditions, filterText }: Draft): RowFilter {
  if (filterText.trim() !== "") return JSON.parse(filterText) as RowFilter;
  const [only, ...others] = conditions;
  return only !== undefined && others.length === 0 ? only : { and: conditions };
}

function conditionsOf({ purposes, validFrom, validUntil, days, from, until, timeZone }: Draft): NonNullable<Body["conditions"]> {
  const isInWeek = days.length > 0 || from !== "" || until !== "";
  return {
    ...(purposes.length === 0 ? {} : { purposes: [...purposes] }),
    ...(validFrom === "" ? {} : { validFrom: toInstant(validFrom) }),
    ...(validUntil === "" ? {} : { validUntil: toInstant(validUntil) }),
    ...(days.length === 0 ? {} : { days: days.map(Number) }),
    ...(from === "" ? {} : { from }),
    ...(until === "" ? {} : { until }),
    ...(isInWeek ? { timeZone } : {}),
  };
}

/** What is sent. Throws SyntaxError for a filter that is no JSON. */
export function bodyOf(draft: Draft): Body {
  const { name, description, enabled, effect, subjects, except, targets, level, mask } = draft;
  return {
    name,
    description,
    enabled,
    effect,
    subjects: subjects.map(({ value }) => value),
    except: except.map(({ value }) => value),
    targets: targets.map(({ value }) => value),
    level: effect === "allow" ? level : null,
    mask: effect === "mask" ? mask : null,
    filter: effect === "filter" ? filterOf(draft) : null,
    conditions: conditionsOf(draft),
  };
}
