import type { Reader, Writer } from "@granary/db";
import { newId } from "@granary/kernel";
import type { Mail } from "@granary/protocol";
import { sql } from "kysely";
import type { DrawnMail } from "./templates/index.ts";

const columns = ["id", "to_address", "subject", "kind", "status", "attempts", "last_error", "created_at", "sent_at"] as const;

export type MailSummaryRow = Awaited<ReturnType<typeof listMailRows>>[number];
export type MailRow = Awaited<ReturnType<typeof findMailRow>> & {};

export async function insertMail(
  db: Writer,
  row: { readonly id: string; readonly workspaceId: string | null; readonly to: string; readonly kind: string; readonly mail: DrawnMail; readonly now: Date },
): Promise<void> {
  const { mail } = row;
  await db
    .insertInto("mails")
    .values({
      id: row.id,
      workspace_id: row.workspaceId,
      to_address: row.to,
      subject: mail.subject,
      body_text: mail.text,
      body_html: mail.html,
      kind: row.kind,
      created_at: row.now,
    })
    .execute();
}

/** Mails of the installation, newest first. */
export function listMailRows(
  db: Reader,
  options: { readonly limit: number; readonly before: string | undefined; readonly status: Mail["status"] | undefined },
) {
  return db
    .selectFrom("mails")
    .select(columns)
    .$if(options.before !== undefined, (q) => q.where("id", "<", options.before ?? ""))
    .$if(options.status !== undefined, (q) => q.where("status", "=", options.status ?? "kept"))
    .orderBy("id", "desc")
    .limit(options.limit + 1)
    .execute();
}

/** How many mails of a kind an address got since an instant. Ids begin with their time, so this reads the newest rows alone. */
export async function countMails(db: Writer, to: string, kind: string, since: Date): Promise<number> {
  const row = await db
    .selectFrom("mails")
    .select(sql<number>`count(*)::int`.as("n"))
    .where("id", ">=", newId("mail", since.getTime()))
    .where("to_address", "=", to)
    .where("kind", "=", kind)
    .executeTakeFirst();
  return row?.n ?? 0;
}

export function findMailRow(db: Reader | Writer, id: string) {
  return db
    .selectFrom("mails")
    .select([...columns, "workspace_id", "body_text", "body_html"])
    .where("id", "=", id)
    .executeTakeFirst();
}

/** Marks a waiting mail as readable in the local outbox. */
export async function markKept(db: Writer, id: string): Promise<void> {
  await db.updateTable("mails").set({ status: "kept" }).where("id", "=", id).where("status", "=", "waiting").execute();
}

/** Marks a mail as sent and forgets its text: the links in it are its reader's secrets. */
export async function markSent(db: Writer, id: string, now: Date): Promise<void> {
  await db
    .updateTable("mails")
    .set({ status: "sent", sent_at: now, body_text: "", body_html: "", last_error: null, attempts: sql`attempts + 1` })
    .where("id", "=", id)
    .execute();
}

export async function markFailed(db: Writer, id: string, failure: { readonly error: string; readonly final: boolean }): Promise<void> {
  await db
    .updateTable("mails")
    .set({ status: failure.final ? "failed" : "waiting", last_error: failure.error, attempts: sql`attempts + 1` })
    .where("id", "=", id)
    .execute();
}
