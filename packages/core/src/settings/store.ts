import type { Reader, Writer } from "@granary/db";

/** Rows of `instance_settings`: one for all settings of the installation, one for the developers' safeguard. */
export type SettingKey = "instance" | "developer_in_production";

export function findSetting(db: Reader | Writer, key: SettingKey) {
  return db.selectFrom("instance_settings").select(["value", "version", "updated_at", "updated_by"]).where("key", "=", key).executeTakeFirst();
}

export interface SettingChange {
  readonly value: Readonly<Record<string, unknown>>;
  readonly by: string;
  readonly now: Date;
}

/** Writes a setting if it still has the version the caller read (0: there was none yet); returns whether it had. */
export async function storeSetting(db: Writer, key: SettingKey, version: number, change: SettingChange): Promise<boolean> {
  const fields = { value: JSON.stringify(change.value), updated_at: change.now, updated_by: change.by };
  if (version === 0) {
    const inserted = await db
      .insertInto("instance_settings")
      .values({ key, ...fields })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return inserted.numInsertedOrUpdatedRows === 1n;
  }
  const updated = await db
    .updateTable("instance_settings")
    .set(fields)
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("key", "=", key)
    .where("version", "=", version)
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

/** Writes a setting whatever it was before. */
export async function replaceSetting(db: Writer, key: SettingKey, change: SettingChange): Promise<void> {
  const fields = { value: JSON.stringify(change.value), updated_at: change.now, updated_by: change.by };
  await db
    .insertInto("instance_settings")
    .values({ key, ...fields })
    .onConflict((conflict) => conflict.column("key").doUpdateSet((eb) => ({ ...fields, version: eb("instance_settings.version", "+", 1) })))
    .execute();
}
