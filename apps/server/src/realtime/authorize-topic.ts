import { authorize } from "@granary/core/access";
import { type Ctx, requireUser, requireWorkspace } from "@granary/core/context";
import { getDataset } from "@granary/core/datasets";
import { requireFollowableJob } from "@granary/core/jobs";
import { requireRun } from "@granary/core/runs";
import type { ParsedTopic } from "@granary/protocol";

/** The one function that decides who may follow what; throws what the same request over HTTP would answer. */
export async function authorizeTopic(ctx: Ctx, topic: ParsedTopic): Promise<void> {
  requireWorkspace(ctx.principal);
  switch (topic.kind) {
    case "workspace":
      return;
    case "activity":
      return authorize(ctx.principal, "activity:read");
    case "jobs":
      return authorize(ctx.principal, "job:read");
    case "notifications":
      requireUser(ctx.principal);
      return;
    case "job":
      return requireFollowableJob(ctx, topic.id);
    case "run":
      authorize(ctx.principal, "pipeline:read");
      return requireRun(ctx, topic.id);
    case "dataset":
      await getDataset(ctx, topic.id);
  }
}
