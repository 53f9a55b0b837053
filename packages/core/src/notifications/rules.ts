import { BUILT_IN_ROLE_NAMES, type Permission } from "@granary/protocol";
import { permissionsOf } from "../access/index.ts";

/** A NOTIFY carries at most 8,000 bytes: with these even text that doubles in JSON fits. */
const MAX_TITLE = 200;
const MAX_BODY = 500;

function clip(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1)}…`;
}

export const clipTitle = (text: string): string => clip(text, MAX_TITLE);
export const clipBody = (text: string): string => clip(text, MAX_BODY);

/** The roles whose holders have a permission for certain, the developer's only outside production. */
export function rolesWith(permission: Permission, developerUnlocked: boolean): string[] {
  return BUILT_IN_ROLE_NAMES.filter((role) => permissionsOf({ roles: [role], instanceAdmin: false, developerUnlocked }).has(permission));
}
