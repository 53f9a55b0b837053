import type { Reader, Writer } from "@granary/db";

export async function insertDevice(
  db: Writer,
  row: {
    readonly id: string;
    readonly deviceHash: Buffer;
    readonly userCode: string;
    readonly clientName: string;
    readonly ip: string | null;
    readonly now: Date;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await db
    .insertInto("device_grants")
    .values({
      id: row.id,
      device_hash: row.deviceHash,
      user_code: row.userCode,
      client_name: row.clientName,
      ip: row.ip,
      created_at: row.now,
      expires_at: row.expiresAt,
    })
    .execute();
}

/** A device that nobody decided about yet. */
export function findWaitingDevice(db: Reader | Writer, userCode: string, now: Date) {
  return db
    .selectFrom("device_grants")
    .select(["id", "user_code", "client_name", "ip", "created_at", "expires_at"])
    .where("user_code", "=", userCode)
    .where("expires_at", ">", now)
    .where("approved_at", "is", null)
    .where("denied_at", "is", null)
    .executeTakeFirst();
}

/** Decides about a device once; undefined when it is unknown, too old or decided. */
export function decideDevice(db: Writer, userCode: string, decision: { readonly userId: string; readonly approve: boolean; readonly now: Date }) {
  const { now, approve, userId } = decision;
  return db
    .updateTable("device_grants")
    .set(approve ? { approved_at: now, user_id: userId } : { denied_at: now, user_id: userId })
    .where("user_code", "=", userCode)
    .where("expires_at", ">", now)
    .where("approved_at", "is", null)
    .where("denied_at", "is", null)
    .returning(["id", "client_name"])
    .executeTakeFirst();
}

/** A device by its secret, held until the transaction ends. */
export function holdDevice(db: Writer, deviceHash: Buffer) {
  return db.selectFrom("device_grants").selectAll().where("device_hash", "=", deviceHash).forUpdate().executeTakeFirst();
}

export async function storePoll(db: Writer, id: string, now: Date): Promise<void> {
  await db.updateTable("device_grants").set({ last_polled_at: now }).where("id", "=", id).execute();
}

export async function markDeviceClaimed(db: Writer, id: string, now: Date): Promise<void> {
  await db.updateTable("device_grants").set({ claimed_at: now }).where("id", "=", id).execute();
}
