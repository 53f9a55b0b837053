import type { Database } from "@granary/db";
import type { Id } from "@granary/kernel";
import type { PlatformEvent } from "@granary/protocol";
import { selectPlacedEvents } from "../store.ts";

/**
 * The events after a position in commit order, at most `limit`, for consumers that keep their place: realtime, webhooks.
 * `workspaceId` undefined reads those of every workspace, null those that belong to none. The result is empty when there are no newer ones.
 */
export async function readEventsAfter(database: Database, position: number, limit: number, workspaceId?: Id<"workspace"> | null): Promise<PlatformEvent[]> {
  const rows = await selectPlacedEvents(database.reader("system"), { position, limit, workspaceId });
  return rows.map((row) => ({
    id: row.id as Id<"event">,
    position: row.position,
    type: row.type as PlatformEvent["type"],
    workspaceId: row.workspace_id as Id<"workspace"> | null,
    actor: { kind: row.actor_kind as PlatformEvent["actor"]["kind"], id: row.actor_id, label: row.actor_label },
    subject: { kind: row.subject_kind as PlatformEvent["subject"]["kind"], id: row.subject_id, label: row.subject_label },
    result: row.result as PlatformEvent["result"],
    at: row.at.toISOString(),
  }));
}

/** The position of the newest placed event; 0 before the first. */
export async function lastEventPosition(database: Database): Promise<number> {
  const row = await database.reader("system").selectFrom("event_positions").select("position").orderBy("position", "desc").limit(1).executeTakeFirst();
  return row?.position ?? 0;
}
