import type { Reader } from "@granary/db";
import type { ActivityFilters } from "@granary/protocol";
import { authorize } from "../access/index.ts";
import type { Ctx } from "../context/index.ts";
import { typesAsked } from "./rules.ts";
import type { EntryFilter } from "./store.ts";

export type ActivityQuery = Omit<ActivityFilters, "actor"> & { readonly actor?: string | undefined };

/** The handle and conditions a query stands for: the workspace's entries, or the instance's for whoever administers it. */
export function entriesAsked(ctx: Ctx, query: ActivityQuery): { readonly db: Reader; readonly filter: EntryFilter } {
  const ofInstance = query.of === "instance";
  if (ofInstance) authorize(ctx.principal, "instance:settings");
  return {
    db: ofInstance ? ctx.system.db : ctx.db,
    filter: {
      workspaceId: ofInstance ? null : ctx.workspaceId,
      types: typesAsked(query),
      actors: query.actor === undefined ? undefined : [query.actor],
      subject: query.subject,
      result: query.result,
      ip: query.ip,
      text: query.text,
      from: query.from === undefined ? undefined : new Date(query.from),
      to: query.to === undefined ? undefined : new Date(query.to),
    },
  };
}
