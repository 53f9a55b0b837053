import type { Id } from "@granary/kernel";
import { type Actor, type Permission, problem } from "@granary/protocol";

/** Who asks, in which workspace, and what they may do there; resolved once a request. */
export interface Principal {
  readonly kind: "user" | "api_key" | "system" | "anonymous";
  readonly userId: Id<"user"> | null;
  readonly name: string;
  readonly email: string | null;
  /** The workspace of this request; null when anonymous or a member of none. */
  readonly workspaceId: Id<"workspace"> | null;
  readonly roles: readonly string[];
  readonly permissions: ReadonlySet<Permission>;
  /** What the own roles of the workspace give, by their names. */
  readonly customRoles: ReadonlyMap<string, readonly Permission[]>;
  readonly instanceAdmin: boolean;
  readonly sessionId: Id<"session"> | null;
  readonly apiKeyId: Id<"apiKey"> | null;
  /** Who really asks, when they look at things as this principal would see them: they see what both may see. */
  readonly viewedBy?: Principal;
}

const NOBODY = {
  userId: null,
  email: null,
  workspaceId: null,
  roles: [],
  customRoles: new Map<string, readonly Permission[]>(),
  instanceAdmin: false,
  sessionId: null,
  apiKeyId: null,
} as const;

export const anonymous: Principal = { ...NOBODY, kind: "anonymous", name: "Anonymous", permissions: new Set() };

/** The platform acting by itself, in one workspace or none. */
export function systemPrincipal(workspaceId: Id<"workspace"> | null = null): Principal {
  return { ...NOBODY, kind: "system", name: "Granary", workspaceId, permissions: new Set() };
}

/** A person on whose behalf a job runs: named in events, without any permission of their own. */
export function onBehalfOf(workspaceId: Id<"workspace">, person: { readonly id: Id<"user">; readonly name: string }): Principal {
  return { ...NOBODY, kind: "user", userId: person.id, name: person.name, workspaceId, permissions: new Set() };
}

export function actorOf(principal: Principal): Actor {
  const id = principal.kind === "api_key" ? principal.apiKeyId : principal.userId;
  return { kind: principal.kind, id, label: principal.name };
}

/** The person behind a request, or `auth.required`. */
export function requireUser(principal: Principal): Id<"user"> {
  if (principal.userId === null) throw problem("auth.required");
  return principal.userId;
}

/** The workspace of a request, or `workspace.not_found`. */
export function requireWorkspace(principal: Principal): Id<"workspace"> {
  if (principal.workspaceId === null) throw problem("workspace.not_found");
  return principal.workspaceId;
}
