export { mayMailStranger, type NewMail, queueMail } from "./commands/queue-mail.ts";
export { mailJobs } from "./jobs.ts";
export { getMail } from "./queries/get-mail.ts";
export { listMails } from "./queries/list-mails.ts";
export type { MailKind, MailParams } from "./templates/index.ts";
