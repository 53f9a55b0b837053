import type { Id } from "@granary/kernel";
import type { ActivityEntry } from "@granary/protocol";
import { areaOf, describeEvent } from "./rules.ts";
import type { EntryRow } from "./store.ts";

/** One line of the activity log, with its place in the hash chain once it has one. */
export function presentEntry(row: EntryRow): ActivityEntry {
  return {
    id: row.id as Id<"event">,
    type: row.type,
    area: areaOf(row.type),
    text: describeEvent(row.type, row.actor_label, row.subject_label),
    actor: { kind: row.actor_kind, id: row.actor_id, label: row.actor_label },
    subject: { kind: row.subject_kind, id: row.subject_id, label: row.subject_label },
    result: row.result,
    data: row.data,
    ip: row.ip,
    userAgent: row.user_agent,
    requestId: row.request_id,
    position: row.position,
    hash: row.hash?.toString("hex") ?? null,
    at: row.at.toISOString(),
  };
}
