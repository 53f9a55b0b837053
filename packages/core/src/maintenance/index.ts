export { maintenanceJobs } from "./jobs.ts";
export { removeExpired } from "./remove-expired.ts";
export { removeInBatches } from "./remove-in-batches.ts";
export { CHORES } from "./schedules.ts";
