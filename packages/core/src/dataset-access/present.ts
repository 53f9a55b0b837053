import type { Id } from "@granary/kernel";
import type { AccessRequest, DatasetPermission } from "@granary/protocol";
import type { GrantRow, RequestRow } from "./store.ts";

/** Who has access and why, with what the caller may do about it. */
export function presentGrant(row: GrantRow, mayShare: boolean): DatasetPermission {
  const { kind, id, name, email, level, because, expires_at } = row;
  const isOwner = because === "owner";
  return {
    id,
    kind,
    name,
    email,
    level,
    because,
    grantedBy: row.granted_by,
    grantedAt: row.granted_at === null ? null : new Date(row.granted_at).toISOString(),
    expiresAt: expires_at === null ? null : new Date(expires_at).toISOString(),
    can: { change: mayShare && !isOwner, revoke: mayShare && !isOwner },
  };
}

export function presentRequest(row: RequestRow, can: AccessRequest["can"]): AccessRequest {
  return {
    id: row.id as Id<"accessRequest">,
    dataset: { id: row.dataset_id as Id<"dataset">, name: row.dataset_name },
    askedBy: { id: row.asked_by as Id<"user">, name: row.asker_name, email: row.asker_email },
    level: row.level as AccessRequest["level"],
    reason: row.reason,
    state: row.state as AccessRequest["state"],
    decidedBy: row.decider_name,
    decidedAt: row.decided_at?.toISOString() ?? null,
    answer: row.answer,
    createdAt: row.created_at.toISOString(),
    can: { decide: can.decide && row.state === "pending", withdraw: can.withdraw && row.state === "pending" },
  };
}
