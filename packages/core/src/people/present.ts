import type { Id } from "@granary/kernel";
import type { User } from "@granary/protocol";
import { mayDo } from "../access/index.ts";
import type { Principal } from "../context/index.ts";
import { inRoleOrder } from "../roles/index.ts";
import { obstacle, type PersonAction } from "./rules.ts";
import type { PersonRow, SecurityFacts } from "./store.ts";

function whatCallerMay(principal: Principal, row: PersonRow, security: SecurityFacts | undefined): User["can"] {
  const may = (action: PersonAction): boolean => obstacle(principal, row, action) === undefined;
  const isActive = row.status === "active";
  return {
    update: may("update"),
    activate: !isActive && may("activate"),
    deactivate: isActive && may("deactivate"),
    resetPassword: isActive && may("resetPassword"),
    unlock: security?.locked_until != null && may("unlock"),
    assignRoles: may("assignRoles"),
    remove: may("remove"),
    setInstanceAdmin: may("setInstanceAdmin"),
  };
}

/** A person as colleagues see them, with what the caller may do. */
export function presentPerson(principal: Principal, row: PersonRow, facts: SecurityFacts | undefined): User {
  const security = mayDo(principal, "user:update") ? facts : undefined;
  return {
    id: row.id as Id<"user">,
    email: row.email,
    name: row.name,
    status: row.status as User["status"],
    roles: inRoleOrder(principal, row.roles),
    groups: row.groups.map((group) => ({ ...group, id: group.id as Id<"group"> })),
    instanceAdmin: row.instance_admin,
    protected: row.protected,
    home: row.home_workspace_id === principal.workspaceId,
    emailVerified: row.email_verified_at !== null,
    security:
      security === undefined
        ? null
        : {
            secondFactor: security.second_factor,
            mustChangePassword: security.must_change_password,
            lockedUntil: security.locked_until?.toISOString() ?? null,
          },
    lastSignInAt: row.last_sign_in_at?.toISOString() ?? null,
    joinedAt: row.joined_at.toISOString(),
    createdAt: row.created_at.toISOString(),
    version: row.version,
    can: whatCallerMay(principal, row, security),
  };
}
