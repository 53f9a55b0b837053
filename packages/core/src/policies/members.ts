import type { Id } from "@granary/kernel";
import { sql } from "kysely";
import { type Deciding, permissionsOf, readCustomRoles, type ReaderFacts } from "../access/index.ts";
import type { Principal } from "../context/index.ts";

/** A member as decisions look at them. */
export interface Member {
  readonly principal: Principal;
  readonly facts: ReaderFacts;
}

interface MemberRow {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly instance_admin: boolean;
  readonly roles: string[];
  readonly custom_roles: Record<string, string[]> | null;
  readonly groups: string[] | null;
  readonly attributes: Record<string, string> | null;
}

interface MemberChoice {
  readonly limit: number;
  /** Only those who are administrators by a role. */
  readonly administrators?: boolean;
  /** Whether the developer role has its full power. */
  readonly developerUnlocked: boolean;
}

/** Active members by name, so many of them at most. */
export async function listMembers(ctx: Deciding, { limit, administrators = false, developerUnlocked }: MemberChoice): Promise<readonly Member[]> {
  const { rows } = await sql<MemberRow>`
    select * from (
      select u.id, u.name, u.email, u.instance_admin,
        m.roles || coalesce((select array_agg(role) from group_members gm join groups g on g.id = gm.group_id, unnest(g.roles) role
          where gm.workspace_id = m.workspace_id and gm.user_id = u.id), '{}') as roles,
        (select jsonb_object_agg(c.name, c.permissions) from custom_roles c where c.workspace_id = ${ctx.workspaceId}) as custom_roles,
        (select jsonb_agg(gm.group_id) from group_members gm where gm.workspace_id = m.workspace_id and gm.user_id = u.id) as groups,
        (select jsonb_object_agg(a.name, a.value) from member_attributes a where a.workspace_id = m.workspace_id and a.user_id = u.id) as attributes
      from memberships m join users u on u.id = m.user_id where m.workspace_id = ${ctx.workspaceId} and u.status = 'active') people
    where ${administrators ? sql`'admin' = any (roles)` : sql`true`} order by lower(name), id limit ${sql.lit(limit)}`.execute(ctx.db as never);
  const now = ctx.services.clock.now();
  const customRoles = readCustomRoles(rows[0]?.custom_roles ?? null);
  return rows.map(({ id, name, email, roles, instance_admin: instanceAdmin, groups, attributes }) => ({
    principal: {
      kind: "user",
      userId: id as Id<"user">,
      name,
      email,
      workspaceId: ctx.workspaceId,
      roles,
      permissions: permissionsOf({ roles, instanceAdmin, developerUnlocked, customRoles }),
      customRoles,
      instanceAdmin,
      sessionId: null,
      apiKeyId: null,
    },
    facts: { now, groups: groups ?? [], attributes: attributes ?? {} },
  }));
}
