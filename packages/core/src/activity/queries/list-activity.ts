import { isId } from "@granary/kernel";
import { type ActivityEntry, decodeCursor, encodeCursor, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { findPerson } from "../../people/index.ts";
import { presentEntry } from "../present.ts";
import { countEntries, findKeyIds, listEntries } from "../store.ts";
import { type ActivityQuery, entriesAsked } from "../where.ts";
import { withoutHidden } from "../without-hidden.ts";

export interface ActivityPageQuery extends ActivityQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly count: boolean;
}

export interface ActivityPage {
  readonly items: ActivityEntry[];
  readonly next: string | null;
  readonly total: { readonly count: number; readonly capped: boolean } | null;
}

/** What happened, newest first. */
export function listActivity(ctx: Ctx, query: ActivityPageQuery): Promise<ActivityPage> {
  return pageOf(ctx, entriesAsked(ctx, query), query);
}

/** What a person did, also through API keys, newest first; people who left included. */
export async function listActivityOf(ctx: Ctx, idOrEmail: string, query: ActivityPageQuery): Promise<ActivityPage> {
  const person = await findPerson(ctx, idOrEmail);
  const userId = person?.id ?? (isId("user", idOrEmail) ? idOrEmail : undefined);
  if (userId === undefined) throw problem("user.not_found");
  const { db, filter } = entriesAsked(ctx, query);
  const page = await pageOf(ctx, { db, filter: { ...filter, actors: [userId, ...(await findKeyIds(ctx.db, userId))] } }, query);
  if (person === undefined && page.items.length === 0 && query.cursor === undefined) throw problem("user.not_found");
  return page;
}

async function pageOf(ctx: Ctx, { db, filter }: ReturnType<typeof entriesAsked>, query: ActivityPageQuery): Promise<ActivityPage> {
  const cursor = decodeCursor(query.cursor, 1) as [string] | undefined;
  const { rows, stoppedAt } = await listEntries(db, filter, { before: cursor?.[0], limit: query.limit + 1 });
  const items = (await withoutHidden(ctx, rows.slice(0, query.limit))).map(presentEntry);
  const last = rows.length > query.limit ? items.at(-1)?.id : stoppedAt;
  return { items, next: last === undefined ? null : encodeCursor([last]), total: query.count ? await countEntries(db, filter) : null };
}
