import { sql } from "kysely";
import type { LakeTransaction, TableRef } from "./catalog.ts";

/** A file, or with a slash at the end all files below a directory, that is to be deleted when its time has come. */
export interface Discard {
  readonly tableName: string;
  readonly location: string;
  readonly isDue: boolean;
}

/** Notes what is to be deleted, at the latest time anybody asked for. Part of the transaction that makes the files needless. */
export async function addDiscards(tx: LakeTransaction, ref: TableRef, locations: readonly string[], dueAt: Date): Promise<void> {
  if (locations.length === 0) return;
  await sql`insert into lake_discards (location, table_namespace, table_name, due_at)
    select location, ${ref.workspaceId}, ${ref.tableName}, ${dueAt} from unnest(${[...locations]}::text[]) as gone (location)
    on conflict (location) do update set due_at = excluded.due_at`.execute(tx);
}

/** Everything of a workspace, or of one of its tables, that waits to be deleted. */
export async function listDiscards(
  tx: LakeTransaction,
  of: { readonly workspaceId: string; readonly tableName?: string },
  now: Date,
): Promise<readonly Discard[]> {
  const ofTable = of.tableName === undefined ? sql`` : sql`and table_name = ${of.tableName}`;
  const { rows } = await sql<{ table_name: string; location: string; is_due: boolean }>`
    select table_name, location, due_at <= ${now} as is_due from lake_discards where table_namespace = ${of.workspaceId} ${ofTable} order by location`.execute(
    tx,
  );
  return rows.map((row) => ({ tableName: row.table_name, location: row.location, isDue: row.is_due }));
}

/** Forgets what was deleted, or turned out to be needed. */
export async function removeDiscards(tx: LakeTransaction, locations: readonly string[]): Promise<void> {
  if (locations.length === 0) return;
  await sql`delete from lake_discards where location = any(${[...locations]}::text[])`.execute(tx);
}
