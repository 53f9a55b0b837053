export { markNotificationsRead } from "./commands/mark-notifications-read.ts";
export { holdersOf, type NewNotification, notify } from "./commands/notify.ts";
export { notificationJobs } from "./jobs.ts";
export { listNotifications } from "./queries/list-notifications.ts";
