import type pg from "pg";

/** Any constant does, as long as nobody else takes the same one: the bytes of "granary". */
const LOCK_KEY = "29117685390471801";

/** Waits until nobody else changes the schema, and keeps it so. The lock belongs to the session and goes with it, however this process ends. */
export async function lockMigrations(client: pg.Client): Promise<void> {
  await client.query("select pg_advisory_lock($1::bigint)", [LOCK_KEY]);
}
