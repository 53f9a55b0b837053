export type { JobName, JobPayload } from "@granary/protocol";
export { type EnqueueOptions, enqueueJob, type NewJob } from "./enqueue-job.ts";
