import { decodeCursor, type Notification, toPage } from "@granary/protocol";
import { type Ctx, requireUser } from "../../context/index.ts";
import { presentNotification } from "../present.ts";
import { countUnread, listNotificationRows } from "../store.ts";

interface Query {
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly unread?: boolean | undefined;
}

/** The caller's notifications in this workspace, newest first, and how many they have not read. */
export async function listNotifications(ctx: Ctx, query: Query): Promise<{ items: Notification[]; next: string | null; unread: number }> {
  const userId = requireUser(ctx.principal);
  const after = decodeCursor(query.cursor, 1)?.[0];
  const rows = await listNotificationRows(ctx.db, userId, {
    limit: query.limit,
    after: after === undefined ? undefined : String(after),
    unread: query.unread === true,
  });
  const page = toPage(rows, query.limit, presentNotification, (row) => [row.id]);
  return { ...page, unread: await countUnread(ctx.db, userId) };
}
