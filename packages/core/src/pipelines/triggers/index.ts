export { callHook } from "./call-hook.ts";
export { fireSchedules, repairSchedules } from "./fire-schedules.ts";
export { followEvents } from "./follow-events.ts";
