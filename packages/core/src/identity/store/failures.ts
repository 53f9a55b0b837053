import type { Reader, Writer } from "@granary/db";
import type { Failures } from "../rules.ts";

/** Wrong attempts of an account name; undefined when there are none. */
export async function findFailures(db: Reader | Writer, account: string): Promise<Failures | undefined> {
  const row = await db.selectFrom("sign_in_failures").selectAll().where("account", "=", account).executeTakeFirst();
  return row === undefined ? undefined : { failures: row.failures, lastFailedAt: row.last_failed_at, lockedUntil: row.locked_until };
}

/** The same, held until the transaction ends, so that attempts at the same moment are counted one after the other. */
export async function holdFailures(db: Writer, account: string, now: Date): Promise<Failures> {
  await db
    .insertInto("sign_in_failures")
    .values({ account, failures: 0, last_failed_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await db.selectFrom("sign_in_failures").selectAll().where("account", "=", account).forUpdate().executeTakeFirstOrThrow();
  return { failures: row.failures, lastFailedAt: row.last_failed_at, lockedUntil: row.locked_until };
}

export async function storeFailures(db: Writer, account: string, state: Failures): Promise<void> {
  await db
    .updateTable("sign_in_failures")
    .set({ failures: state.failures, last_failed_at: state.lastFailedAt, locked_until: state.lockedUntil })
    .where("account", "=", account)
    .execute();
}

/** Forgets wrong attempts; returns whether there were any. */
export async function deleteFailures(db: Writer, accounts: readonly string[]): Promise<boolean> {
  const result = await db.deleteFrom("sign_in_failures").where("account", "in", accounts).where("failures", ">", 0).executeTakeFirst();
  return result.numDeletedRows > 0n;
}
