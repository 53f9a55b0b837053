import type { Id } from "@granary/kernel";
import type { Workspace } from "@granary/protocol";
import { mayDo } from "../access/index.ts";
import type { Principal } from "../context/index.ts";
import type { WorkspaceRow } from "./store.ts";

/** A workspace as its members see it, with what the caller may do. */
export function presentWorkspace(principal: Principal, row: WorkspaceRow): Workspace {
  const isCurrent = principal.workspaceId === row.id;
  return {
    id: row.id as Id<"workspace">,
    slug: row.slug,
    name: row.name,
    version: row.version,
    members: row.members ?? 0,
    createdAt: row.created_at.toISOString(),
    can: { update: isCurrent && mayDo(principal, "settings:update"), delete: mayDo(principal, "workspace:delete") },
  };
}
