import type { Reader, Writer } from "@granary/db";
import { sql } from "kysely";

/** Most workspaces listed for the switch; the list route pages through all of them. */
const MAX_WORKSPACES = 200;

export interface Surroundings {
  readonly workspaces: readonly { readonly id: string; readonly slug: string; readonly name: string }[];
  readonly session: { readonly id: string; readonly expiresAt: string; readonly idleTimeout: number | null; readonly remember: boolean } | null;
  readonly developerUntil: string | null;
}

/** A person's workspaces (all of them with `all`; the current one always), this session and the developer safeguard: one statement. */
export async function findSurroundings(
  db: Reader,
  who: { readonly userId: string; readonly workspaceId: string | null; readonly sessionId: string | null; readonly all: boolean },
): Promise<Surroundings> {
  const { rows } = await sql<Surroundings>`
    select
      coalesce((select json_agg(json_build_object('id', mine.id, 'slug', mine.slug, 'name', mine.name) order by mine.name, mine.id) from (
        select w.id, w.slug, w.name from workspaces w
        where ${who.all} or exists (select from memberships m where m.workspace_id = w.id and m.user_id = ${who.userId})
        order by (w.id = ${who.workspaceId}) desc nulls last, w.name, w.id limit ${MAX_WORKSPACES}) mine), '[]') as workspaces,
      (select json_build_object('id', s.id, 'expiresAt', s.expires_at, 'idleTimeout', s.idle_timeout_s, 'remember', s.remember)
        from sessions s where s.id = ${who.sessionId}) as session,
      (select value ->> 'until' from instance_settings where key = 'developer_in_production') as "developerUntil"`.execute(db as Writer);
  return rows[0] ?? { workspaces: [], session: null, developerUntil: null };
}
