import type { Reader, Writer } from "@granary/db";
import type { Issue } from "@granary/kernel";
import type { ChangeSet } from "@granary/lake";
import type { ChangeState, ChangeTarget, JobProgress, RevisionOrigin, SchemaDocument } from "@granary/protocol";
import { type RawBuilder, sql } from "kysely";
import type { TxCtx } from "../context/index.ts";
import type { RevisionSource } from "./source.ts";

type Db = Reader | Writer;

/** Why something failed, as it is kept. */
export interface KeptFault {
  readonly code: string;
  readonly message: string;
  readonly issues: readonly Issue[];
}

/** What a revision changes, over all rows whoever may see them. */
export interface KeptCounts {
  readonly added: number;
  readonly removed: number;
  readonly modified: number;
  readonly formatOnly: number;
  readonly unchanged: number;
  readonly cells: number;
  readonly damagedCells: number;
  /** By field id. */
  readonly columns: Readonly<Record<string, { readonly changed: number; readonly damaged: number }>>;
  readonly baseRows: number;
  /** Proposed rows that their key does not tell apart, and some of these keys. */
  readonly keyFaults: { readonly rows: number; readonly examples: readonly string[] };
}

/** What a merge into a version came to as far as the dataset's rules go. */
export interface RulesTried {
  readonly version: number;
  readonly fault: KeptFault | null;
}

/** Something a reviewer should look at twice; `fieldId` where it is about one column. */
export interface KeptWarning {
  readonly code: "many_deletes" | "column_rewritten" | "likely_rekeyed" | "damaged_keys" | "few_rows" | "old_base";
  readonly message: string;
  readonly fieldId: number | null;
}

const isUnderWay = sql`j.state in ('queued', 'running')`;

/** A merge whose job ended without it is none any more, so that no request stays "merging" for ever. */
export const changeState = sql<ChangeState>`case
  when c.state <> 'merging' or exists (select from jobs j where j.id = c.merge_job_id and ${isUnderWay}) then c.state
  when c.bypass_reason is null then 'approved' else 'open' end`;

function selectChanges(db: Db) {
  return db
    .selectFrom("change_requests as c")
    .leftJoin("users as author", "author.id", "c.author_id")
    .leftJoin("users as merger", "merger.id", "c.merged_by")
    .leftJoin("users as closer", "closer.id", "c.closed_by")
    .selectAll("c")
    .select([
      changeState.as("state"),
      sql<ChangeTarget>`c.kind`.as("kind"),
      "author.name as author_name",
      "merger.name as merger_name",
      "closer.name as closer_name",
      sql<KeptFault | null>`c.merge_error`.as("mergeFault"),
      sql<number>`(select count(*)::int from change_comments m where m.change_id = c.id)`.as("comments"),
      sql<number>`(select count(*)::int from change_edits e where e.change_id = c.id)`.as("edits"),
    ]);
}

export type ChangeRow = Awaited<ReturnType<typeof findChangeRow>> & {};

/** The request with this id or number, whoever may see it. */
export function findChangeRow(db: Db, idOrNumber: string) {
  const isNumber = /^\d{1,9}$/.test(idOrNumber);
  return selectChanges(db)
    .where((eb) => (isNumber ? eb("c.number", "=", Number(idOrNumber)) : eb("c.id", "=", idOrNumber)))
    .executeTakeFirst();
}

/** Makes whatever moves one request wait for each other until the transaction ends. */
export async function holdChange(db: Writer, id: string): Promise<void> {
  await db.selectFrom("change_requests").select("id").where("id", "=", id).forNoKeyUpdate().execute();
}

/** Requests, those changed last first. Cursors hold the database's own text of the instant, which is finer than ours. */
export function listChangeRows(
  db: Db,
  options: { readonly where: RawBuilder<boolean>; readonly after: readonly [string, string] | undefined; readonly limit: number },
) {
  const { after } = options;
  return selectChanges(db)
    .select(sql<string>`c.updated_at::text`.as("position"))
    .innerJoin("datasets as d", "d.id", "c.dataset_id")
    .where(options.where)
    .$if(after !== undefined, (q) => q.where(sql<boolean>`(c.updated_at, c.id) < (${after?.[0]}::timestamptz, ${after?.[1]})`))
    .orderBy("c.updated_at", "desc")
    .orderBy("c.id", "desc")
    .limit(options.limit)
    .execute();
}

/** What requests are to each other. */
export function listRelatedRows(db: Db, row: Pick<ChangeRow, "id" | "reverts_id" | "follows_id">) {
  const named = [row.reverts_id, row.follows_id].filter((id) => id !== null);
  return db
    .selectFrom("change_requests as c")
    .select(["c.id", "c.number", "c.title", "c.reverts_id", "c.follows_id", changeState.as("state")])
    .where((eb) => eb.or([eb("c.reverts_id", "=", row.id), eb("c.follows_id", "=", row.id), ...(named.length === 0 ? [] : [eb("c.id", "in", named)])]))
    .orderBy("c.id")
    .execute();
}

/** Names of people of the platform, by id. */
export async function findNames(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom("users")
    .select(["id", "name"])
    .where("id", "in", [...ids])
    .execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Numbers of a workspace's requests count up without holes, so those that are made at once wait for each other. */
export async function nextNumber(ctx: TxCtx): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`changes:${ctx.workspaceId}`}, 0))`.execute(ctx.db);
  const row = await ctx.db
    .selectFrom("change_requests")
    .select((eb) => eb.fn.coalesce(eb.fn.max("number"), eb.lit(0)).as("number"))
    .executeTakeFirstOrThrow();
  return row.number + 1;
}

const revisionState = sql<"computing" | "ready" | "failed">`case
  when r.state = 'ready' then 'ready'
  when exists (select from jobs j where j.id = r.job_id and ${isUnderWay}) then 'computing'
  else 'failed' end`;

function selectRevisions(db: Db) {
  return db
    .selectFrom("change_revisions as r")
    .leftJoin("users as author", "author.id", "r.author_id")
    .leftJoin("jobs as job", "job.id", "r.job_id")
    .leftJoin("change_requests as owning", "owning.id", "r.change_id")
    .leftJoin("dataset_versions as v", (join) => join.onRef("v.dataset_id", "=", "owning.dataset_id").onRef("v.number", "=", "r.base_version"))
    .selectAll("r")
    .select([
      revisionState.as("state"),
      sql<RevisionOrigin>`r.origin`.as("origin"),
      sql<RevisionSource>`r.source`.as("source"),
      sql<KeptFault | null>`r.error`.as("fault"),
      sql<ChangeSet | null>`r.change_set`.as("changeSet"),
      sql<KeptCounts | null>`r.counts`.as("keptCounts"),
      sql<RulesTried | null>`r.rules_tried`.as("rulesTried"),
      sql<readonly KeptWarning[]>`r.warnings`.as("keptWarnings"),
      sql<SchemaDocument | null>`r.schema_document`.as("document"),
      "author.name as author_name",
      "v.created_at as base_at",
      "job.state as job_state",
      sql<JobProgress | null>`job.progress`.as("job_progress"),
      sql<{ code: string; message: string } | null>`job.error`.as("job_error"),
      sql<string | null>`(select u.file_name from uploads u where u.id = r.upload_id)`.as("file_name"),
    ]);
}

export type RevisionRow = Awaited<ReturnType<typeof findRevisionRow>> & {};

export function findRevisionRow(db: Db, changeId: string, number: number) {
  return selectRevisions(db).where("r.change_id", "=", changeId).where("r.number", "=", number).executeTakeFirst();
}

/** Revisions of a request below a number, newest first. */
export function listRevisionRows(db: Db, changeId: string, options: { readonly before: number | undefined; readonly limit: number }) {
  return selectRevisions(db)
    .where("r.change_id", "=", changeId)
    .$if(options.before !== undefined, (q) => q.where("r.number", "<", options.before ?? 0))
    .orderBy("r.number", "desc")
    .limit(options.limit + 1)
    .execute();
}

/** The revisions that are current in some requests. */
export function listCurrentRevisions(db: Db, changes: readonly Pick<ChangeRow, "id">[]) {
  if (changes.length === 0) return Promise.resolve([]);
  return selectRevisions(db)
    .where(
      "r.change_id",
      "in",
      changes.map(({ id }) => id),
    )
    .whereRef("r.number", "=", "owning.revision")
    .execute();
}
