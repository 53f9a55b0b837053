import type { JobHandlerGroup } from "@granary/jobs";
import { jobSpec } from "@granary/protocol";
import type { Ctx } from "../context/index.ts";
import { deliverMail } from "./commands/deliver-mail.ts";

/** Sends what {@link queueMail} queued. */
export const mailJobs = {
  "mail.send": async (ctx, { mailId }, job) => ({ delivery: await deliverMail(ctx, mailId, { lastAttempt: job.attempt >= jobSpec("mail.send").maxAttempts }) }),
} satisfies JobHandlerGroup<Ctx>;
