import { type RawBuilder, sql } from "kysely";
import type { AccessRow } from "./entry.ts";

/** Adds entries, of whichever workspaces, in one statement; a trigger puts them before the chain. */
export function insertEntries(rows: readonly AccessRow[]): RawBuilder<unknown> {
  return sql`insert into access_log select * from jsonb_populate_recordset(null::access_log, ${JSON.stringify(rows)}::jsonb)`;
}

/** Adds an entry about the dataset outside the trash that somebody named by id or name, if there is one. */
export function insertIfDataset(row: AccessRow, idOrName: string): RawBuilder<unknown> {
  return sql`
    insert into access_log
    select (jsonb_populate_record(e, jsonb_build_object('dataset_id', d.id, 'dataset_name', d.name))).*
    from jsonb_populate_recordset(null::access_log, ${JSON.stringify([row])}::jsonb) e
    cross join lateral (
      select id, name from datasets
      where workspace_id = e.workspace_id and (id = ${idOrName} or lower(name) = lower(${idOrName})) and trashed_at is null
      order by id = ${idOrName} desc limit 1
    ) d`;
}
