import type { Schedule } from "@granary/jobs";

/** The chores of an installation. They run at odd minutes, since every other program's run at even ones. */
export const CHORES: readonly Schedule[] = [
  { id: "maintenance.expired", name: "maintenance.expired", payload: {}, cron: "17 * * * *", timeZone: "UTC", missed: "skip" },
  { id: "maintenance.jobs", name: "maintenance.jobs", payload: {}, cron: "41 3 * * *", timeZone: "UTC", missed: "once" },
  { id: "maintenance.files", name: "maintenance.files", payload: {}, cron: "29 4 * * *", timeZone: "UTC", missed: "once" },
  { id: "maintenance.downloads", name: "maintenance.downloads", payload: {}, cron: "7 4 * * *", timeZone: "UTC", missed: "once" },
  { id: "maintenance.sql", name: "maintenance.sql", payload: {}, cron: "23 * * * *", timeZone: "UTC", missed: "skip" },
  { id: "maintenance.tables", name: "maintenance.tables", payload: {}, cron: "37 2 * * *", timeZone: "UTC", missed: "once" },
  { id: "maintenance.catalog", name: "maintenance.catalog", payload: {}, cron: "11 3 * * *", timeZone: "UTC", missed: "once" },
  { id: "maintenance.runs", name: "maintenance.runs", payload: {}, cron: "*/10 * * * *", timeZone: "UTC", missed: "skip" },
  { id: "maintenance.notifications", name: "maintenance.notifications", payload: {}, cron: "53 3 * * *", timeZone: "UTC", missed: "once" },
];
