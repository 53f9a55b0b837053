import { type RawBuilder, sql } from "kysely";
import type { Principal } from "../context/index.ts";
import { mayDo } from "./authorize.ts";
import { type NamedDatasets, type Reader, reachOf } from "./decision/index.ts";
import { DATASET_LEVELS, type DatasetLevel } from "./dataset-level.ts";

/** Grants count until they end, by the database's clock. */
const isHeld = sql`(g.expires_at is null or g.expires_at > now())`;

/** The strongest level granted to the person, one of their groups or everyone, as a column beside a row of `datasets as d`. */
export function grantedLevel(principal: Principal) {
  return sql<string | null>`(
    select g.level from dataset_grants g
    where g.dataset_id = d.id and g.workspace_id = d.workspace_id and ${isHeld}
      and (g.grantee_kind = 'everyone' or (g.grantee_kind = 'user' and g.grantee_id = ${principal.userId})
        or (g.grantee_kind = 'group' and g.grantee_id in (
          select m.group_id from group_members m where m.workspace_id = d.workspace_id and m.user_id = ${principal.userId})))
    order by array_position(array['owner', 'contributor', 'viewer'], g.level) limit 1)`;
}

/** Datasets of a workspace granted to the person or a group of theirs; what everyone was granted, everyone may read in any case. */
function grantedDatasets(principal: Principal, workspaceId: string, levels: readonly DatasetLevel[]) {
  return sql`
    select g.dataset_id from dataset_grants g
    where g.workspace_id = ${workspaceId} and g.grantee_kind = 'user' and g.grantee_id = ${principal.userId ?? ""} and g.level = any (${[...levels]}) and ${isHeld}
    union all
    select g.dataset_id from group_members m join dataset_grants g
      on g.workspace_id = m.workspace_id and g.grantee_kind = 'group' and g.grantee_id = m.group_id and g.level = any (${[...levels]}) and ${isHeld}
    where m.workspace_id = ${workspaceId} and m.user_id = ${principal.userId ?? ""}`;
}

const never = sql<boolean>`false`;
const always = sql<boolean>`true`;

/** Datasets a policy names, as a condition on `datasets as d`. */
function isNamed({ all, ids, tags, owners }: NamedDatasets): RawBuilder<boolean> {
  if (all) return always;
  const parts = [
    ...(ids.length === 0 ? [] : [sql`d.id = any (${[...ids]}::text[])`]),
    ...(tags.length === 0 ? [] : [sql`d.tags && ${[...tags]}::text[]`]),
    ...(owners.length === 0 ? [] : [sql`d.owner_id = any (${[...owners]}::text[])`]),
  ];
  return parts.length === 0 ? never : sql<boolean>`coalesce((${sql.join(parts, sql` or `)}), false)`;
}

function listableTo(reader: Reader, workspaceId: string, owned: boolean): RawBuilder<boolean> {
  const { principal } = reader;
  if (!mayDo(principal, "dataset:read")) return never;
  const { denied, allowed } = reachOf(reader);
  if (denied.all) return never;
  const isDenied = isNamed(denied);
  if (mayDo(principal, "dataset:manage")) return isDenied === never ? always : sql<boolean>`not ${isDenied}`;
  const isPublic = owned ? never : sql<boolean>`(d.visibility = 'workspace' or ${isNamed(allowed)})`;
  const levels = owned ? (["owner"] as const) : DATASET_LEVELS;
  const own = sql<boolean>`(d.owner_id = ${principal.userId ?? ""} or ${isPublic} or d.id in (${grantedDatasets(principal, workspaceId, levels)}))`;
  return isDenied === never ? own : sql<boolean>`(${own} and not ${isDenied})`;
}

/**
 * The rule of decisions as a condition on `datasets as d`, for whole lists: rows that all the readers may see at all. With
 * `owned`, those they own.
 */
export function listableDatasets(readers: readonly Reader[], workspaceId: string, owned = false): RawBuilder<boolean> {
  return sql<boolean>`(${sql.join(
    readers.map((reader) => listableTo(reader, workspaceId, owned)),
    sql` and `,
  )})`;
}
