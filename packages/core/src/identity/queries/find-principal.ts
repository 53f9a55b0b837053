import type { Id } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { CompiledQuery } from "kysely";
import { permissionsOf, permissionsOfKey, readCustomRoles } from "../../access/index.ts";
import type { Principal, Services } from "../../context/index.ts";
import { type Restriction, restrictionOf } from "../rules.ts";
import { SECOND_FACTOR_DEMANDED } from "../store/second-factor-demanded.ts";
import { type TokenKind, tokenHash, tokenKind } from "../tokens.ts";

interface PrincipalRow {
  readonly kind: "user" | "api_key";
  readonly credential_id: string;
  readonly user_id: string;
  readonly name: string;
  readonly email: string;
  readonly status: "active" | "inactive";
  readonly instance_admin: boolean;
  readonly second_factor_pending: boolean;
  readonly must_change_password: boolean;
  readonly second_factor_enabled: boolean;
  readonly second_factor_demanded: boolean;
  readonly scopes: string[];
  readonly workspace_id: string | null;
  readonly roles: string[] | null;
  readonly custom_roles: Record<string, string[]> | null;
  readonly developer_until: string | null;
  readonly needs_touch: boolean;
}

/** A caller as the token tells, before any rule about what a half signed-in or inactive person may do. */
export interface Identified {
  readonly principal: Principal;
  readonly inactive: boolean;
  readonly secondFactorPending: boolean;
  /** What the person must do before anything else; always null for an API key. */
  readonly restriction: Restriction | null;
  /** The session or key was last used more than a minute ago, so its `last seen` should be renewed. */
  readonly needsTouch: boolean;
}

// Plain texts with numbered parameters: this runs for every request, and building it anew took longer than running it.
// $1 the token's hash, $2 the asked workspace or null, $3 now.
const membership = (pinned: string) => `
  left join lateral (
    select w.id as workspace_id,
      coalesce(m.roles, '{}') || coalesce((
        select array_agg(role) from group_members gm join groups g on g.id = gm.group_id, unnest(g.roles) role
        where gm.workspace_id = w.id and gm.user_id = u.id), '{}') as roles,
      (select jsonb_object_agg(c.name, c.permissions) from custom_roles c where c.workspace_id = w.id) as custom_roles
    from workspaces w left join memberships m on m.workspace_id = w.id and m.user_id = u.id
    where (m.user_id is not null or u.instance_admin)
      and ($2::text is null or w.id = $2 or w.slug = $2)
      and ${pinned}
    order by (w.id = u.home_workspace_id) desc nulls last, m.joined_at nulls last limit 1
  ) member on true
  left join instance_settings dev on dev.key = 'developer_in_production'`;

const PERSON =
  "u.id as user_id, u.name, u.email, u.status, u.instance_admin, member.workspace_id, member.roles, member.custom_roles, dev.value ->> 'until' as developer_until";

const BY_SESSION = `
  select 'user' as kind, s.id as credential_id, s.second_factor_pending, '{}'::text[] as scopes, s.last_seen_at < $3::timestamptz - interval '1 minute' as needs_touch,
    coalesce(c.must_change_password, false) as must_change_password, c.totp_enabled_at is not null as second_factor_enabled, ${SECOND_FACTOR_DEMANDED} as second_factor_demanded, ${PERSON}
  from session_tokens t join sessions s on s.id = t.session_id join users u on u.id = s.user_id left join credentials c on c.user_id = u.id ${membership("true")}
  where t.hash = $1 and t.kind in ('cookie', 'access') and t.expires_at > $3 and s.expires_at > $3 and s.revoked_at is null
    and (s.idle_timeout_s is null or s.last_seen_at > $3::timestamptz - make_interval(secs => s.idle_timeout_s))`;

const BY_API_KEY = `
  select 'api_key' as kind, k.id as credential_id, false as second_factor_pending, k.scopes,
    k.last_used_at is null or k.last_used_at < $3::timestamptz - interval '1 minute' as needs_touch,
    false as must_change_password, false as second_factor_enabled, false as second_factor_demanded, ${PERSON}
  from api_keys k join users u on u.id = k.user_id ${membership("w.id = k.workspace_id")}
  where k.hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > $3)`;

// $1 the person, $2 the workspace.
const BY_USER = `
  select 'user' as kind, null::text as credential_id, '{}'::text[] as scopes, ${PERSON} from users u ${membership("true")}
  where u.id = $1 and u.status = 'active' and member.workspace_id is not null`;

/**
 * Who a bearer token or session cookie belongs to, with roles and permissions in the asked (or home) workspace:
 * one statement, or none for a caller of a moment ago. Undefined when the token is unknown, expired, idle for too long or revoked.
 */
export async function findPrincipal(services: Services, token: string, workspace: string | null): Promise<Identified | undefined> {
  const kind = tokenKind(token);
  if (kind !== "cookie" && kind !== "access" && kind !== "api_key") return undefined;
  const hash = tokenHash(token);
  return services.principals.get(`${hash.toString("base64")} ${workspace ?? ""}`, () => lookUp(services, kind, hash, workspace));
}

async function lookUp(services: Services, kind: TokenKind, hash: Buffer, workspace: string | null): Promise<Identified | undefined> {
  const parameters = [hash, workspace, services.clock.now()];
  const { rows } = await services.database
    .reader("system")
    .executeQuery<PrincipalRow>(CompiledQuery.raw(kind === "api_key" ? BY_API_KEY : BY_SESSION, parameters));
  const row = rows[0];
  if (row === undefined) return undefined;
  if (workspace !== null && row.workspace_id === null) throw problem("workspace.not_found");
  return {
    principal: toPrincipal(services, row),
    inactive: row.status === "inactive",
    secondFactorPending: row.second_factor_pending,
    restriction: restrictionOf({
      mustChangePassword: row.must_change_password,
      secondFactorDemanded: row.second_factor_demanded,
      secondFactorEnabled: row.second_factor_enabled,
    }),
    needsTouch: row.needs_touch,
  };
}

function toPrincipal(services: Services, row: PrincipalRow): Principal {
  const developerUnlocked = services.config.mode !== "production" || (row.developer_until !== null && new Date(row.developer_until) > services.clock.now());
  const customRoles = readCustomRoles(row.custom_roles);
  const held = permissionsOf({ roles: row.roles ?? [], instanceAdmin: row.instance_admin, developerUnlocked, customRoles });
  return {
    kind: row.kind,
    userId: row.user_id as Id<"user">,
    name: row.name,
    email: row.email,
    workspaceId: row.workspace_id as Id<"workspace"> | null,
    roles: row.roles ?? [],
    permissions: row.kind === "api_key" ? permissionsOfKey(held, row.scopes) : held,
    customRoles,
    instanceAdmin: row.instance_admin && row.kind === "user",
    sessionId: row.kind === "user" ? (row.credential_id as Id<"session">) : null,
    apiKeyId: row.kind === "api_key" ? (row.credential_id as Id<"apiKey">) : null,
  };
}

/** A person with what they may do in a workspace now, for work done later on their behalf; undefined when they have left it or are inactive. */
export async function findPrincipalOfUser(services: Services, userId: Id<"user">, workspaceId: Id<"workspace">): Promise<Principal | undefined> {
  const { rows } = await services.database.reader("system").executeQuery<PrincipalRow>(CompiledQuery.raw(BY_USER, [userId, workspaceId]));
  return rows[0] === undefined ? undefined : toPrincipal(services, rows[0]);
}
