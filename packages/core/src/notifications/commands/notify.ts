import type { Permission } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { listRolesWith } from "../../roles/index.ts";
import { clipBody, clipTitle, rolesWith } from "../rules.ts";
import { holdersOfRoles, insertNotifications } from "../store.ts";

export interface NewNotification {
  /** The people to tell, or the permission whose holders in the workspace are told. Inactive people are left out. */
  readonly to: { readonly userIds: readonly string[] } | { readonly permission: Permission };
  /** `noun.verbed`, like the event it tells of. */
  readonly kind: string;
  readonly title: string;
  readonly body?: string;
  /** A path of the web application, starting with `/`. */
  readonly link?: string;
}

/** People of the workspace who hold a permission for certain, in any order. */
export async function holdersOf({ db, workspaceId }: Pick<Ctx | TxCtx, "db" | "workspaceId">, permission: Permission): Promise<string[]> {
  // Whether developers have their full power changes by the hour: told too few is safer than told too many.
  return holdersOfRoles(db, workspaceId, [...rolesWith(permission, false), ...(await listRolesWith(db, workspaceId, permission))]);
}

/** Writes notifications in the caller's transaction; open windows show them when it commits. Answers how many people were told. */
export async function notify(ctx: Pick<TxCtx, "db" | "now" | "workspaceId">, input: NewNotification): Promise<number> {
  const { workspaceId } = ctx;
  const userIds = "userIds" in input.to ? [...new Set(input.to.userIds)] : await holdersOf(ctx, input.to.permission);
  if (userIds.length === 0) return 0;
  const text = { kind: input.kind, title: clipTitle(input.title), body: clipBody(input.body ?? ""), link: input.link ?? null };
  return insertNotifications(ctx.db, { workspaceId, userIds, now: ctx.now }, text);
}
