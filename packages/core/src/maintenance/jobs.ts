import type { JobHandlerGroup } from "@granary/jobs";
import type { Ctx } from "../context/index.ts";
import { removeExpired } from "./remove-expired.ts";

export const maintenanceJobs = { "maintenance.expired": (ctx) => removeExpired(ctx) } satisfies JobHandlerGroup<Ctx>;
