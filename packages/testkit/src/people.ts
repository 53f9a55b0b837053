import { findPrincipal, newToken, tokenHash } from "@granary/core/identity";
import type { Principal, Services } from "@granary/core/context";
import { type Id, newId } from "@granary/kernel";

export interface TestWorkspace {
  readonly id: Id<"workspace">;
  readonly slug: string;
  readonly name: string;
}

export interface TestUser {
  readonly id: Id<"user">;
  readonly email: string;
  readonly name: string;
  readonly workspace: TestWorkspace;
  /** A bearer token of a signed-in session. */
  readonly token: string;
  readonly sessionId: Id<"session">;
}

export interface NewTestUser {
  readonly workspace: TestWorkspace;
  readonly roles?: readonly string[];
  readonly name?: string;
  readonly email?: string;
  readonly instanceAdmin?: boolean;
  readonly protected?: boolean;
}

let sequence = 0;

/** Puts a workspace into the database without going through the API. */
export async function createTestWorkspace(services: Services, name?: string): Promise<TestWorkspace> {
  sequence += 1;
  const workspace = { id: newId("workspace"), slug: `workspace-${sequence}`, name: name ?? `Workspace ${sequence}` };
  await services.database.tx("system", (tx) => tx.insertInto("workspaces").values(workspace).execute());
  return workspace;
}

/** Puts a verified person with a signed-in session into the database. */
export async function createTestUser(services: Services, input: NewTestUser): Promise<TestUser> {
  sequence += 1;
  const id = newId("user");
  const name = input.name ?? `Person ${sequence}`;
  const email = input.email ?? `person-${sequence}@example.com`;
  await services.database.tx("system", async (tx) => {
    const flags = { instance_admin: input.instanceAdmin ?? false, protected: input.protected ?? false };
    await tx
      .insertInto("users")
      .values({ id, name, email, home_workspace_id: input.workspace.id, email_verified_at: new Date(), ...flags })
      .execute();
    await tx
      .insertInto("memberships")
      .values({ workspace_id: input.workspace.id, user_id: id, roles: [...(input.roles ?? ["viewer"])] })
      .execute();
  });
  return { id, name, email, workspace: input.workspace, ...(await openTestSession(services, id)) };
}

/** Opens another session of a person and returns its bearer token. */
export async function openTestSession(services: Services, userId: Id<"user">): Promise<{ token: string; sessionId: Id<"session"> }> {
  const token = newToken("access");
  const sessionId = newId("session");
  const expires_at = new Date(Date.now() + 3_600_000);
  await services.database.tx("system", async (tx) => {
    await tx.insertInto("sessions").values({ id: sessionId, user_id: userId, expires_at, client: "api" }).execute();
    await tx
      .insertInto("session_tokens")
      .values({ hash: tokenHash(token), session_id: sessionId, kind: "access", expires_at })
      .execute();
  });
  return { token, sessionId };
}

/** The principal a person's token stands for. */
export async function principalOf(services: Services, user: TestUser): Promise<Principal> {
  const identified = await findPrincipal(services, user.token, user.workspace.id);
  if (identified === undefined) throw new Error(`${user.email} has no valid session`);
  return identified.principal;
}
