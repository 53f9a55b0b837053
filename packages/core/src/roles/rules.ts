import { BUILT_IN_ROLE_NAMES, type Permission, WORKSPACE_PERMISSIONS } from "@granary/protocol";
import { permissionsOf } from "../access/index.ts";
import type { Principal } from "../context/index.ts";

/** Whoever administers the workspace in person. A key of an administrator can do no more than its scopes. */
export function isAdministrator(principal: Principal): boolean {
  return principal.kind === "user" && (principal.instanceAdmin || principal.roles.includes("admin"));
}

/** Whether a principal may give or take a role: administrators any, others those that give nothing they lack themselves. */
export function mayGrant(principal: Principal, role: string): boolean {
  if (isAdministrator(principal)) return true;
  const given = permissionsOf({ roles: [role], instanceAdmin: false, developerUnlocked: true, customRoles: principal.customRoles });
  return [...given].every((permission) => principal.permissions.has(permission));
}

/** The first of some roles that a principal may not give or take; undefined when it may all. */
export function ungrantable(principal: Principal, roles: readonly string[]): string | undefined {
  return roles.find((role) => !mayGrant(principal, role));
}

/** Roles that are in one set and not in the other. */
export function rolesChanged(before: readonly string[], after: readonly string[]): string[] {
  return [...before.filter((role) => !after.includes(role)), ...after.filter((role) => !before.includes(role))];
}

/** The roles that exist in the principal's workspace, in the order they are shown: the built-in ones, then its own by name. */
export function inRoleOrder(principal: Principal, roles: readonly string[]): string[] {
  return [...BUILT_IN_ROLE_NAMES, ...[...principal.customRoles.keys()].toSorted()].filter((name) => roles.includes(name));
}

/** The first of some permissions that nobody in the workspace could hold, or that the principal does not. */
export function exceeding(principal: Principal, permissions: readonly Permission[]): Permission | undefined {
  return permissions.find((permission) => !WORKSPACE_PERMISSIONS.includes(permission) || !principal.permissions.has(permission));
}

/** Letters of other alphabets that look like Latin ones. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  "\u0430": "a",
  "\u0435": "e",
  "\u043e": "o",
  "\u0440": "p",
  "\u0441": "c",
  "\u0443": "y",
  "\u0445": "x",
  "\u0456": "i",
  "\u0458": "j",
  "\u0455": "s",
  "\u0501": "d",
  "\u051b": "q",
  "\u04bb": "h",
  "\u043a": "k",
  "\u043c": "m",
  "\u0442": "t",
  "\u0432": "b",
  "\u043d": "h",
  "\u03b1": "a",
  "\u03bf": "o",
  "\u03c1": "p",
  "\u03c5": "u",
  "\u03bd": "v",
  "\u03b9": "i",
  "\u03ba": "k",
  "\u03b5": "e",
  "\u03c4": "t",
  "\u0131": "i",
};

/** A title as one reads it at a glance: compatibility forms, case, accents, spaces and letters that look alike are the same. */
export function titleKey(title: string): string {
  const plain = title.normalize("NFKD").toLowerCase().normalize("NFKD").replaceAll(/\p{M}/gu, "");
  return [...plain]
    .map((letter) => LOOKALIKES[letter] ?? letter)
    .join("")
    .replaceAll(/[^\p{L}\p{N}]/gu, "");
}

const MAX_NAME = 40;

/** What a role is called by programs: plain letters of its title, unlike every name that is taken. */
export function nameFor(title: string, taken: ReadonlySet<string>): string {
  const plain = title
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "")
    .slice(0, MAX_NAME);
  const base = plain === "" ? "role" : plain;
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(name)) return name;
  }
}
