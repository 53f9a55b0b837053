import type { Id } from "@granary/kernel";
import { type Account, type Preferences, preferences, type Session } from "@granary/protocol";
import { describeDevice } from "./rules.ts";
import type { AccountRow } from "./store/accounts.ts";
import type { listSessionRows } from "./store/sessions.ts";

/** Preferences with defaults for what a person never chose; a stored value that is no longer known falls back as well. */
export function presentPreferences(stored: unknown): Preferences {
  const read = preferences.safeParse(stored);
  return read.success ? read.data : preferences.parse({});
}

/** A person's own account. `byKey`: an API key asks, which may change nothing about the account. */
export function presentAccount(row: AccountRow, byKey = false): Account {
  return {
    id: row.id as Id<"user">,
    email: row.email,
    name: row.name,
    emailVerified: row.email_verified_at !== null,
    instanceAdmin: row.instance_admin,
    protected: row.protected,
    secondFactorEnabled: row.totp_enabled_at !== null,
    backupCodesLeft: row.backup_codes_left,
    passwordChangedAt: row.password_changed_at?.toISOString() ?? null,
    lastSignInAt: row.last_sign_in_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    preferences: presentPreferences(row.preferences),
    version: row.version,
    can: { update: !byKey, changePassword: !byKey, disableSecondFactor: !byKey && row.totp_enabled_at !== null && !row.second_factor_demanded },
  };
}

export function presentSession(row: Awaited<ReturnType<typeof listSessionRows>>[number], currentId: string | null): Session {
  return {
    id: row.id as Id<"session">,
    current: row.id === currentId,
    client: row.client as Session["client"],
    device: describeDevice(row.user_agent),
    ip: row.ip,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    remember: row.remember,
  };
}
