export { chartSpan, csvCell } from "./rules.ts";
export { getHeatmap, getTimeline } from "./queries/chart-activity.ts";
export { exportActivity } from "./queries/export-activity.ts";
export { listActivity, listActivityOf } from "./queries/list-activity.ts";
