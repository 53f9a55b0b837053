import { FILTER_WORDS, maskText, type PolicyConditions, type PolicyFields, type PolicySubject, type PolicyTarget, type RowFilter } from "@granary/protocol";
import { columnKey, type Labels } from "./labels.ts";

type Said = Omit<PolicyFields, "name" | "description" | "enabled">;

const DAYS = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];
const MAX_NAMED = 4;

function listed(parts: readonly string[], word: "and" | "or" = "and"): string {
  if (parts.length > MAX_NAMED) return `${parts.slice(0, MAX_NAMED - 1).join(", ")} ${word} ${parts.length - MAX_NAMED + 1} others`;
  return parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} ${word} ${parts.at(-1)}`;
}

function subjectText(subject: PolicySubject, labels: Labels): string {
  switch (subject.kind) {
    case "everyone":
      return "everyone";
    case "user":
      return labels[subject.id] ?? "somebody who has left";
    case "group":
      return `the group ${labels[subject.id] ?? "that was deleted"}`;
    case "role":
      return `people with the role ${subject.name}`;
    case "api_key":
      return `the API key ${labels[subject.id] ?? "that is gone"}`;
    case "attribute":
      return `people whose ${subject.name} is ${subject.value}`;
    case "permission":
      return `people with the permission ${subject.name}`;
  }
}

function targetText(target: PolicyTarget, labels: Labels): string {
  switch (target.kind) {
    case "workspace":
      return "all datasets";
    case "dataset":
      return labels[target.id] ?? "a deleted dataset";
    case "column":
      return `${labels[columnKey(target.datasetId, target.fieldId)] ?? "a dropped column"} of ${labels[target.datasetId] ?? "a deleted dataset"}`;
    case "dataset_tag":
      return `datasets labelled ${target.tag}`;
    case "column_tag":
      return `columns tagged ${target.tag}`;
    case "owner":
      return `datasets owned by ${labels[target.userId] ?? "somebody who has left"}`;
  }
}

/** A filter in words. */
export function filterText(filter: RowFilter): string {
  if ("and" in filter) return listed(filter.and.map(filterText));
  if ("or" in filter) return listed(filter.or.map(filterText), "or");
  if ("not" in filter) return `not (${filterText(filter.not)})`;
  const values = filter.values ?? (filter.value === undefined ? [] : [filter.value]);
  return [filter.column, FILTER_WORDS[filter.op], listed(values)].filter((part) => part !== "").join(" ");
}

function effectText({ effect, level, mask, filter, targets }: Said, labels: Labels): string {
  const about = listed(targets.map((target) => targetText(target, labels)));
  switch (effect) {
    case "allow":
      return level === "contributor" ? `may read and add to ${about}` : `may read ${about}`;
    case "deny":
      return `cannot see ${about}`;
    case "mask":
      return mask === null ? `see ${about}` : `see ${about} masked (${maskText(mask)})`;
    case "filter":
      return `see of ${about} only rows where ${filter === null ? "" : filterText(filter)}`;
  }
}

function conditionText(effect: Said["effect"], { purposes, validFrom, validUntil, days, from, until, timeZone = "UTC" }: PolicyConditions): string {
  const day = (instant: string): string => `${instant.slice(0, 16).replace("T", " ")} UTC`;
  const parts = [
    ...(purposes === undefined ? [] : [`${effect === "allow" ? "for the purpose" : "except for the purpose"} ${listed(purposes, "or")}`]),
    ...(validFrom === undefined ? [] : [`from ${day(validFrom)}`]),
    ...(validUntil === undefined ? [] : [`until ${day(validUntil)}`]),
    ...(days === undefined ? [] : [`on ${listed(days.toSorted((left, right) => left - right).map((number) => DAYS[number - 1] ?? ""))}`]),
    ...(from === undefined ? [] : [`between ${from} and ${until} (${timeZone})`]),
  ];
  return parts.length === 0 ? "" : `, ${parts.join(", ")}`;
}

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** What a policy says, as one sentence for people. */
export function sentenceOf(policy: Said, labels: Labels): string {
  const { subjects, except, effect, conditions } = policy;
  const who = listed(subjects.map((subject) => subjectText(subject, labels)));
  const but = except.length === 0 ? "" : `, except ${listed(except.map((subject) => subjectText(subject, labels)))},`;
  const isOne = subjects.length === 1 && subjects[0]?.kind !== "role" && subjects[0]?.kind !== "permission" && subjects[0]?.kind !== "attribute";
  const does = effectText(policy, labels);
  return `${capital(who)}${but} ${isOne ? does.replace(/^see /, "sees ") : does}${conditionText(effect, conditions)}.`;
}
