import { type Permission, problem } from "@granary/protocol";
import type { Principal } from "../context/index.ts";

/** Whether a principal holds a permission. Deny by default: nothing but the set decides. */
export function mayDo(principal: Principal, permission: Permission): boolean {
  return principal.permissions.has(permission);
}

/** Throws `auth.required` or `access.denied` unless the principal holds the permission. */
export function authorize(principal: Principal, permission: Permission): void {
  if (mayDo(principal, permission)) return;
  if (principal.kind === "anonymous") throw problem("auth.required");
  throw problem("access.denied", { permission });
}
