import type { AppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { MailRow } from "./store.ts";

const TIMEOUT_MS = 15_000;

export interface SmtpSettings {
  /** `smtp://user:password@host:port`, or `smtps://` for TLS from the first byte. */
  readonly smtpUrl: string;
  readonly from: string;
  readonly publicUrl: string;
}

/** Sends one mail. Throws `mail.refused` when the server says never (a 5xx answer), `mail.unreachable` otherwise. */
export async function sendBySmtp(settings: SmtpSettings, row: MailRow): Promise<void> {
  const { createTransport } = await import("nodemailer");
  const transport = createTransport({ url: settings.smtpUrl, connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS });
  try {
    await transport.sendMail({
      from: settings.from,
      to: { name: "", address: row.to_address },
      subject: row.subject,
      text: row.body_text,
      html: row.body_html,
      // The same id at every attempt lets receivers drop a repetition.
      messageId: `<${row.id}@${new URL(settings.publicUrl).hostname}>`,
      headers: { "Auto-Submitted": "auto-generated" },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  } catch (error) {
    throw toProblem(error);
  } finally {
    transport.close();
  }
}

function toProblem(error: unknown): AppError {
  const { responseCode, code } = error as { responseCode?: number; code?: string };
  if (responseCode !== undefined && responseCode >= 500) return problem("mail.refused", { reason: `it answered ${responseCode}` }, { cause: error });
  const reason = responseCode === undefined ? (code ?? "no answer") : `it answered ${responseCode}`;
  return problem("mail.unreachable", { reason }, { cause: error });
}
