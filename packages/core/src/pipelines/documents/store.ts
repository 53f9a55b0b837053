import type { Reader, Writer } from "@granary/db";
import { pipelineDocument, type PipelineDocument } from "@granary/protocol";
import { sql } from "kysely";

type Db = Reader | Writer;

function selectPipelines(db: Db, workspaceId: string) {
  return db
    .selectFrom("pipelines as p")
    .leftJoin("users as owner", "owner.id", "p.owner_id")
    .leftJoin("users as runner", "runner.id", "p.runs_as")
    .innerJoin("pipeline_versions as v", (join) => join.onRef("v.pipeline_id", "=", "p.id").onRef("v.number", "=", "p.version_number"))
    .selectAll("p")
    .select(["owner.name as owner_name", "runner.name as runner_name", "v.digest", sql<PipelineDocument>`v.document`.as("document")])
    .where("p.workspace_id", "=", workspaceId)
    .where("p.trashed_at", "is", null);
}

/** A pipeline with its newest document as it is stored; `readDocument` gives it the defaults of today. */
export type PipelineRow = Awaited<ReturnType<typeof findPipeline>> & {};

/** The pipeline with this id or name, outside the trash. */
export function findPipeline(db: Db, workspaceId: string, idOrName: string) {
  return selectPipelines(db, workspaceId)
    .where((eb) => eb.or([eb("p.id", "=", idOrName), eb(eb.fn<string>("lower", ["p.name"]), "=", idOrName.toLowerCase())]))
    .orderBy(sql`p.id = ${idOrName}`, "desc")
    .limit(1)
    .executeTakeFirst();
}

export interface ListFilter {
  readonly q?: string | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly state?: "failing" | "running" | "scheduled" | undefined;
}

const lastState = sql<
  string | null
>`(select r.state from runs r where r.pipeline_id = p.id and r.ended_at is not null and not r.is_dry order by r.id desc limit 1)`;
const STATE_CONDITIONS = {
  failing: sql<boolean>`${lastState} = 'failed'`,
  running: sql<boolean>`exists (select from runs r where r.pipeline_id = p.id and r.ended_at is null)`,
  scheduled: sql<boolean>`p.enabled and exists (select from pipeline_triggers t where t.pipeline_id = p.id and t.enabled)`,
} as const;

export interface ListOptions extends ListFilter {
  readonly after: readonly [string, string] | undefined;
  readonly limit: number;
}

/** Pipelines, those changed last first; one more than `limit` when there are more. */
export function listPipelineRows(db: Db, workspaceId: string, { q, tag, state, after, limit }: ListOptions) {
  const pattern = `%${(q ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  return selectPipelines(db, workspaceId)
    .$if(q !== undefined, (query) => query.where((eb) => eb.or([eb("p.name", "ilike", pattern), eb("p.description", "ilike", pattern)])))
    .$if(tag !== undefined, (query) => query.where(sql<boolean>`p.tags && ${[...(tag ?? [])]}::text[]`))
    .$if(state !== undefined, (query) => query.where(STATE_CONDITIONS[state ?? "failing"]))
    .$if(after !== undefined, (query) => query.where(sql<boolean>`(p.updated_at, p.id) < (${after?.[0]}::timestamptz, ${after?.[1]})`))
    .select(sql<string>`p.updated_at::text`.as("updated_text"))
    .orderBy("p.updated_at", "desc")
    .orderBy("p.id", "desc")
    .limit(limit + 1)
    .execute();
}

/** Makes changes of one pipeline wait for each other until the transaction ends. */
export async function holdPipeline(db: Writer, id: string): Promise<void> {
  await db.selectFrom("pipelines").select("id").where("id", "=", id).forNoKeyUpdate().execute();
}

/** A stored document with the defaults of today for what it does not say. */
export const readDocument = (stored: unknown): PipelineDocument => pipelineDocument.parse(stored);

/** A version's document; undefined when there is none of this number. */
export async function findDocument(db: Db, pipelineId: string, number: number): Promise<PipelineDocument | undefined> {
  const row = await db.selectFrom("pipeline_versions").select("document").where("pipeline_id", "=", pipelineId).where("number", "=", number).executeTakeFirst();
  return row === undefined ? undefined : readDocument(row.document);
}

export function listVersionRows(db: Db, pipelineId: string, options: { readonly before: number | undefined; readonly limit: number }) {
  const { before, limit } = options;
  return db
    .selectFrom("pipeline_versions as v")
    .leftJoin("users as u", "u.id", "v.author_id")
    .select(["v.number", "v.author_id", "u.name as author_name", "v.note", "v.restored_from", "v.created_at", "v.document"])
    .where("v.pipeline_id", "=", pipelineId)
    .$if(before !== undefined, (query) => query.where("v.number", "<", before ?? 0))
    .orderBy("v.number", "desc")
    .limit(limit + 1)
    .execute();
}

export interface PipelineFields {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly runs_as: string | null;
  readonly runs_permissions: readonly string[] | null;
}

const stored = ({ tags, runs_permissions, ...fields }: PipelineFields) => ({
  ...fields,
  tags: [...tags],
  runs_permissions: runs_permissions === null ? null : [...runs_permissions],
});

/** Breaks `pipelines_name_idx` when another has the name. */
export async function insertPipeline(
  db: Writer,
  row: PipelineFields & { readonly id: string; readonly workspaceId: string; readonly ownerId: string | null; readonly now: Date },
): Promise<void> {
  const { id, workspaceId, ownerId, now, ...fields } = row;
  await db
    .insertInto("pipelines")
    .values({ ...stored(fields), id, workspace_id: workspaceId, owner_id: ownerId, created_at: now, updated_at: now })
    .execute();
}

export async function updatePipeline(db: Writer, id: string, fields: PipelineFields & { readonly version_number: number }, now: Date): Promise<void> {
  const { version_number, ...others } = fields;
  await db
    .updateTable("pipelines")
    .set({ ...stored(others), version_number, updated_at: now })
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("id", "=", id)
    .execute();
}

export async function insertVersion(
  db: Writer,
  row: {
    readonly workspaceId: string;
    readonly pipelineId: string;
    readonly number: number;
    readonly document: PipelineDocument;
    readonly digest: string;
    readonly authorId: string | null;
    readonly note: string;
    readonly restoredFrom: number | null;
    readonly now: Date;
  },
): Promise<void> {
  await db
    .insertInto("pipeline_versions")
    .values({
      workspace_id: row.workspaceId,
      pipeline_id: row.pipelineId,
      number: row.number,
      document: JSON.stringify(row.document),
      digest: row.digest,
      author_id: row.authorId,
      note: row.note,
      restored_from: row.restoredFrom,
      created_at: row.now,
    })
    .execute();
}

/** Moves a pipeline into the trash and turns it off. */
export async function trashPipeline(db: Writer, id: string, now: Date): Promise<void> {
  await db
    .updateTable("pipelines")
    .set({ trashed_at: now, enabled: false, updated_at: now })
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("id", "=", id)
    .execute();
  for (const table of ["pipeline_triggers", "pipeline_uses"] as const) await db.deleteFrom(table).where("pipeline_id", "=", id).execute();
}

export async function setEnabledRow(db: Writer, id: string, enabled: boolean, now: Date): Promise<void> {
  await db
    .updateTable("pipelines")
    .set({ enabled, updated_at: now })
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("id", "=", id)
    .execute();
}

export async function setHookHash(db: Writer, id: string, hash: Buffer, now: Date): Promise<void> {
  await db.updateTable("pipelines").set({ hook_hash: hash, updated_at: now }).where("id", "=", id).execute();
}
