export { describeTrigger } from "./describe.ts";
export { type DueRun, dueRuns, lookAt } from "./due.ts";
export { parseCronLine } from "./parse-cron.ts";
export { previewTimes } from "./preview.ts";
export { momentsOf, wallOf } from "./zone.ts";
