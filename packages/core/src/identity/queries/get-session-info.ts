import type { Id } from "@granary/kernel";
import { featuresFor, navigationFor, problem, type SessionInfo } from "@granary/protocol";
import { type Ctx, type Principal, requireUser } from "../../context/index.ts";
import { presentAccount } from "../present.ts";
import { restrictionOf } from "../rules.ts";
import { findAccount } from "../store/accounts.ts";
import { findSurroundings, type Surroundings } from "../store/surroundings.ts";

interface Choice {
  readonly id: Id<"workspace">;
  readonly slug: string;
  readonly name: string;
}

/** Everything an application needs about its person before it draws: two statements, at the same time. */
export async function getSessionInfo(ctx: Ctx): Promise<SessionInfo> {
  const { principal, services } = ctx;
  const userId = requireUser(principal);
  const [row, around] = await Promise.all([
    findAccount(ctx.system.db, userId),
    findSurroundings(ctx.system.db, { userId, workspaceId: principal.workspaceId, sessionId: principal.sessionId, all: principal.instanceAdmin }),
  ]);
  if (row === undefined) throw problem("auth.required");
  return {
    user: presentAccount(row, principal.kind === "api_key"),
    workspaces: around.workspaces as Choice[],
    workspace: currentWorkspace(around, principal),
    roles: [...principal.roles],
    permissions: [...principal.permissions],
    navigation: navigationFor(principal.permissions),
    features: featuresFor(principal.permissions),
    restriction: restrictionOf({
      mustChangePassword: row.must_change_password,
      secondFactorDemanded: row.second_factor_demanded,
      secondFactorEnabled: row.totp_enabled_at !== null,
    }),
    session: presentOwnSession(around),
    mode: services.config.mode,
    mail: services.config.mail.smtpUrl === null ? "outbox" : "smtp",
    ...safeguard(ctx, around),
  };
}

function currentWorkspace(around: Surroundings, principal: Principal): Choice | null {
  return (around.workspaces.find((workspace) => workspace.id === principal.workspaceId) as Choice | undefined) ?? null;
}

function presentOwnSession({ session }: Surroundings): SessionInfo["session"] {
  if (session === null) return null;
  return {
    id: session.id as Id<"session">,
    expiresAt: new Date(session.expiresAt).toISOString(),
    idleTimeout: session.idleTimeout,
    remember: session.remember,
  };
}

function safeguard(ctx: Ctx, around: Surroundings): Pick<SessionInfo, "developerInProduction" | "developerLimited"> {
  if (ctx.services.config.mode !== "production") return { developerInProduction: null, developerLimited: false };
  const until = around.developerUntil === null ? undefined : new Date(around.developerUntil);
  const isOpen = until !== undefined && until > ctx.services.clock.now();
  return {
    developerInProduction: isOpen ? { until: until.toISOString() } : null,
    developerLimited: !isOpen && ctx.principal.roles.includes("developer") && !ctx.principal.instanceAdmin,
  };
}

/** The caller's roles and permissions in the workspace of the request. */
export async function getOwnPermissions(ctx: Ctx) {
  const { principal } = ctx;
  const userId = requireUser(principal);
  const around = await findSurroundings(ctx.system.db, { userId, workspaceId: principal.workspaceId, sessionId: null, all: principal.instanceAdmin });
  return {
    workspace: currentWorkspace(around, principal),
    roles: [...principal.roles],
    permissions: [...principal.permissions],
    instanceAdmin: principal.instanceAdmin,
  };
}

/** Who the caller is, with roles and permissions. */
export async function getMe(ctx: Ctx) {
  const info = await getSessionInfo(ctx);
  return { ...info.user, workspace: info.workspace, roles: info.roles, permissions: info.permissions as string[] };
}
