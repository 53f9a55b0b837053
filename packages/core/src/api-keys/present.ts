import type { Id } from "@granary/kernel";
import { type ApiKey, type Permission, PERMISSIONS } from "@granary/protocol";
import { mayDo } from "../access/index.ts";
import type { Principal } from "../context/index.ts";
import { keyStatus } from "./rules.ts";
import type { ApiKeyRow } from "./store.ts";

const isPermission = (name: string): name is Permission => name in PERMISSIONS;

/** Whether a principal may revoke a key: its owner, or whoever manages the workspace's keys. */
export function mayRevoke(principal: Principal, row: ApiKeyRow): boolean {
  return row.user_id === principal.userId || mayDo(principal, "api_key:manage");
}

/** A key as lists show it; its secret is not known to anybody. */
export function presentKey(principal: Principal, row: ApiKeyRow, now: Date): ApiKey {
  const status = keyStatus(row, now);
  return {
    id: row.id as Id<"apiKey">,
    name: row.name,
    hint: row.hint,
    owner: { id: row.user_id as Id<"user">, name: row.owner_name ?? "Removed person" },
    scopes: row.scopes.filter(isPermission),
    status,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    lastUsedIp: row.last_used_ip,
    can: { revoke: status !== "revoked" && mayRevoke(principal, row) },
  };
}
