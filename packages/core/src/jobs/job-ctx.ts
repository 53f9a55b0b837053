import type { RunningJob } from "@granary/jobs";
import { createCtx, type Ctx, type Services, systemPrincipal } from "../context/index.ts";

/**
 * The context of a running job: the platform itself in the job's workspace. Every transaction asserts the job's lease last,
 * so that no handler can forget it and a worker that lost the job commits nothing.
 */
export function createJobCtx(services: Services, job: RunningJob): Ctx {
  return createCtx({
    services,
    principal: systemPrincipal(job.workspaceId),
    request: { id: job.correlationId, ip: null, userAgent: null },
    log: services.log.child({ job: job.name }),
    signal: job.signal,
    beforeCommit: (db) => job.assertLease(db),
  });
}
