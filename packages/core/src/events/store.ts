import type { Reader, Writer } from "@granary/db";
import { idFloor } from "@granary/kernel";
import { sql } from "kysely";

const FACTS = [
  "e.id",
  "e.workspace_id",
  "e.type",
  "e.actor_kind",
  "e.actor_id",
  "e.actor_label",
  "e.subject_kind",
  "e.subject_id",
  "e.subject_label",
  "e.result",
  "e.at",
] as const;

/** Placed events after a position, in commit order. */
export function selectPlacedEvents(
  db: Reader,
  options: { readonly position: number; readonly limit: number; readonly workspaceId: string | null | undefined },
) {
  return db
    .selectFrom("event_positions as p")
    .innerJoin("events as e", "e.id", "p.event_id")
    .select(["p.position", ...FACTS])
    .where("p.position", ">", options.position)
    .$if(typeof options.workspaceId === "string", (q) => q.where("p.workspace_id", "=", options.workspaceId ?? ""))
    .$if(options.workspaceId === null, (q) => q.where("p.workspace_id", "is", null))
    .orderBy("p.position")
    .limit(options.limit)
    .execute();
}

/** A log whose entries have places in commit order and hashes over all before. */
export type Chain = "events" | "access";

const CHAINS = {
  events: { positions: sql.table("event_positions"), entries: sql.table("events"), key: sql.ref("event_id"), hash: sql.raw("event_hash") },
  access: { positions: sql.table("access_log_positions"), entries: sql.table("access_log"), key: sql.ref("entry_id"), hash: sql.raw("access_entry_hash") },
} as const;

/** The hash at a position of a chain; undefined when there is none. */
export async function findPosition(db: Reader, chain: Chain, position: number): Promise<Buffer | undefined> {
  const { rows } = await sql<{ readonly hash: Buffer }>`select hash from ${CHAINS[chain].positions} where position = ${position}`.execute(db as Writer);
  return rows[0]?.hash;
}

export interface ChainLink {
  readonly position: number;
  readonly hash: Buffer;
  /** Whether the stored hash is that of the stored facts and the hash before. */
  readonly is_intact: boolean;
}

/** Recomputes the links after a position from the facts as stored now. */
export async function checkLinks(
  db: Reader,
  range: { readonly chain: Chain; readonly after: number; readonly limit: number; readonly previous: Buffer },
): Promise<readonly ChainLink[]> {
  const { positions, entries, key, hash } = CHAINS[range.chain];
  const { rows } = await sql<ChainLink>`
    with links as materialized (
      select position, ${key} as entry_id, workspace_id, hash from ${positions} where position > ${range.after} order by position limit ${range.limit}
    )
    select l.position, l.hash,
      e.id is not null and e.workspace_id is not distinct from l.workspace_id
        and l.hash = ${hash}(lag(l.hash, 1, ${range.previous}::bytea) over (order by l.position), e) as is_intact
    from links l left join ${entries} e on e.id = l.entry_id
    order by l.position`.execute(db as Writer);
  return rows;
}

/** Whether the log already tells that this actor was refused this route since an instant. */
export async function hasRecentDenial(
  db: Reader | Writer,
  refusal: { readonly workspaceId: string | null; readonly actor: string; readonly routeId: string; readonly since: Date },
): Promise<boolean> {
  const row = await db
    .selectFrom("events")
    .select("id")
    .where("workspace_id", refusal.workspaceId === null ? "is" : "=", refusal.workspaceId)
    .where("actor_id", "=", refusal.actor)
    .where("id", ">=", idFloor("event", refusal.since.getTime()))
    .where("subject_id", "=", refusal.routeId)
    .where("type", "=", "access.denied")
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
