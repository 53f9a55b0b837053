import type { Reader, Writer } from "@granary/db";
import type { TransformationDefinition } from "@granary/protocol";
import { sql } from "kysely";

type Db = Reader | Writer;

/** Pipelines whose newest version calls a function: by its node, or by its name in an expression. */
const usedBy = sql`
  from pipelines p join pipeline_versions pv on pv.pipeline_id = p.id and pv.number = p.version_number
  where p.workspace_id = t.workspace_id and p.trashed_at is null and case when t.language = 'sql'
    then pv.document::text ~* ('\\m' || t.name || '\\s*\\(')
    else exists (select from pipeline_uses u where u.pipeline_id = p.id and u.kind = 'transformation' and u.target in (t.id, t.name)) end`;

function selectTransformations(db: Db, workspaceId: string) {
  return db
    .selectFrom("transformations as t")
    .innerJoin("transformation_versions as v", (join) => join.onRef("v.transformation_id", "=", "t.id").onRef("v.number", "=", "t.version_number"))
    .leftJoin("users as u", "u.id", "t.owner_id")
    .selectAll("t")
    .select([
      "u.name as owner_name",
      sql<TransformationDefinition>`v.definition`.as("definition"),
      sql<number>`(select count(*)::int ${usedBy})`.as("pipeline_count"),
    ])
    .where("t.workspace_id", "=", workspaceId);
}

export type TransformationRow = Awaited<ReturnType<typeof findTransformation>> & {};

export function findTransformation(db: Db, workspaceId: string, idOrName: string) {
  return selectTransformations(db, workspaceId)
    .where((eb) => eb.or([eb("t.id", "=", idOrName), eb("t.name", "=", idOrName)]))
    .executeTakeFirst();
}

export interface ListOptions {
  readonly q?: string | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}

export function listTransformationRows(db: Db, workspaceId: string, { q, after, limit }: ListOptions) {
  const pattern = `%${(q ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  return selectTransformations(db, workspaceId)
    .$if(q !== undefined, (query) =>
      query.where((eb) => eb.or([eb("t.name", "ilike", pattern), eb("t.title", "ilike", pattern), eb("t.description", "ilike", pattern)])),
    )
    .$if(after !== undefined, (query) => query.where("t.name", ">", after ?? ""))
    .orderBy("t.name")
    .limit(limit + 1)
    .execute();
}

/** Names of pipelines that use a function, the first few. */
export async function listUsers(db: Db, id: string, limit: number): Promise<readonly string[]> {
  const { rows } = await sql<{ readonly name: string }>`
    select x.name from transformations t cross join lateral (select p.name ${usedBy} order by p.name limit ${limit}) x where t.id = ${id}`.execute(
    db as Writer,
  );
  return rows.map(({ name }) => name);
}

export function listVersionRows(db: Db, id: string, options: { readonly before: number | undefined; readonly limit: number }) {
  const { before, limit } = options;
  return db
    .selectFrom("transformation_versions as v")
    .leftJoin("users as u", "u.id", "v.author_id")
    .select(["v.number", "v.note", "v.created_at", "u.name as author_name", sql<TransformationDefinition>`v.definition`.as("definition")])
    .where("v.transformation_id", "=", id)
    .$if(before !== undefined, (query) => query.where("v.number", "<", before ?? 0))
    .orderBy("v.number", "desc")
    .limit(limit + 1)
    .execute();
}
