import type { Id } from "@granary/kernel";
import type { Mail, MailSummary } from "@granary/protocol";
import type { MailRow, MailSummaryRow } from "./store.ts";

export function presentMailSummary(row: MailSummaryRow): MailSummary {
  return {
    id: row.id as Id<"mail">,
    to: row.to_address,
    subject: row.subject,
    kind: row.kind,
    status: row.status as MailSummary["status"],
    attempts: row.attempts,
    lastError: row.last_error,
    createdAt: row.created_at.toISOString(),
    sentAt: row.sent_at?.toISOString() ?? null,
  };
}

/** A mail with its text where the local outbox is its reader's only way to it, else without: its links are the reader's secrets. */
export function presentMail(row: MailRow): Mail {
  const isReadable = row.status === "kept";
  return { ...presentMailSummary(row), text: isReadable ? row.body_text : null, html: isReadable ? row.body_html : null };
}
