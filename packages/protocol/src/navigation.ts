import { z } from "zod";
import { PERMISSION_NAMES, type Permission } from "./access/permissions.ts";

interface NavigationSpec {
  readonly title: string;
  /** Below the workspace's address (`/w/<slug>`), empty for its home. */
  readonly path: string;
  /** A lucide icon by its kebab-case name. */
  readonly icon: string;
  readonly section: "work" | "administration";
  /** What a person needs to be shown the place; null: being signed in. */
  readonly permission: Permission | null;
  /** Words the palette finds it by, besides its title. */
  readonly keywords: readonly string[];
}

/** Every place of the application by its id: the sidebar, the palette and `/roles/navigation/items` derive from this table. */
export const NAVIGATION = {
  home: { title: "Home", path: "", icon: "house", section: "work", permission: null, keywords: ["start", "overview"] },
  datasets: {
    title: "Datasets",
    path: "/datasets",
    icon: "table-2",
    section: "work",
    permission: "dataset:read",
    keywords: ["data", "import", "upload", "tables"],
  },
  changes: {
    title: "Changes",
    path: "/changes",
    icon: "git-pull-request-arrow",
    section: "work",
    permission: "change:read",
    keywords: ["change requests", "review", "approve", "proposals", "merge"],
  },
  pipelines: {
    title: "Pipelines",
    path: "/pipelines",
    icon: "workflow",
    section: "work",
    permission: "pipeline:read",
    keywords: ["transform", "schedule", "etl", "builder", "functions"],
  },
  runs: {
    title: "Runs",
    path: "/runs",
    icon: "list-checks",
    section: "work",
    permission: "pipeline:read",
    keywords: ["history", "failed", "logs", "pipelines"],
  },
  connections: {
    title: "Connections",
    path: "/connections",
    icon: "plug",
    section: "work",
    permission: "connection:read",
    keywords: ["connectors", "sources", "destinations", "database", "s3", "api"],
  },
  sql: { title: "SQL", path: "/sql", icon: "square-terminal", section: "work", permission: "sql:run", keywords: ["query", "select", "console", "editor"] },
  "personal-data": {
    title: "Personal data",
    path: "/personal-data",
    icon: "fingerprint-pattern",
    section: "work",
    permission: "privacy:read",
    keywords: ["privacy", "pii", "classification", "quarantine", "gdpr"],
  },
  people: {
    title: "People",
    path: "/people",
    icon: "users",
    section: "administration",
    permission: "user:read",
    keywords: ["users", "members", "invite", "accounts"],
  },
  groups: { title: "Groups", path: "/groups", icon: "users-round", section: "administration", permission: "user:read", keywords: ["teams"] },
  policies: {
    title: "Policies",
    path: "/policies",
    icon: "file-lock",
    section: "administration",
    permission: "privacy:read",
    keywords: ["masks", "row filters", "privacy", "access rules"],
  },
  roles: {
    title: "Roles",
    path: "/roles",
    icon: "shield-check",
    section: "administration",
    permission: "role:read",
    keywords: ["permissions", "matrix", "access"],
  },
  "api-keys": {
    title: "API keys",
    path: "/api-keys",
    icon: "key-round",
    section: "administration",
    permission: "api_key:create",
    keywords: ["tokens", "scripts"],
  },
  activity: {
    title: "Activity",
    path: "/activity",
    icon: "history",
    section: "administration",
    permission: "activity:read",
    keywords: ["audit", "log", "events", "who did"],
  },
  "access-log": {
    title: "Access log",
    path: "/access-log",
    icon: "eye",
    section: "administration",
    permission: "activity:read",
    keywords: ["audit", "who has seen", "reads", "denied", "privacy"],
  },
  jobs: { title: "Jobs", path: "/jobs", icon: "list-checks", section: "administration", permission: "job:read", keywords: ["background", "queue", "progress"] },
  settings: {
    title: "Settings",
    path: "/settings",
    icon: "settings",
    section: "administration",
    permission: "settings:read",
    keywords: ["workspace", "security", "sign-up", "mail"],
  },
  outbox: { title: "Outbox", path: "/outbox", icon: "mails", section: "administration", permission: "instance:outbox", keywords: ["mail", "messages"] },
} as const satisfies Record<string, NavigationSpec>;

export type NavigationId = keyof typeof NAVIGATION;

export const NAVIGATION_IDS = Object.keys(NAVIGATION) as [NavigationId, ...NavigationId[]];

/** What buttons and menus ask by name instead of by permission: a feature is offered to whoever holds all it needs. */
export const FEATURES = {
  importData: ["dataset:create"],
  downloadData: ["dataset:read", "dataset:download"],
  runSql: ["sql:run"],
  invitePeople: ["user:read", "user:create"],
  managePeople: ["user:read", "user:update"],
  assignRoles: ["user:read", "role:assign"],
  manageGroups: ["user:read", "group:manage"],
  manageRoles: ["role:read", "role:manage"],
  createApiKeys: ["api_key:create"],
  manageApiKeys: ["api_key:manage"],
  exportActivity: ["activity:read", "activity:export"],
  manageJobs: ["job:read", "job:manage"],
  changeSettings: ["settings:read", "settings:update"],
  administerInstance: ["instance:settings"],
  createWorkspaces: ["workspace:create"],
} as const satisfies Record<string, readonly Permission[]>;

export type Feature = keyof typeof FEATURES;

export const FEATURE_NAMES = Object.keys(FEATURES) as [Feature, ...Feature[]];

/** One place of the application as the API answers it. */
export const navigationItem = z
  .object({
    id: z.enum(NAVIGATION_IDS),
    title: z.string(),
    path: z.string().describe("Below the workspace's address `/w/<slug>`"),
    icon: z.string().describe("Name of a lucide icon"),
    section: z.enum(["work", "administration"]),
    permission: z.enum(PERMISSION_NAMES as readonly [Permission, ...Permission[]]).nullable(),
    keywords: z.array(z.string()),
  })
  .meta({ id: "NavigationItem" });

export type NavigationItem = z.infer<typeof navigationItem>;

/** The places a holder of these permissions is shown, in the order of the sidebar. */
export function navigationFor(permissions: ReadonlySet<Permission>): NavigationItem[] {
  return NAVIGATION_IDS.filter((id) => {
    const { permission } = NAVIGATION[id];
    return permission === null || permissions.has(permission);
  }).map((id) => ({ id, ...NAVIGATION[id], keywords: [...NAVIGATION[id].keywords] }));
}

/** Which features a holder of these permissions is offered. */
export function featuresFor(permissions: ReadonlySet<Permission>): Record<Feature, boolean> {
  const entries = FEATURE_NAMES.map((name) => [name, FEATURES[name].every((permission) => permissions.has(permission))] as const);
  return Object.fromEntries(entries) as Record<Feature, boolean>;
}
