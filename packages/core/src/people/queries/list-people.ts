import { decodeCursor, problem, toPage, type User } from "@granary/protocol";
import { mayDo } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import { presentPerson } from "../present.ts";
import { findPersonRow, findSecurityFacts, findUserId, listPersonRows, type PersonFilter, type PersonRow, type SecurityFacts } from "../store.ts";

export interface PeopleQuery extends PersonFilter {
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly sort: "name" | "-name";
}

async function factsFor(ctx: Ctx, rows: readonly PersonRow[]): Promise<ReadonlyMap<string, SecurityFacts>> {
  if (!mayDo(ctx.principal, "user:update")) return new Map();
  const ids = rows.map((row) => row.id);
  return findSecurityFacts(ctx.system.db, ids, ctx.services.clock.now());
}

/** The people of the workspace by name. */
export async function listPeople(ctx: Ctx, query: PeopleQuery): Promise<{ items: User[]; next: string | null }> {
  const after = decodeCursor(query.cursor, 2) as [string, string] | undefined;
  const rows = await listPersonRows(ctx.db, ctx.workspaceId, query, { limit: query.limit, after, descending: query.sort === "-name" });
  const facts = await factsFor(ctx, rows);
  return toPage(
    rows,
    query.limit,
    (row) => presentPerson(ctx.principal, row, facts.get(row.id)),
    (row) => [row.sort_name, row.id],
  );
}

/** A person of the workspace as stored; people of others are undefined, like those who do not exist. */
export async function findPerson(ctx: Ctx, idOrEmail: string): Promise<PersonRow | undefined> {
  const id = idOrEmail.includes("@") ? await findUserId(ctx.system.db, idOrEmail) : idOrEmail;
  return id === undefined ? undefined : findPersonRow(ctx.db, ctx.workspaceId, id);
}

/** One person of the workspace. Throws `user.not_found`. */
export async function getPerson(ctx: Ctx, idOrEmail: string): Promise<User> {
  const row = await findPerson(ctx, idOrEmail);
  if (row === undefined) throw problem("user.not_found");
  const facts = await factsFor(ctx, [row]);
  return presentPerson(ctx.principal, row, facts.get(row.id));
}
