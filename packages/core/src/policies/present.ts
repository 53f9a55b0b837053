import type { Id } from "@granary/kernel";
import type { PolicyView } from "@granary/protocol";
import { mayDo } from "../access/index.ts";
import type { Principal } from "../context/index.ts";
import { columnKey, type Labels, type Naming } from "./labels.ts";
import { sentenceOf } from "./sentence.ts";
import type { PolicyRow } from "./store.ts";

/** The labels one policy needs. */
function ownLabels({ subjects, except, targets }: Naming, labels: Labels): Record<string, string> {
  const keys = [
    ...[...subjects, ...except].flatMap((subject) => ("id" in subject ? [subject.id as string] : [])),
    ...targets.flatMap((target) => {
      if (target.kind === "column") return [target.datasetId, columnKey(target.datasetId, target.fieldId)];
      if (target.kind === "dataset") return [target.id];
      return target.kind === "owner" ? [target.userId] : [];
    }),
  ];
  return Object.fromEntries(keys.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]])));
}

export function presentPolicy(principal: Principal, row: PolicyRow, labels: Labels): PolicyView {
  const { name, description, enabled, effect, subjects, except, targets, level, mask, filter, conditions } = row;
  const mayManage = mayDo(principal, "policy:manage");
  return {
    id: row.id as Id<"policy">,
    name,
    description,
    enabled,
    effect,
    subjects: [...subjects],
    except: [...except],
    targets: [...targets],
    level,
    mask,
    filter,
    conditions,
    sentence: sentenceOf(row, labels),
    labels: ownLabels(row, labels),
    isSetting: row.origin !== "",
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    can: { update: mayManage, delete: mayManage },
  };
}
