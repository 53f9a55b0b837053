import { type RawBuilder, sql } from "kysely";
import type { Principal } from "../../context/index.ts";
import { type CompiledPolicies } from "./compile.ts";
import { type Deciding, NO_POLICIES, policiesAt } from "./load-policies.ts";
import type { ReaderFacts } from "./policy.ts";

/** What {@link readerFacts} selects. */
export interface SelectedFacts {
  readonly now: number;
  readonly revision: string | null;
  readonly groups: readonly string[] | null;
  readonly attributes: Readonly<Record<string, string>> | null;
}

/** All that decides about a reader, as one JSON value beside whatever else a statement selects: it is of the very moment the rest is. */
export function readerFacts(principal: Principal, workspaceId: string): RawBuilder<SelectedFacts> {
  const { userId } = principal;
  return sql<SelectedFacts>`(select jsonb_build_object(
    'now', extract(epoch from clock_timestamp()) * 1000,
    'revision', (select r.revision::text from policy_revisions r where r.workspace_id = ${workspaceId}),
    'groups', (select jsonb_agg(gm.group_id) from group_members gm where gm.workspace_id = ${workspaceId} and gm.user_id = ${userId}),
    'attributes', (select jsonb_object_agg(a.name, a.value) from member_attributes a where a.workspace_id = ${workspaceId} and a.user_id = ${userId})))`;
}

/** Who reads, with what decides about them. */
export interface Reader {
  readonly principal: Principal;
  readonly facts: ReaderFacts;
  readonly policies: CompiledPolicies;
  readonly purpose: string | null;
}

/** A reader of what {@link readerFacts} selected. */
export async function readerOf(ctx: Deciding, principal: Principal, selected: SelectedFacts): Promise<Reader> {
  const policies = await policiesAt(ctx, selected.revision ?? NO_POLICIES);
  const facts: ReaderFacts = { now: new Date(selected.now), groups: selected.groups ?? [], attributes: selected.attributes ?? {} };
  return { principal, facts, policies, purpose: ctx.request.purpose ?? null };
}

/** Whose eyes count: the caller's, and of one who looks at things as another does, both. */
export const eyesOf = ({ principal }: Pick<Deciding, "principal">): readonly Principal[] =>
  principal.viewedBy === undefined ? [principal] : [principal, principal.viewedBy];

/** The readers of a context. */
export async function findReaders(ctx: Deciding): Promise<readonly Reader[]> {
  const readers: Reader[] = [];
  for (const principal of eyesOf(ctx)) {
    const { rows } = await sql<{ facts: SelectedFacts }>`select ${readerFacts(principal, ctx.workspaceId)} as facts`.execute(ctx.db as never);
    if (rows[0] !== undefined) readers.push(await readerOf(ctx, principal, rows[0].facts));
  }
  return readers;
}
