import type { Permission } from "@granary/protocol";
import type { Principal } from "../context/index.ts";
import type { KeyStatus } from "./store.ts";

/** Enough to recognise a key by, too little to guess the rest: 6 of 43 random characters. */
const HINT_LENGTH = 10;

export function hintOf(secret: string): string {
  return secret.slice(0, HINT_LENGTH);
}

/** The first scope a key cannot get because its maker does not hold it. */
export function exceedingScope(principal: Principal, scopes: readonly Permission[]): Permission | undefined {
  return scopes.find((scope) => !principal.permissions.has(scope));
}

export function keyStatus(key: { readonly revoked_at: Date | null; readonly expires_at: Date | null }, now: Date): KeyStatus {
  if (key.revoked_at !== null) return "revoked";
  return key.expires_at !== null && key.expires_at <= now ? "expired" : "active";
}
