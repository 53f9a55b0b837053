import { z } from "zod";
import { route } from "../route.ts";
import { id, instant, page, pageQuery } from "../schemas.ts";

export const MAIL_STATUSES = ["waiting", "sent", "kept", "failed"] as const;

export const mailSummary = z
  .object({
    id: id("mail"),
    to: z.string(),
    subject: z.string(),
    kind: z.string(),
    /** `kept`: no mail server is set, so the mail stays readable here. */
    status: z.enum(MAIL_STATUSES),
    attempts: z.number().int(),
    lastError: z.string().nullable(),
    createdAt: instant,
    sentAt: instant.nullable(),
  })
  .meta({ id: "MailSummary" });

/** Text and HTML of `kept` mails alone: the links in all others are secrets of their readers. */
export const mail = mailSummary.extend({ text: z.string().nullable(), html: z.string().nullable() }).meta({ id: "Mail" });

export type MailSummary = z.infer<typeof mailSummary>;
export type Mail = z.infer<typeof mail>;

/** Mails of the installation; without a mail server this is where they can be read. */
export const outboxRoutes = {
  "outbox.list": route({
    method: "GET",
    path: "/admin/outbox",
    tag: "Outbox",
    summary: "List mails, newest first",
    access: "instance:outbox",
    query: pageQuery.extend({ status: z.enum(MAIL_STATUSES).optional() }),
    responses: { 200: page(mailSummary) },
  }),
  "outbox.get": route({
    method: "GET",
    path: "/admin/outbox/{id}",
    tag: "Outbox",
    summary: "Read a mail",
    access: "instance:outbox",
    params: z.strictObject({ id: id("mail") }),
    responses: { 200: mail },
    errors: ["mail.not_found"],
  }),
} as const;
