import { type Permission, WORKSPACE_PERMISSIONS } from "./permissions.ts";

interface RoleSpec {
  readonly title: string;
  readonly text: string;
  readonly permissions: readonly Permission[];
}

const READ: readonly Permission[] = [
  "dataset:read",
  "change:read",
  "pipeline:read",
  "check:read",
  "lineage:read",
  "model:read",
  "feature:read",
  "dashboard:read",
];
const BUILD: readonly Permission[] = [
  "dataset:create",
  "dataset:update",
  "dataset:download",
  "dataset:share",
  "schema:update",
  "sql:run",
  "change:create",
  "pipeline:create",
  "pipeline:update",
  "pipeline:run",
  "connection:read",
  "profile:run",
  "api_key:create",
];

/** The built-in roles and what each may do. A person's permissions in a workspace are the union over their roles. */
export const BUILT_IN_ROLES = {
  admin: { title: "Administrator", text: "Runs the workspace: people, roles, settings and everything in it.", permissions: WORKSPACE_PERMISSIONS },
  developer: {
    title: "Developer",
    text: "Everything an administrator may do outside production; limited to building in production.",
    permissions: WORKSPACE_PERMISSIONS,
  },
  data_engineer: {
    title: "Data engineer",
    text: "Builds and runs pipelines, connections and datasets.",
    permissions: [
      ...READ,
      ...BUILD,
      "change:review",
      "change:merge",
      "dataset:delete",
      "batch:delete",
      "pipeline:delete",
      "pipeline:schedule",
      "connection:create",
      "connection:update",
      "connection:delete",
      "check:manage",
      "model:register",
      "feature:manage",
      "alert:manage",
      "job:read",
      "user:read",
    ],
  },
  data_analyst: {
    title: "Data analyst",
    text: "Queries, downloads and builds dashboards; proposes changes.",
    permissions: [...READ, "dataset:create", "dataset:download", "sql:run", "change:create", "profile:run", "dashboard:manage", "api_key:create", "user:read"],
  },
  steward: {
    title: "Steward",
    text: "Answers for privacy and quality: policies, checks, reviews.",
    permissions: [
      ...READ,
      "dataset:update",
      "dataset:download",
      "dataset:share",
      "schema:update",
      "sql:run",
      "change:create",
      "change:review",
      "change:merge",
      "check:manage",
      "profile:run",
      "privacy:read",
      "privacy:manage",
      "policy:manage",
      "pii:view",
      "activity:read",
      "user:read",
      "role:read",
    ],
  },
  designer: {
    title: "Designer",
    text: "Designs pipelines and dashboards without running them on schedule.",
    permissions: [...READ, "pipeline:create", "pipeline:update", "connection:read", "dashboard:manage", "sql:run", "profile:run", "api_key:create"],
  },
  executor: {
    title: "Executor",
    text: "Runs and watches pipelines others designed.",
    permissions: [...READ, "pipeline:run", "connection:read", "job:read", "dataset:download"],
  },
  contributor: {
    title: "Contributor",
    text: "Adds data, shares what they own, asks it by SQL and proposes changes.",
    permissions: [
      ...READ,
      "dataset:create",
      "dataset:update",
      "dataset:download",
      "dataset:share",
      "sql:run",
      "change:create",
      "change:review",
      "change:merge",
      "api_key:create",
    ],
  },
  executive: {
    title: "Executive",
    text: "Reads dashboards, reports and datasets shared with them.",
    permissions: ["dataset:read", "dashboard:read", "lineage:read", "check:read"],
  },
  viewer: { title: "Viewer", text: "Reads what is shared with them.", permissions: READ },
} as const satisfies Record<string, RoleSpec>;

export type BuiltInRole = keyof typeof BUILT_IN_ROLES;

export const BUILT_IN_ROLE_NAMES = Object.keys(BUILT_IN_ROLES) as [BuiltInRole, ...BuiltInRole[]];
