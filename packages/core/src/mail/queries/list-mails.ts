import { decodeCursor, type Mail, type MailSummary, toPage } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentMailSummary } from "../present.ts";
import { listMailRows } from "../store.ts";

/** Mails of the installation, newest first, for instance administrators. */
export async function listMails(
  ctx: Ctx,
  query: { readonly cursor?: string | undefined; readonly limit: number; readonly status?: Mail["status"] | undefined },
): Promise<{ items: MailSummary[]; next: string | null }> {
  const after = decodeCursor(query.cursor, 1) as [string] | undefined;
  const rows = await listMailRows(ctx.system.db, { limit: query.limit, before: after?.[0], status: query.status });
  return toPage(rows, query.limit, presentMailSummary, (row) => [row.id]);
}
