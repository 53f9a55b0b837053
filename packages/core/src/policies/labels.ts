import { type PolicySubject, type PolicyTarget } from "@granary/protocol";
import { sql } from "kysely";
import type { Ctx, TxCtx } from "../context/index.ts";
import type { StoredColumn } from "../datasets/index.ts";

/** The parts of a policy that name something by its id. */
export interface Naming {
  readonly subjects: readonly PolicySubject[];
  readonly except: readonly PolicySubject[];
  readonly targets: readonly PolicyTarget[];
}

/** Names by id; of columns by {@link columnKey}. What is not there any more has none. */
export type Labels = Readonly<Record<string, string>>;

export const columnKey = (datasetId: string, fieldId: number): string => `${datasetId}.${fieldId}`;

function idsOf(policies: readonly Naming[]) {
  const ids = { users: new Set<string>(), groups: new Set<string>(), keys: new Set<string>(), datasets: new Set<string>() };
  for (const { subjects, except, targets } of policies) {
    for (const subject of [...subjects, ...except]) {
      if (subject.kind === "user") ids.users.add(subject.id);
      else if (subject.kind === "group") ids.groups.add(subject.id);
      else if (subject.kind === "api_key") ids.keys.add(subject.id);
    }
    for (const target of targets) {
      if (target.kind === "dataset") ids.datasets.add(target.id);
      else if (target.kind === "column") ids.datasets.add(target.datasetId);
      else if (target.kind === "owner") ids.users.add(target.userId);
    }
  }
  return ids;
}

interface LabelRow {
  readonly id: string;
  readonly name: string;
  readonly columns: readonly StoredColumn[] | null;
}

/** What people call all that some policies name. For those who manage policies, who may know of all of it. */
export async function labelsOf(ctx: Ctx | TxCtx, policies: readonly Naming[]): Promise<Labels> {
  const { users, groups, keys, datasets } = idsOf(policies);
  const { rows } = await sql<LabelRow>`
    select u.id, u.email as name, null::jsonb as columns from users u join memberships m on m.user_id = u.id
      where m.workspace_id = ${ctx.workspaceId} and u.id = any (${[...users]}::text[])
    union all select g.id, g.name, null from groups g where g.workspace_id = ${ctx.workspaceId} and g.id = any (${[...groups]}::text[])
    union all select k.id, k.name, null from api_keys k where k.workspace_id = ${ctx.workspaceId} and k.id = any (${[...keys]}::text[])
    union all select d.id, d.name, s.columns from datasets d
      left join schema_versions s on s.dataset_id = d.id and s.number = d.schema_version
      where d.workspace_id = ${ctx.workspaceId} and d.id = any (${[...datasets]}::text[])`.execute(ctx.db as never);
  const named = rows.flatMap(({ id, name, columns }): [string, string][] => [
    [id, name],
    ...(columns ?? []).map((column): [string, string] => [columnKey(id, column.fieldId), column.name]),
  ]);
  return Object.fromEntries(named);
}
