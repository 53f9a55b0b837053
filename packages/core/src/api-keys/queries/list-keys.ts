import { type ApiKey, decodeCursor, toPage } from "@granary/protocol";
import { authorize } from "../../access/index.ts";
import { type Ctx, requireUser } from "../../context/index.ts";
import { presentKey } from "../present.ts";
import { type KeyStatus, listKeyRows } from "../store.ts";

export interface KeyQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly owner: "me" | "all";
  readonly status?: KeyStatus | undefined;
}

/** The caller's keys in the workspace, or everybody's for whoever manages them; newest first. */
export async function listKeys(ctx: Ctx, query: KeyQuery): Promise<{ items: ApiKey[]; next: string | null }> {
  if (query.owner === "all") authorize(ctx.principal, "api_key:manage");
  const cursor = decodeCursor(query.cursor, 1) as [string] | undefined;
  const now = ctx.services.clock.now();
  const userId = query.owner === "me" ? requireUser(ctx.principal) : undefined;
  const rows = await listKeyRows(ctx.db, { userId, status: query.status, before: cursor?.[0], limit: query.limit, now });
  return toPage(
    rows,
    query.limit,
    (row) => presentKey(ctx.principal, row, now),
    (row) => [row.id],
  );
}
