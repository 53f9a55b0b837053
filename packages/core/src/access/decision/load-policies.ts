import type { Database } from "@granary/db";
import { sql } from "kysely";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { type CompiledPolicies, compilePolicies } from "./compile.ts";
import type { Policy } from "./policy.ts";

/** What deciding needs of a context. */
export type Deciding = Pick<Ctx | TxCtx, "principal" | "services" | "workspaceId" | "request"> & { readonly db: Ctx["db"] | TxCtx["db"] };

/** The revision of a workspace that never had a policy. */
export const NO_POLICIES = "0";
const NONE = compilePolicies([]);
const MAX_WORKSPACES = 500;

interface Kept {
  readonly revision: string;
  readonly policies: CompiledPolicies;
}

const caches = new WeakMap<Database, Map<string, Kept>>();

interface Loaded {
  readonly revision: string | null;
  readonly policies: readonly Policy[] | null;
}

/** Policies and their revision by one statement, so that they belong together. */
async function load(ctx: Deciding): Promise<Kept> {
  const { rows } = await sql<Loaded>`
    select (select r.revision::text from policy_revisions r where r.workspace_id = ${ctx.workspaceId}) as revision,
      (select jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'effect', p.effect, 'subjects', p.subjects, 'except', p.exceptions,
          'targets', p.targets, 'level', p.level, 'mask', p.mask, 'filter', p.filter, 'conditions', p.conditions) order by p.id)
        from policies p where p.workspace_id = ${ctx.workspaceId} and p.enabled) as policies`.execute(ctx.db as never);
  return { revision: rows[0]?.revision ?? NO_POLICIES, policies: compilePolicies(rows[0]?.policies ?? []) };
}

/** The policies of the context's workspace, at this revision or a later one. */
export async function policiesAt(ctx: Deciding, revision: string): Promise<CompiledPolicies> {
  if (revision === NO_POLICIES) return NONE;
  const { database } = ctx.services;
  const cache = caches.get(database) ?? new Map<string, Kept>();
  caches.set(database, cache);
  const known = cache.get(ctx.workspaceId);
  if (known?.revision === revision) return known.policies;
  const loaded = await load(ctx);
  if (cache.size >= MAX_WORKSPACES) cache.clear();
  cache.set(ctx.workspaceId, loaded);
  return loaded.policies;
}
