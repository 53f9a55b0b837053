import type { Reader } from "@granary/db";
import { idFloor } from "@granary/kernel";
import { type RawBuilder, sql } from "kysely";

/** Newest entries that one search for text looks through; about 0.1 s. A page that finds less goes on from there. */
const SCAN_LIMIT = 50_000;
const COUNT_LIMIT = 10_000;

export interface EntryFilter {
  /** Null: what belongs to no workspace. */
  readonly workspaceId: string | null;
  readonly types: readonly string[] | undefined;
  readonly actors: readonly string[] | undefined;
  readonly subject: string | undefined;
  readonly result: string | undefined;
  readonly ip: string | undefined;
  readonly text: string | undefined;
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

export interface EntryRow {
  readonly id: string;
  readonly type: string;
  readonly actor_kind: "user" | "api_key" | "system" | "anonymous";
  readonly actor_id: string | null;
  readonly actor_label: string;
  readonly subject_kind: string;
  readonly subject_id: string | null;
  readonly subject_label: string;
  readonly result: "success" | "denied" | "failure";
  readonly data: Record<string, unknown>;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly request_id: string | null;
  readonly at: Date;
  readonly position: number | null;
  readonly hash: Buffer | null;
}

type Raw = RawBuilder<unknown>;

async function rowsOf<T>(db: Reader, query: RawBuilder<T>): Promise<T[]> {
  const { rows } = await query.execute(db as Parameters<typeof query.execute>[0]);
  return rows;
}

/** Everything but the text and the time: conditions an index can answer. */
function exactConditions(filter: EntryFilter): Raw[] {
  const found: Raw[] = [filter.workspaceId === null ? sql`e.workspace_id is null` : sql`e.workspace_id = ${filter.workspaceId}`];
  if (filter.types !== undefined) found.push(sql`e.type = any (${[...filter.types]})`);
  if (filter.actors !== undefined) found.push(sql`e.actor_id = any (${[...filter.actors]})`);
  if (filter.subject !== undefined) found.push(sql`e.subject_id = ${filter.subject}`);
  if (filter.result !== undefined) found.push(sql`e.result = ${filter.result}`);
  // The partial index of refusals and failures answers only what it can be proved to hold.
  if (filter.result === "denied" || filter.result === "failure") found.push(sql`e.result <> 'success'`);
  if (filter.ip !== undefined) found.push(sql`e.ip = ${filter.ip}`);
  return found;
}

/** Identifiers begin with the instant, so that the order of the list and the bounds of time share one index. */
function listConditions(filter: EntryFilter, before: string | undefined): Raw {
  const found = exactConditions(filter);
  if (filter.from !== undefined) found.push(sql`e.id >= ${idFloor("event", filter.from.getTime())}`);
  if (filter.to !== undefined) found.push(sql`e.id < ${idFloor("event", filter.to.getTime())}`);
  if (before !== undefined) found.push(sql`e.id < ${before}`);
  return sql.join(found, sql` and `);
}

function textCondition(text: string): Raw {
  const pattern = `%${text.replace(/[\\%_]/g, "\\$&")}%`;
  return sql`(e.actor_label ilike ${pattern} or e.subject_label ilike ${pattern} or e.type ilike ${pattern} or e.ip like ${pattern})`;
}

const FACTS = sql`e.id, e.type, e.actor_kind, e.actor_id, e.actor_label, e.subject_kind, e.subject_id, e.subject_label, e.result, e.data, e.ip, e.user_agent, e.request_id, e.at`;

export interface EntryScan {
  readonly rows: readonly EntryRow[];
  /** Where a search for text stopped without having filled the page; undefined when it reached the end or found enough. */
  readonly stoppedAt: string | undefined;
}

/** Entries before an identifier, newest first, at most `limit`. */
export async function listEntries(db: Reader, filter: EntryFilter, page: { readonly before: string | undefined; readonly limit: number }): Promise<EntryScan> {
  const where = listConditions(filter, page.before);
  if (filter.text !== undefined) return searchEntries(db, { where, text: filter.text, limit: page.limit });
  const query = sql<EntryRow>`
    select e.*, p.position, p.hash from (select ${FACTS} from events e where ${where} order by e.id desc limit ${page.limit}) e
      left join event_positions p on p.event_id = e.id
    order by e.id desc`;
  return { rows: await rowsOf(db, query), stoppedAt: undefined };
}

async function searchEntries(db: Reader, search: { readonly where: Raw; readonly text: string; readonly limit: number }): Promise<EntryScan> {
  const query = sql<EntryRow & { readonly id: string | null; readonly scanned: number; readonly oldest: string }>`
    with scanned as materialized (select ${FACTS} from events e where ${search.where} order by e.id desc limit ${SCAN_LIMIT})
    select found.*, whole.scanned, whole.oldest
    from (select count(*)::int as scanned, min(id) as oldest from scanned) whole
    left join lateral (
      select e.*, p.position, p.hash
      from (select * from scanned e where ${textCondition(search.text)} order by e.id desc limit ${search.limit}) e
        left join event_positions p on p.event_id = e.id
    ) found on true
    order by found.id desc`;
  const rows = await rowsOf(db, query);
  const found = rows.filter((row) => row.id !== null);
  const isCut = rows[0]?.scanned === SCAN_LIMIT && found.length < search.limit;
  return { rows: found, stoppedAt: isCut ? rows[0]?.oldest : undefined };
}

/** How many entries there are, up to a limit. */
export async function countEntries(db: Reader, filter: EntryFilter): Promise<{ readonly count: number; readonly capped: boolean }> {
  const text = filter.text === undefined ? sql`true` : textCondition(filter.text);
  const window = filter.text === undefined ? COUNT_LIMIT + 1 : SCAN_LIMIT;
  const query = sql<{ readonly scanned: number; readonly found: number }>`
    select count(*)::int as scanned, count(*) filter (where ${text})::int as found
    from (select e.* from events e where ${listConditions(filter, undefined)} order by e.id desc limit ${window}) e`;
  const row = (await rowsOf(db, query))[0] ?? { scanned: 0, found: 0 };
  const capped = row.found > COUNT_LIMIT || (filter.text !== undefined && row.scanned === SCAN_LIMIT);
  return { count: Math.min(row.found, COUNT_LIMIT), capped };
}

/** Conditions of the charts, which read the index by time alone. */
function chartConditions(filter: EntryFilter): Raw {
  const found = exactConditions(filter);
  if (filter.from !== undefined) found.push(sql`e.at >= ${filter.from}`);
  if (filter.to !== undefined) found.push(sql`e.at < ${filter.to}`);
  if (filter.text !== undefined) found.push(textCondition(filter.text));
  return sql.join(found, sql` and `);
}

export interface BucketRow {
  readonly at: Date;
  /** Null in a bucket without entries. */
  readonly type: string | null;
  readonly total: number;
  readonly denied: number;
}

/** Entries by bucket of time and type, buckets without entries included. */
export function countByTime(
  db: Reader,
  filter: EntryFilter & { readonly from: Date; readonly to: Date },
  bucket: { readonly unit: "hour" | "day"; readonly zone: string },
): Promise<BucketRow[]> {
  const { unit, zone } = bucket;
  return rowsOf(
    db,
    sql<BucketRow>`
    with buckets as (
      select generate_series(date_trunc(${unit}::text, ${filter.from}::timestamptz, ${zone}::text), ${filter.to}::timestamptz - interval '1 microsecond',
        ('1 ' || ${unit}::text)::interval, ${zone}::text) as at
    ), counts as (
      select date_trunc(${unit}::text, e.at, ${zone}::text) as at, e.type, count(*)::int as total, count(*) filter (where e.result = 'denied')::int as denied
      from events e where ${chartConditions(filter)} group by 1, 2
    )
    select b.at, c.type, coalesce(c.total, 0) as total, coalesce(c.denied, 0) as denied from buckets b left join counts c on c.at = b.at order by b.at, c.type`,
  );
}

/** Entries by weekday (1 Monday to 7 Sunday) and hour. */
export function countByWeekdayAndHour(db: Reader, filter: EntryFilter, zone: string): Promise<{ weekday: number; hour: number; total: number }[]> {
  return rowsOf(
    db,
    sql<{ weekday: number; hour: number; total: number }>`
    select extract(isodow from e.at at time zone ${zone}::text)::int as weekday, extract(hour from e.at at time zone ${zone}::text)::int as hour, count(*)::int as total
    from events e where ${chartConditions(filter)} group by 1, 2 order by 1, 2`,
  );
}

/** A person's keys in the workspace, which act in their name. */
export async function findKeyIds(db: Reader, userId: string): Promise<string[]> {
  const rows = await db.selectFrom("api_keys").select("id").where("user_id", "=", userId).execute();
  return rows.map((row) => row.id);
}
