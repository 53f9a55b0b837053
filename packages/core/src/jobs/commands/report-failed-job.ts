import type { Writer } from "@granary/db";
import type { JobRow } from "@granary/jobs";
import { jobTitle } from "@granary/protocol";
import { recordEvent, type Services, systemPrincipal } from "../../context/index.ts";
import { notify } from "../../notifications/index.ts";

/** Records that a job failed for good and tells the person who started it, in the transaction in which it fails. */
export async function reportFailedJob(services: Services, db: Writer, job: JobRow): Promise<void> {
  const title = jobTitle(job.name);
  const now = services.clock.now();
  const origin = { principal: systemPrincipal(job.workspaceId), request: { id: job.correlationId, ip: null, userAgent: null }, now };
  const data = { name: job.name, attempts: job.attempts, code: job.error?.code ?? "internal" };
  await recordEvent(db, origin, { type: "job.failed", subject: { id: job.id, label: title }, result: "failure", data });
  if (job.startedBy === null || job.workspaceId === null) return;
  await notify(
    { db, now, workspaceId: job.workspaceId },
    { to: { userIds: [job.startedBy] }, kind: "job.failed", title: `Failed: ${title}`, body: job.error?.message ?? "", link: `/jobs/${job.id}` },
  );
}
