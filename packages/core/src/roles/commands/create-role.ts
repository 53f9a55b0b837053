import { isUniqueViolation } from "@granary/db";
import { BUILT_IN_ROLE_NAMES, BUILT_IN_ROLES, type BuiltInRole, type Permission, problem, type Role } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { presentOwnRole } from "../present.ts";
import { exceeding, nameFor, titleKey } from "../rules.ts";
import { findRoleRow, insertRole, listRoleRows, type RoleFields } from "../store.ts";

export interface NewRole {
  readonly title: string;
  readonly text: string;
  readonly permissions: readonly Permission[];
  readonly basedOn: BuiltInRole | null;
}

/** What is stored of a role, if the caller may give all of it and its title is not taken for a built-in one. */
export function fieldsOf(ctx: TxCtx, { title, text, permissions }: Pick<NewRole, "title" | "text" | "permissions">): RoleFields {
  const permission = exceeding(ctx.principal, permissions);
  if (permission !== undefined) throw problem("role.exceeds_yours", { permission });
  const title_key = titleKey(title);
  if (title_key === "") throw problem("request.invalid", {}, { issues: [{ path: "body.title", message: "must have letters or digits" }] });
  const builtIn = BUILT_IN_ROLE_NAMES.some((name) => [name, BUILT_IN_ROLES[name].title].some((other) => titleKey(other) === title_key));
  if (builtIn) throw problem("role.title_taken", { title });
  return { title, title_key, description: text, permissions };
}

/** Throws `role.title_taken` instead of what the database says of a title that looks like another. */
export async function withFreeTitle<T>(title: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error, "custom_roles_title_key")) throw problem("role.title_taken", { title }, { cause: error });
    throw error;
  }
}

/** Creates a role of the workspace's own, which gives nothing that its maker lacks. */
export function createRole(ctx: Ctx, input: NewRole): Promise<Role> {
  return withFreeTitle(input.title, () =>
    ctx.tx(async (ctx) => {
      const fields = fieldsOf(ctx, input);
      const { workspaceId, now } = ctx;
      const taken = new Set<string>([...BUILT_IN_ROLE_NAMES, ...(await listRoleRows(ctx.db, workspaceId)).map((row) => row.name)]);
      const name = nameFor(input.title, taken);
      await insertRole(ctx.db, { ...fields, workspaceId, name, basedOn: input.basedOn, now });
      await ctx.record({ type: "role.created", subject: { id: name, label: input.title }, data: { permissions: input.permissions, basedOn: input.basedOn } });
      const row = await findRoleRow(ctx.db, workspaceId, name);
      if (row === undefined) throw problem("role.not_found", { role: name });
      return presentOwnRole(ctx.principal, row);
    }),
  );
}
