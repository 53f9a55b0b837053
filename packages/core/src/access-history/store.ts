import type { Reader, Writer } from "@granary/db";
import { idFloor } from "@granary/kernel";
import type { AccessAction, AccessLogEntry } from "@granary/protocol";
import { type RawBuilder, sql } from "kysely";

/** Newest entries that a filter without an index looks through; a page that finds less goes on from there. */
const SCAN_LIMIT = 50_000;
const MAX_READERS = 200;
const MAX_VERSIONS = 50;

export interface AccessFilter {
  readonly workspaceId: string;
  readonly personId: string | undefined;
  readonly datasetId: string | undefined;
  /** A column by its name then, or by its id, which outlives renaming. */
  readonly column: { readonly name: string; readonly fieldId: number | undefined } | undefined;
  readonly actions: readonly string[] | undefined;
  readonly decision: string | undefined;
  readonly purpose: string | undefined;
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

export interface EntryRow {
  readonly id: string;
  readonly at: Date;
  readonly principal_kind: AccessLogEntry["principal"]["kind"];
  readonly principal_id: string | null;
  readonly principal_label: string;
  readonly person_id: string | null;
  readonly viewed_as: string | null;
  readonly dataset_id: string | null;
  readonly dataset_name: string | null;
  readonly version: number | null;
  readonly action: string;
  readonly stage: AccessLogEntry["stage"];
  readonly field_ids: number[];
  readonly column_names: string[];
  readonly masked_ids: number[];
  readonly filtered: boolean;
  readonly row_count: number | null;
  readonly purpose: string | null;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly request_id: string | null;
  readonly decision: AccessLogEntry["decision"];
  readonly policy_ids: string[];
  readonly reason: string | null;
  readonly position: number | null;
  readonly hash: Buffer | null;
}

type Raw = RawBuilder<unknown>;

async function rowsOf<T>(db: Reader, query: RawBuilder<T>): Promise<T[]> {
  const { rows } = await query.execute(db as Writer);
  return rows;
}

/** What an index answers. Identifiers begin with the instant, so the order of the list and the bounds of time share one. */
function indexed(filter: AccessFilter, before?: string): Raw {
  const found: Raw[] = [sql`l.workspace_id = ${filter.workspaceId}`];
  if (filter.personId !== undefined) found.push(sql`l.person_id = ${filter.personId}`);
  if (filter.datasetId !== undefined) found.push(sql`l.dataset_id = ${filter.datasetId}`);
  if (filter.decision === "denied") found.push(sql`l.decision = 'denied'`);
  if (filter.from !== undefined) found.push(sql`l.id >= ${idFloor("accessEntry", filter.from.getTime())}`);
  if (filter.to !== undefined) found.push(sql`l.id < ${idFloor("accessEntry", filter.to.getTime())}`);
  if (before !== undefined) found.push(sql`l.id < ${before}`);
  return sql.join(found, sql` and `);
}

function hasColumn({ name, fieldId }: AccessFilter["column"] & {}): Raw {
  return fieldId === undefined ? sql`${name} = any (l.column_names)` : sql`${fieldId} = any (l.field_ids)`;
}

function others(filter: AccessFilter): Raw {
  const found: Raw[] = [sql`true`];
  if (filter.column !== undefined) found.push(hasColumn(filter.column));
  if (filter.actions !== undefined) found.push(sql`l.action = any (${[...filter.actions]})`);
  if (filter.decision === "allowed") found.push(sql`l.decision = 'allowed'`);
  if (filter.purpose !== undefined) found.push(sql`l.purpose = ${filter.purpose}`);
  return sql.join(found, sql` and `);
}

export interface EntryScan {
  readonly rows: readonly EntryRow[];
  /** Where the look through the log stopped without having filled the page; undefined at its end or when it found enough. */
  readonly stoppedAt: string | undefined;
}

/** Entries before an identifier, newest first, at most `limit`. */
export async function listEntries(db: Reader, filter: AccessFilter, page: { readonly before: string | undefined; readonly limit: number }): Promise<EntryScan> {
  const window = sql`from access_log l where ${indexed(filter, page.before)} order by l.id desc`;
  const rows = await rowsOf(
    db,
    sql<EntryRow>`
    select l.*, p.position, p.hash
    from (select * from (select l.* ${window} limit ${SCAN_LIMIT}) l where ${others(filter)} order by l.id desc limit ${page.limit}) l
      left join access_log_positions p on p.entry_id = l.id
    order by l.id desc`,
  );
  if (rows.length === page.limit) return { rows, stoppedAt: undefined };
  const [edge] = await rowsOf(db, sql<{ readonly id: string }>`select l.id ${window} offset ${SCAN_LIMIT - 1} limit 1`);
  return { rows, stoppedAt: edge?.id };
}

/** Whether the workspace's log tells anything of a dataset, which may be gone. */
export async function hasEntries(db: Reader, workspaceId: string, datasetId: string): Promise<boolean> {
  const row = await db
    .selectFrom("access_log")
    .select("id")
    .where("workspace_id", "=", workspaceId)
    .where("dataset_id", "=", datasetId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export interface BucketRow {
  readonly at: Date;
  readonly reads: number;
  readonly writes: number;
  readonly denied: number;
}

/** Reads, writes and refusals by day of a time zone, days without entries included. */
export function countByDay(
  db: Reader,
  filter: AccessFilter & { readonly from: Date; readonly to: Date },
  options: { readonly zone: string; readonly writes: readonly AccessAction[] },
): Promise<BucketRow[]> {
  const { zone, writes } = options;
  return rowsOf(
    db,
    sql<BucketRow>`
    with buckets as (
      select generate_series(date_trunc('day', ${filter.from}::timestamptz, ${zone}::text), ${filter.to}::timestamptz - interval '1 microsecond',
        interval '1 day', ${zone}::text) as at
    ), counts as (
      select date_trunc('day', l.at, ${zone}::text) as at,
        count(*) filter (where l.decision = 'allowed' and not l.action = any (${[...writes]}))::int as reads,
        count(*) filter (where l.decision = 'allowed' and l.action = any (${[...writes]}))::int as writes,
        count(*) filter (where l.decision = 'denied')::int as denied
      from access_log l where ${indexed(filter)} and ${others(filter)} group by 1
    )
    select b.at, coalesce(c.reads, 0) as reads, coalesce(c.writes, 0) as writes, coalesce(c.denied, 0) as denied
    from buckets b left join counts c on c.at = b.at order by b.at`,
  );
}

export interface ReaderRow {
  readonly person_id: string | null;
  readonly name: string;
  readonly times: number;
  readonly unmasked: number;
  readonly rows: number;
  readonly first_at: Date;
  readonly last_at: Date;
  readonly actions: AccessAction[];
}

interface ReadersFilter {
  readonly filter: AccessFilter;
  readonly versions: readonly number[] | undefined;
  readonly reads: readonly AccessAction[];
}

/** The begin of what lasts is counted, and only the rows of its end. */
function whereRead({ filter, versions, reads }: ReadersFilter): Raw {
  const among = versions === undefined ? sql`true` : sql`l.version = any (${[...versions]})`;
  return sql`${indexed(filter)} and ${others(filter)} and l.decision = 'allowed' and l.action = any (${[...reads]}) and ${among}`;
}

/** Who read, the latest first. */
export function listReaders(db: Reader, asked: ReadersFilter): Promise<ReaderRow[]> {
  const fieldId = asked.filter.column?.fieldId;
  const isRaw = fieldId === undefined ? sql`cardinality(l.masked_ids) < cardinality(l.field_ids)` : sql`not ${fieldId} = any (l.masked_ids)`;
  return rowsOf(
    db,
    sql<ReaderRow>`
    select l.person_id, (array_agg(l.principal_label order by l.id desc))[1] as name,
      count(*) filter (where l.stage <> 'end')::int as times,
      count(*) filter (where l.stage <> 'end' and ${isRaw})::int as unmasked,
      coalesce(sum(l.row_count), 0)::bigint as rows, min(l.at) as first_at, max(l.at) as last_at, array_agg(distinct l.action) as actions
    from access_log l where ${whereRead(asked)}
    group by l.person_id, case when l.person_id is null then l.principal_label end
    order by max(l.id) desc limit ${MAX_READERS}`,
  );
}

/** The newest versions of a dataset of which rows were read. */
export async function listReadVersions(db: Reader, asked: Omit<ReadersFilter, "versions">): Promise<number[]> {
  const rows = await rowsOf(
    db,
    sql<{ readonly version: number }>`
    select distinct l.version from access_log l
    where ${whereRead({ ...asked, versions: undefined })} and l.version is not null and l.row_count is distinct from 0
    order by l.version desc limit ${MAX_VERSIONS}`,
  );
  return rows.map((row) => row.version);
}
