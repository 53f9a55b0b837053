export { advanceBackfill } from "./advance-backfill.ts";
export { actOnBackfill, getBackfill, listBackfills, listPartitions, startBackfill } from "./backfills.ts";
