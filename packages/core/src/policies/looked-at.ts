import { sql } from "kysely";
import type { DecidedDataset, Policy } from "../access/index.ts";
import type { Ctx } from "../context/index.ts";
import type { StoredColumn } from "../datasets/index.ts";

/** A dataset as policies look at it, for whomever. */
export interface LookedAt extends Omit<DecidedDataset, "level"> {
  readonly name: string;
  readonly visibility: string;
  readonly columns: readonly StoredColumn[];
  readonly grants: readonly { readonly kind: string; readonly id: string; readonly level: string }[];
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly owner_id: string | null;
  readonly visibility: string;
  readonly tags: string[];
  readonly columns: StoredColumn[] | null;
  readonly column_tags: Record<string, string[]> | null;
  readonly grants: LookedAt["grants"] | null;
}

/** Datasets that some policies may be about, by name, so many of them at most. */
export async function listLookedAt(ctx: Ctx, policies: readonly Policy[], limit: number): Promise<readonly LookedAt[]> {
  const targets = policies.flatMap((policy) => policy.targets);
  const ids = targets.flatMap((target) => (target.kind === "dataset" ? target.id : target.kind === "column" ? target.datasetId : []));
  const tags = targets.flatMap((target) => (target.kind === "dataset_tag" ? target.tag : []));
  const columnTags = targets.flatMap((target) => (target.kind === "column_tag" ? target.tag : []));
  const owners = targets.flatMap((target) => (target.kind === "owner" ? target.userId : []));
  const all = targets.some(({ kind }) => kind === "workspace");
  const { rows } = await sql<Row>`
    select d.id, d.name, d.owner_id, d.visibility, d.tags, s.columns,
      (select jsonb_object_agg(c.field_id, c.tags) from (
        select t.field_id, jsonb_agg(t.tag) as tags from column_tags t where t.dataset_id = d.id group by 1) c) as column_tags,
      (select jsonb_agg(jsonb_build_object('kind', g.grantee_kind, 'id', g.grantee_id, 'level', g.level)) from dataset_grants g
        where g.dataset_id = d.id and (g.expires_at is null or g.expires_at > now())) as grants
    from datasets d left join schema_versions s on s.dataset_id = d.id and s.number = d.schema_version
    where d.workspace_id = ${ctx.workspaceId} and d.trashed_at is null and (${all} or d.id = any (${ids}::text[]) or d.tags && ${tags}::text[]
      or d.owner_id = any (${owners}::text[])
      or exists (select from column_tags t where t.dataset_id = d.id and t.tag = any (${columnTags}::text[])))
    order by lower(d.name) limit ${sql.lit(limit)}`.execute(ctx.db as never);
  return rows.map(({ id, name, owner_id: ownerId, visibility, tags: labels, columns, column_tags: about, grants }) => ({
    id,
    name,
    ownerId,
    visibility,
    tags: labels,
    columns: columns ?? [],
    columnTags: new Map(Object.entries(about ?? {}).map(([fieldId, names]) => [Number(fieldId), names])),
    grants: grants ?? [],
  }));
}
