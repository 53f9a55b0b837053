import type { JobHandlerGroup } from "@granary/jobs";
import type { Ctx } from "../context/index.ts";
import { removeInBatches } from "../maintenance/index.ts";
import { removeOldNotifications } from "./store.ts";

export const notificationJobs = {
  "maintenance.notifications": async (ctx, { keepDays }) => ({
    removed: await removeInBatches(ctx, (tx, limit) => removeOldNotifications(tx.db, { keepDays, limit, now: tx.now })),
  }),
} satisfies JobHandlerGroup<Ctx>;
