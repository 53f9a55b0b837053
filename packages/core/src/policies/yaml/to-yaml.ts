import { maskText, type PolicyFields, type PolicySubject, type PolicyTarget } from "@granary/protocol";
import { stringify } from "yaml";
import { columnKey, type Labels } from "../labels.ts";

/** Subjects and targets as files name them: by what people call them where that is known, by id otherwise. */
function subjectEntry(subject: PolicySubject, labels: Labels): unknown {
  switch (subject.kind) {
    case "everyone":
      return "everyone";
    case "attribute":
      return { attribute: { name: subject.name, value: subject.value } };
    case "role":
    case "permission":
      return { [subject.kind]: subject.name };
    case "api_key":
      return { apiKey: subject.id };
    default:
      return { [subject.kind]: labels[subject.id] ?? subject.id };
  }
}

function targetEntry(target: PolicyTarget, labels: Labels): unknown {
  switch (target.kind) {
    case "workspace":
      return "workspace";
    case "dataset":
      return { dataset: labels[target.id] ?? target.id };
    case "column":
      return {
        column: { dataset: labels[target.datasetId] ?? target.datasetId, name: labels[columnKey(target.datasetId, target.fieldId)] ?? target.fieldId },
      };
    case "dataset_tag":
      return { datasetTag: target.tag };
    case "column_tag":
      return { columnTag: target.tag };
    case "owner":
      return { owner: labels[target.userId] ?? target.userId };
  }
}

function entryOf(policy: PolicyFields, labels: Labels): Readonly<Record<string, unknown>> {
  const { name, description, enabled, effect, subjects, except, targets, level, mask, filter, conditions } = policy;
  return {
    name,
    ...(description === "" ? {} : { description }),
    ...(enabled ? {} : { enabled }),
    effect,
    subjects: subjects.map((subject) => subjectEntry(subject, labels)),
    ...(except.length === 0 ? {} : { except: except.map((subject) => subjectEntry(subject, labels)) }),
    targets: targets.map((target) => targetEntry(target, labels)),
    ...(level === null ? {} : { level }),
    ...(mask === null ? {} : { mask: maskText(mask) }),
    ...(filter === null ? {} : { filter }),
    ...(Object.keys(conditions).length === 0 ? {} : { conditions }),
  };
}

/** Policies as a file that `fromYaml` reads. */
export const toYaml = (policies: readonly PolicyFields[], labels: Labels): string =>
  stringify({ granaryPolicies: 1, policies: policies.map((policy) => entryOf(policy, labels)) }, { lineWidth: 0, aliasDuplicateObjects: false });
