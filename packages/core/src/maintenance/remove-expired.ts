import { type RawBuilder, sql } from "kysely";
import type { Ctx } from "../context/index.ts";
import { removeInBatches } from "./remove-in-batches.ts";

/**
 * What expires, and how long it is kept afterwards: long enough that "expired" and "used" can still be told from "never existed",
 * and that the list of sessions shows the last month.
 */
const EXPIRED = {
  session_tokens: { key: "hash", where: sql`expires_at < now() - interval '7 days'` },
  sessions: { key: "id", where: sql`least(expires_at, revoked_at) < now() - interval '30 days'` },
  one_time_tokens: { key: "hash", where: sql`least(expires_at, used_at) < now() - interval '7 days'` },
  device_grants: { key: "id", where: sql`expires_at < now() - interval '1 day'` },
  sign_in_failures: { key: "ctid", where: sql`greatest(last_failed_at, locked_until) < now() - interval '7 days'` },
  idempotency_keys: { key: "ctid", where: sql`created_at < now() - interval '1 day'` },
} as const satisfies Record<string, { key: string; where: RawBuilder<unknown> }>;

/** Removes expired sessions, tokens, device grants, forgotten attempts and idempotency keys. Answers how many rows by table. */
export async function removeExpired(ctx: Ctx): Promise<Record<string, number>> {
  const removed: Record<string, number> = {};
  for (const [table, { key, where }] of Object.entries(EXPIRED)) {
    removed[table] = await removeInBatches(ctx, async (tx, limit) => {
      const result = await sql`
        delete from ${sql.table(table)} where ${sql.ref(key)} in (select ${sql.ref(key)} from ${sql.table(table)} where ${where} limit ${limit} for update skip locked)`.execute(
        tx.db,
      );
      return Number(result.numAffectedRows ?? 0n);
    });
  }
  return removed;
}
