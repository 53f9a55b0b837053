import { type AccessRequest, decodeCursor, toPage } from "@granary/protocol";
import { sql } from "kysely";
import { mayDo } from "../../access/index.ts";
import { type Ctx, requireUser } from "../../context/index.ts";
import { listable } from "../../datasets/index.ts";
import { presentRequest } from "../present.ts";
import { listRequestRows } from "../store.ts";

interface Query {
  readonly role: "decide" | "mine";
  readonly state?: AccessRequest["state"] | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Requests for access to the caller's datasets, or the caller's own, newest first. */
export async function listRequests(ctx: Ctx, query: Query): Promise<{ items: AccessRequest[]; next: string | null }> {
  const me = requireUser(ctx.principal);
  const isMine = query.role === "mine";
  const after = decodeCursor(query.cursor, 1)?.[0];
  const rows = await listRequestRows(ctx.db, {
    where: isMine ? sql<boolean>`r.asked_by = ${me}` : await listable(ctx, true),
    state: query.state,
    after: after === undefined ? undefined : String(after),
    limit: query.limit,
  });
  const can = { decide: !isMine && mayDo(ctx.principal, "dataset:share"), withdraw: isMine };
  return toPage(
    rows,
    query.limit,
    (row) => presentRequest(row, can),
    (row) => [row.id],
  );
}
