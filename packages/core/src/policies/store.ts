import type { Reader, Writer } from "@granary/db";
import type { Mask, PolicyConditions, PolicyEffect, PolicyFields, PolicySubject, PolicyTarget, RowFilter } from "@granary/protocol";
import { sql } from "kysely";
import { requireUser, type TxCtx } from "../context/index.ts";

type Db = Reader | Writer;

/** More are never looked at together. */
export const MAX_POLICIES = 50_000;

function selectPolicies(db: Db) {
  return db
    .selectFrom("policies as p")
    .select(["p.id", "p.name", "p.description", "p.enabled", "p.origin", "p.version", "p.created_at", "p.updated_at"])
    .select([
      sql<PolicyEffect>`p.effect`.as("effect"),
      sql<PolicySubject[]>`p.subjects`.as("subjects"),
      sql<PolicySubject[]>`p.exceptions`.as("except"),
      sql<PolicyTarget[]>`p.targets`.as("targets"),
      sql<"viewer" | "contributor" | null>`p.level`.as("level"),
      sql<Mask | null>`p.mask`.as("mask"),
      sql<RowFilter | null>`p.filter`.as("filter"),
      sql<PolicyConditions>`p.conditions`.as("conditions"),
      sql<string>`lower(p.name)`.as("sort_name"),
    ]);
}

export type PolicyRow = Awaited<ReturnType<typeof findPolicyRow>> & {};

export function findPolicyRow(db: Db, id: string) {
  return selectPolicies(db).where("p.id", "=", id).executeTakeFirst();
}

export interface PolicyFilter {
  readonly q?: string | undefined;
  readonly effect?: PolicyEffect | undefined;
  readonly enabled?: boolean | undefined;
  /** Those that name this dataset, or a column of it. */
  readonly dataset?: string | undefined;
  /** Those that are about this dataset or a column of it, whatever they name it by. */
  readonly about?: string | undefined;
}

/** Whether a target of the policy is the dataset: itself, a column, a label, a tag of a column, its owner, or all there are. */
const isAbout = (dataset: string) => sql<boolean>`exists (
  select from datasets d, jsonb_array_elements(p.targets) as t where d.id = ${dataset} and case t->>'kind'
    when 'workspace' then true
    when 'dataset' then t->>'id' = d.id
    when 'column' then t->>'datasetId' = d.id
    when 'dataset_tag' then t->>'tag' = any (d.tags)
    when 'owner' then t->>'userId' = d.owner_id
    else exists (select from column_tags c where c.dataset_id = d.id and c.tag = t->>'tag') end)`;

/** Policies by name. */
export function listPolicyRows(db: Db, filter: PolicyFilter, page: { readonly after: readonly [string, string] | undefined; readonly limit: number }) {
  const { q = "", effect, enabled, dataset, about } = filter;
  const pattern = `%${q.replace(/[\\%_]/g, "\\$&")}%`;
  const names = (target: object) => sql<boolean>`p.targets @> ${JSON.stringify([target])}::jsonb`;
  return selectPolicies(db)
    .$if(q !== "", (query) => query.where((eb) => eb.or([eb("p.name", "ilike", pattern), eb("p.description", "ilike", pattern)])))
    .$if(effect !== undefined, (query) => query.where("p.effect", "=", effect ?? "allow"))
    .$if(enabled !== undefined, (query) => query.where("p.enabled", "=", enabled ?? true))
    .$if(dataset !== undefined, (query) => query.where((eb) => eb.or([names({ kind: "dataset", id: dataset }), names({ kind: "column", datasetId: dataset })])))
    .$if(about !== undefined, (query) => query.where(isAbout(about ?? "")))
    .$if(page.after !== undefined, (query) => query.where(sql<boolean>`(lower(p.name), p.id) > (${page.after?.[0]}, ${page.after?.[1]})`))
    .orderBy(sql`lower(p.name)`)
    .orderBy("p.id")
    .limit(page.limit)
    .execute();
}

/** All policies of a setting, such as the mask of one column. */
export function listPoliciesOf(db: Db, origin: string) {
  return selectPolicies(db).where("p.origin", "=", origin).orderBy("p.id").execute();
}

/** Makes changes of a workspace's policies wait for each other until the transaction ends, so that what was checked still holds. */
export async function holdPolicies(ctx: TxCtx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`policies:${ctx.workspaceId}`}, 0))`.execute(ctx.db);
}

function columnsOf({ name, description, enabled, effect, subjects, except, targets, level, mask, filter, conditions }: PolicyFields) {
  return {
    name,
    description,
    enabled,
    effect,
    level,
    subjects: JSON.stringify(subjects),
    exceptions: JSON.stringify(except),
    targets: JSON.stringify(targets),
    mask: mask === null ? null : JSON.stringify(mask),
    filter: filter === null ? null : JSON.stringify(filter),
    conditions: JSON.stringify(conditions),
  };
}

/** Breaks `policies_name_key` when the name is taken. */
export async function insertPolicyRow(ctx: TxCtx, policy: PolicyFields & { readonly id: string; readonly origin: string }): Promise<void> {
  const by = requireUser(ctx.principal);
  const { id, origin } = policy;
  const row = { id, workspace_id: ctx.workspaceId, origin, created_by: by, updated_by: by, created_at: ctx.now, updated_at: ctx.now, ...columnsOf(policy) };
  await ctx.db.insertInto("policies").values(row).execute();
}

export async function updatePolicyRow(ctx: TxCtx, id: string, fields: PolicyFields): Promise<void> {
  await ctx.db
    .updateTable("policies")
    .set({ ...columnsOf(fields), updated_by: requireUser(ctx.principal), updated_at: ctx.now })
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("id", "=", id)
    .execute();
}

export async function deletePolicyRow(ctx: TxCtx, id: string): Promise<void> {
  await ctx.db.deleteFrom("policies").where("id", "=", id).execute();
}

/** A name like this one that no policy has yet. */
export async function freeName(ctx: TxCtx, wanted: string): Promise<string> {
  const rows = await ctx.db
    .selectFrom("policies")
    .select("name")
    .where(sql<boolean>`lower(name) like ${`${wanted.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`}`)
    .execute();
  const taken = new Set(rows.map(({ name }) => name.toLowerCase()));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted} (${number})`;
    if (!taken.has(name.toLowerCase())) return name;
  }
}
