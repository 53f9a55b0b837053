import { BUILT_IN_ROLE_NAMES, problem } from "@granary/protocol";
import type { TxCtx } from "../context/index.ts";
import { keepRoles } from "./store.ts";

/** Throws `role.not_found` unless all of these roles exist; they cannot be deleted until the transaction ends. */
export async function requireRoles(ctx: TxCtx, roles: readonly string[]): Promise<void> {
  const own = roles.filter((role) => !(BUILT_IN_ROLE_NAMES as readonly string[]).includes(role));
  if (own.length === 0) return;
  const kept = await keepRoles(ctx.db, ctx.workspaceId, own);
  const role = own.find((name) => !kept.has(name));
  if (role !== undefined) throw problem("role.not_found", { role });
}
