import { problem } from "@granary/protocol";
import { sql } from "kysely";
import type { Ctx, TxCtx } from "../../context/index.ts";
import type { StoredColumn } from "../../datasets/index.ts";

/** A dataset as those who manage policies name it, whether or not they read it. */
export interface NamedDataset {
  readonly id: string;
  readonly name: string;
  readonly columns: readonly StoredColumn[];
}

/** Datasets outside the trash by id or name, in the order asked for; undefined for those that are not there. */
export async function findDatasets(ctx: Ctx | TxCtx, asked: readonly string[]): Promise<readonly (NamedDataset | undefined)[]> {
  if (asked.length === 0) return [];
  const { rows } = await sql<NamedDataset>`
    select d.id, d.name, coalesce(s.columns, '[]'::jsonb) as columns from datasets d
    left join schema_versions s on s.dataset_id = d.id and s.number = d.schema_version
    where d.workspace_id = ${ctx.workspaceId} and d.trashed_at is null
      and (d.id = any (${[...asked]}::text[]) or lower(d.name) = any (${asked.map((name) => name.toLowerCase())}::text[]))`.execute(ctx.db as never);
  return asked.map((name) => rows.find(({ id }) => id === name) ?? rows.find((row) => row.name.toLowerCase() === name.toLowerCase()));
}

const MAX_TAGS = 500;

/** The tags that columns of datasets outside the trash have, the most frequent first. */
export async function listColumnTags(ctx: Ctx): Promise<{ readonly tags: { readonly tag: string; readonly columns: number }[] }> {
  const { rows } = await sql<{ tag: string; columns: number }>`
    select t.tag, count(*)::int as columns from column_tags t join datasets d on d.id = t.dataset_id
    where d.workspace_id = ${ctx.workspaceId} and d.trashed_at is null
    group by t.tag order by 2 desc, 1 limit ${sql.lit(MAX_TAGS)}`.execute(ctx.db as never);
  return { tags: rows };
}

/** Those datasets, or `request.invalid` for each that is not there. */
export async function requireDatasets(ctx: Ctx | TxCtx, asked: readonly string[], path: string): Promise<readonly NamedDataset[]> {
  const found = await findDatasets(ctx, asked);
  const issues = found.flatMap((dataset, index) =>
    dataset === undefined ? [{ path: `${path}.${index}`, message: `there is no dataset ${asked[index]}` }] : [],
  );
  if (issues.length > 0) throw problem("request.invalid", {}, { issues });
  return found.filter((dataset) => dataset !== undefined);
}
