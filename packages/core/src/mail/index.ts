export { deliverMail } from "./commands/deliver-mail.ts";
export { type NewMail, queueMail } from "./commands/queue-mail.ts";
export { getMail } from "./queries/get-mail.ts";
export { listMails } from "./queries/list-mails.ts";
export type { MailKind, MailParams } from "./templates/index.ts";
