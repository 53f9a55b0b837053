import type { DB } from "@granary/db";
import { type ExpressionBuilder, sql } from "kysely";
import type { Principal } from "../context/index.ts";
import { mayDo } from "./authorize.ts";

/** What a person may do with one dataset; each level includes the ones before it. */
export const DATASET_LEVELS = ["none", "viewer", "contributor", "owner"] as const;
export type DatasetLevel = (typeof DATASET_LEVELS)[number];

interface Subject {
  readonly owner_id: string | null;
  readonly visibility: string;
  /** The strongest level granted to the person or a group of theirs. */
  readonly granted: string | null;
}

/** The order is administrator, owner, explicit grant, public; nothing matched means none. */
export function datasetLevel(principal: Principal, dataset: Subject): DatasetLevel {
  if (!mayDo(principal, "dataset:read")) return "none";
  const isOwner = dataset.owner_id !== null && dataset.owner_id === principal.userId;
  if (mayDo(principal, "dataset:manage") || isOwner) return "owner";
  const granted = DATASET_LEVELS.find((level) => level === dataset.granted);
  if (granted !== undefined) return granted;
  return dataset.visibility === "workspace" ? "viewer" : "none";
}

export function atLeast(level: DatasetLevel, needed: DatasetLevel): boolean {
  return DATASET_LEVELS.indexOf(level) >= DATASET_LEVELS.indexOf(needed);
}

/** The strongest level granted to the person, one of their groups or everyone, as a column beside a row of `datasets as d`. */
export function grantedLevel(principal: Principal) {
  return sql<string | null>`(
    select g.level from dataset_grants g
    where g.dataset_id = d.id and g.workspace_id = d.workspace_id
      and (g.grantee_kind = 'everyone' or (g.grantee_kind = 'user' and g.grantee_id = ${principal.userId})
        or (g.grantee_kind = 'group' and g.grantee_id in (
          select m.group_id from group_members m where m.workspace_id = d.workspace_id and m.user_id = ${principal.userId})))
    order by array_position(array['owner', 'contributor', 'viewer'], g.level) limit 1)`;
}

/** The same rule as {@link datasetLevel} as a condition on `datasets as d`: rows the principal may see at all. */
export function readableDatasets(eb: ExpressionBuilder<DB & { d: DB["datasets"] }, "d">, principal: Principal) {
  if (!mayDo(principal, "dataset:read")) return eb.lit(false);
  if (mayDo(principal, "dataset:manage")) return eb.lit(true);
  return eb.or([eb("d.owner_id", "=", principal.userId ?? ""), eb("d.visibility", "=", "workspace"), sql<boolean>`${grantedLevel(principal)} is not null`]);
}

/** Datasets of a workspace granted to the person or a group of theirs; what everyone was granted, everyone may read in any case. */
function grantedDatasets(principal: Principal, workspaceId: string, levels: readonly DatasetLevel[]) {
  return sql`
    select g.dataset_id from dataset_grants g
    where g.workspace_id = ${workspaceId} and g.grantee_kind = 'user' and g.grantee_id = ${principal.userId ?? ""} and g.level = any (${[...levels]})
    union all
    select g.dataset_id from group_members m join dataset_grants g
      on g.workspace_id = m.workspace_id and g.grantee_kind = 'group' and g.grantee_id = m.group_id and g.level = any (${[...levels]})
    where m.workspace_id = ${workspaceId} and m.user_id = ${principal.userId ?? ""}`;
}

/**
 * {@link readableDatasets} for whole lists: grants are looked up once instead of for every row. With `owned`, those the
 * principal owns.
 */
export function listableDatasets(principal: Principal, workspaceId: string, owned = false) {
  if (!mayDo(principal, "dataset:read")) return sql<boolean>`false`;
  if (mayDo(principal, "dataset:manage")) return sql<boolean>`true`;
  const isPublic = owned ? sql`false` : sql`d.visibility = 'workspace'`;
  const levels = owned ? (["owner"] as const) : DATASET_LEVELS;
  return sql<boolean>`(d.owner_id = ${principal.userId ?? ""} or ${isPublic} or d.id in (${grantedDatasets(principal, workspaceId, levels)}))`;
}
