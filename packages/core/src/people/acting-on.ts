import { problem, type User } from "@granary/protocol";
import type { TxCtx } from "../context/index.ts";
import { presentPerson } from "./present.ts";
import { obstacle, PERSON_ACTIONS, type PersonAction, rolesHeld } from "./rules.ts";
import { findPersonRow, findSecurityFacts, hasAdministrator, holdPerson, type PersonRow } from "./store.ts";

/** Holds a person of the workspace for a change, or throws why the caller may not make it. Needs a transaction of the scope `system`. */
export async function holdForAction(ctx: TxCtx, idOrEmail: string, action: PersonAction): Promise<PersonRow> {
  const person = await holdPerson(ctx.db, ctx.workspaceId, idOrEmail);
  if (person === undefined) throw problem("user.not_found");
  const reason = obstacle(ctx.principal, person, action);
  if (reason !== undefined) throw problem(reason, { permission: PERSON_ACTIONS[action].permission, name: person.name });
  return person;
}

/** The person after a change, as the answer shows it. */
export async function presentAfter(ctx: TxCtx, userId: string): Promise<User> {
  const row = await findPersonRow(ctx.db, ctx.workspaceId, userId);
  if (row === undefined) throw problem("user.not_found");
  const facts = await findSecurityFacts(ctx.db, [userId], ctx.now);
  return presentPerson(ctx.principal, row, facts.get(userId));
}

export function isAdminByRole(person: Pick<PersonRow, "roles" | "groups">): boolean {
  return rolesHeld(person).includes("admin");
}

/** Throws `workspace.last_admin` when a change left a workspace without an active administrator. */
export async function requireAdministrator(ctx: TxCtx, workspaceId: string): Promise<void> {
  if (!(await hasAdministrator(ctx.db, workspaceId))) throw problem("workspace.last_admin");
}
