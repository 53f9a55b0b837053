import type { ErrorCode, Permission, User } from "@granary/protocol";
import { mayDo, permissionsOf } from "../access/index.ts";
import type { Principal } from "../context/index.ts";
import { isAdministrator } from "../roles/index.ts";
import type { PersonRow } from "./store.ts";

export type PersonAction = keyof User["can"];

interface ActionRule {
  readonly permission: Permission;
  /** An account is changed by its home workspace alone, a membership by the workspace it is in. */
  readonly touches: "account" | "membership";
  readonly onSelf: boolean;
  readonly onProtected: boolean;
}

/** What each action on a person needs. */
export const PERSON_ACTIONS = {
  update: { permission: "user:update", touches: "account", onSelf: true, onProtected: true },
  activate: { permission: "user:deactivate", touches: "account", onSelf: false, onProtected: true },
  deactivate: { permission: "user:deactivate", touches: "account", onSelf: false, onProtected: false },
  resetPassword: { permission: "user:update", touches: "account", onSelf: true, onProtected: true },
  unlock: { permission: "user:update", touches: "account", onSelf: true, onProtected: true },
  assignRoles: { permission: "role:assign", touches: "membership", onSelf: false, onProtected: false },
  remove: { permission: "user:delete", touches: "membership", onSelf: false, onProtected: false },
  setInstanceAdmin: { permission: "instance:settings", touches: "account", onSelf: false, onProtected: false },
} as const satisfies Record<PersonAction, ActionRule>;

/** A person's roles in the workspace, direct and through groups. */
export function rolesHeld(person: Pick<PersonRow, "roles" | "groups">): string[] {
  return [...new Set([...person.roles, ...person.groups.flatMap((group) => group.roles)])];
}

/** Whether a person may do something the principal may not; changing such an account would lend its powers. */
function isAbove(principal: Principal, person: PersonRow): boolean {
  if (principal.instanceAdmin) return false;
  if (person.instance_admin) return true;
  if (isAdministrator(principal)) return false;
  const held = permissionsOf({ roles: rolesHeld(person), instanceAdmin: false, developerUnlocked: true, customRoles: principal.customRoles });
  return [...held].some((permission) => !principal.permissions.has(permission));
}

/** Why a principal cannot act on a person, as an error code; undefined when it can. */
export function obstacle(principal: Principal, person: PersonRow, action: PersonAction): ErrorCode | undefined {
  const rule: ActionRule = PERSON_ACTIONS[action];
  if (!mayDo(principal, rule.permission)) return "access.denied";
  if (!rule.onSelf && person.id === principal.userId) return "user.self";
  if (!rule.onProtected && person.protected) return "user.protected";
  if (rule.touches === "account" && !principal.instanceAdmin && person.home_workspace_id !== principal.workspaceId) return "user.account_elsewhere";
  // Roles are compared one by one when they are changed: a person who may not touch `admin` may still add `viewer`.
  if (action !== "assignRoles" && isAbove(principal, person)) return "user.above_you";
  return undefined;
}
