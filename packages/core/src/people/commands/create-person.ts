import { isUniqueViolation } from "@granary/db";
import { problem, type User } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { createAccount, hashPassword, issueResetLink } from "../../identity/index.ts";
import { queueMail } from "../../mail/index.ts";
import { inRoleOrder, requireRoles, ungrantable } from "../../roles/index.ts";
import { presentAfter } from "../acting-on.ts";
import { generatePassword, mayBeToldLinks } from "../handover.ts";
import { findGroupRoles, findWorkspaceName, joinGroups } from "../store.ts";

/** Somebody else made the account, so its owner may not look at mail today. */
const LINK_HOURS = 24 * 7;

export interface NewPerson {
  readonly email: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  /** Mail a link to choose a password, or make one that must be changed at the first sign-in. */
  readonly password: "mail" | "generate";
}

export interface CreatedPerson {
  readonly user: User;
  readonly link: string | null;
  readonly temporaryPassword: string | null;
}

/** Creates an account whose home is the workspace of the request. Secrets are in this answer alone, never in a repeated one. */
export async function createPerson(ctx: Ctx, input: NewPerson): Promise<CreatedPerson> {
  const temporaryPassword = input.password === "generate" ? generatePassword() : null;
  const passwordHash = temporaryPassword === null ? null : await hashPassword(temporaryPassword);
  let link: string | null = null;
  try {
    const created = await ctx.system.tx(async (ctx): Promise<CreatedPerson> => {
      const userId = await insertPerson(ctx, input, passwordHash);
      link = input.password === "mail" ? await mailLink(ctx, { id: userId, email: input.email, name: input.name }) : null;
      return { user: await presentAfter(ctx, userId), link: null, temporaryPassword: null };
    });
    return { ...created, link: mayBeToldLinks(ctx) ? link : null, temporaryPassword };
  } catch (error) {
    if (isUniqueViolation(error, "users_email_key")) throw problem("user.email_taken", { email: input.email }, { cause: error });
    throw error;
  }
}

async function insertPerson(ctx: TxCtx, input: NewPerson, passwordHash: string | null): Promise<string> {
  const groups = await findGroupRoles(ctx.db, ctx.workspaceId, input.groups);
  if (groups.length < new Set(input.groups).size) throw problem("group.not_found");
  await requireRoles(ctx, input.roles);
  const role = ungrantable(ctx.principal, [...input.roles, ...groups.flatMap((group) => group.roles)]);
  if (role !== undefined) throw problem("role.not_yours_to_give", { role });
  const account = await createAccount(ctx, {
    email: input.email,
    name: input.name,
    passwordHash,
    mustChangePassword: passwordHash !== null,
    // Whoever creates an account vouches for its address.
    emailVerified: true,
    home: { workspaceId: ctx.workspaceId, roles: inRoleOrder(ctx.principal, input.roles) },
  });
  await joinGroups(
    ctx.db,
    { workspaceId: ctx.workspaceId, userId: account.id },
    groups.map((group) => group.id),
  );
  await ctx.record({
    type: "user.created",
    subject: { id: account.id, label: account.email },
    data: { roles: input.roles, groups: groups.map((group) => group.id), password: input.password },
  });
  return account.id;
}

async function mailLink(ctx: TxCtx, person: { readonly id: string; readonly email: string; readonly name: string }): Promise<string> {
  const { link, hours } = await issueResetLink(ctx, person, LINK_HOURS);
  const workspaceName = await findWorkspaceName(ctx.db, ctx.workspaceId);
  await queueMail(ctx, { to: person.email, kind: "account_created", params: { name: person.name, workspaceName, createdBy: ctx.principal.name, link, hours } });
  return link;
}
