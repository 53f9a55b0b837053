import type { Id } from "@granary/kernel";
import { ENTITIES, type Entity, type PersonalDataFinding, tagOfEntity } from "@granary/protocol";
import { mayDo } from "../access/index.ts";
import type { Principal } from "../context/index.ts";
import type { FindingRow } from "./store.ts";

/** Kinds of another version of the program are left alone. */
export const isKnownEntity = (name: string): name is Entity => Object.hasOwn(ENTITIES, name);

export function presentFinding(principal: Principal, row: FindingRow, entity: Entity): PersonalDataFinding {
  const mayDecide = mayDo(principal, "privacy:manage");
  const { shapes, ...evidence } = row.found;
  return {
    id: row.id as Id<"finding">,
    dataset: { id: row.dataset_id as Id<"dataset">, name: row.dataset_name },
    column: { fieldId: row.field_id, name: row.column_name ?? "" },
    entity,
    title: ENTITIES[entity].one,
    titles: ENTITIES[entity].many,
    confidence: row.confidence,
    evidence: { ...evidence, shapes: [...shapes] },
    state: row.state as PersonalDataFinding["state"],
    tag: tagOfEntity(entity),
    mask: ENTITIES[entity].mask,
    isMasked: row.is_masked,
    isAskedAgain: row.state === "suggested" && row.decided_at !== null,
    decidedBy: row.decider_name,
    decidedAt: row.decided_at?.toISOString() ?? null,
    dataVersion: row.data_version,
    createdAt: row.created_at.toISOString(),
    can: { decide: mayDecide, mask: mayDecide && mayDo(principal, "policy:manage") && !row.is_masked },
  };
}
