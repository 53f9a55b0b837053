import type { Id } from "@granary/kernel";
import type { Group } from "@granary/protocol";
import { mayDo } from "../access/index.ts";
import type { Principal } from "../context/index.ts";
import { inRoleOrder, ungrantable } from "../roles/index.ts";
import type { GroupRow } from "./store.ts";

/** A group with what the caller may do; whoever may not give its roles may not change who holds them. */
export function presentGroup(principal: Principal, row: GroupRow): Group {
  const manages = mayDo(principal, "group:manage");
  const grants = ungrantable(principal, row.roles) === undefined;
  return {
    id: row.id as Id<"group">,
    name: row.name,
    description: row.description,
    roles: inRoleOrder(principal, row.roles),
    members: row.members,
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    can: { update: manages, delete: manages && grants, changeMembers: manages && grants },
  };
}
