import type { Writer } from "@granary/db";
import { type Id, newId } from "@granary/kernel";
import { EVENTS, type EventType } from "@granary/protocol";
import { sql } from "kysely";
import { actorOf, type Principal } from "./principal.ts";

/** A fact to record: what happened to what. Data holds references and before/after values, never secrets or table data. */
export interface NewEvent {
  readonly type: EventType;
  readonly subject: { readonly id: string | null; readonly label: string };
  readonly data?: Readonly<Record<string, unknown>>;
  readonly result?: "success" | "denied" | "failure";
  /** Only where it differs from the principal's: sign-in, and instance administration (null). */
  readonly workspaceId?: Id<"workspace"> | null;
  /** Only where the doer is not the request's principal, such as a sign-in. */
  readonly principal?: Principal;
}

export interface EventOrigin {
  readonly principal: Principal;
  readonly request: { readonly id: string; readonly ip: string | null; readonly userAgent: string | null };
  readonly now: Date;
}

/** Writes one event and its place in the relay's backlog, in the caller's transaction. */
export async function recordEvent(db: Writer, origin: EventOrigin, event: NewEvent): Promise<void> {
  const principal = event.principal ?? origin.principal;
  const actor = actorOf(principal);
  const { request } = origin;
  const workspaceId = event.workspaceId === undefined ? principal.workspaceId : event.workspaceId;
  await sql`
    with event as (
      insert into events (id, workspace_id, type, actor_kind, actor_id, actor_label, subject_kind, subject_id, subject_label, result, data, ip, user_agent, request_id, at)
      values (${newId("event", origin.now.getTime())}, ${workspaceId}, ${event.type}, ${actor.kind}, ${actor.id}, ${actor.label},
        ${EVENTS[event.type].subject}, ${event.subject.id}, ${event.subject.label}, ${event.result ?? "success"}, ${JSON.stringify(event.data ?? {})},
        ${request.ip}, ${request.userAgent}, ${request.id}, ${origin.now})
      returning id
    ), backlog as (insert into event_backlog (event_id) select id from event)
    select pg_notify('granary_backlog', '')`.execute(db);
}
