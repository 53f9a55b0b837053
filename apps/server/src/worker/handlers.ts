import { changeJobs } from "@granary/core/changes";
import type { Ctx } from "@granary/core/context";
import { runJobs } from "@granary/core/runs";
import { sqlJobs } from "@granary/core/sql-console";
import { datasetJobs } from "@granary/core/datasets";
import { jobJobs } from "@granary/core/jobs";
import { mailJobs } from "@granary/core/mail";
import { maintenanceJobs } from "@granary/core/maintenance";
import { notificationJobs } from "@granary/core/notifications";
import { personalDataJobs } from "@granary/core/personal-data";
import { defineJobHandlers, type JobHandlerGroup, type JobHandlers } from "@granary/jobs";

/** The jobs of every feature. A feature with jobs is one line here. */
const GROUPS: readonly JobHandlerGroup<Ctx>[] = [
  datasetJobs,
  mailJobs,
  jobJobs,
  notificationJobs,
  maintenanceJobs,
  sqlJobs,
  personalDataJobs,
  changeJobs,
  runJobs,
];

/** Every job's handler; throws `job.handler_mismatch` while a job has none or a handler no job. */
export function jobHandlers(): JobHandlers<Ctx> {
  return defineJobHandlers(GROUPS);
}
