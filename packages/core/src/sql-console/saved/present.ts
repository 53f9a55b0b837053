import type { Id } from "@granary/kernel";
import type { SavedQuery } from "@granary/protocol";
import type { Principal } from "../../context/index.ts";
import type { SavedRow } from "./store.ts";

export const isOwn = (principal: Principal, row: SavedRow): boolean => row.owner_id === principal.userId;

export function presentSaved(principal: Principal, row: SavedRow): SavedQuery {
  return {
    id: row.id as Id<"savedQuery">,
    name: row.name,
    description: row.description,
    sql: row.sql,
    visibility: row.visibility,
    owner: { id: row.owner_id as Id<"user">, name: row.owner_name },
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    can: { update: isOwn(principal, row), delete: isOwn(principal, row) },
  };
}
