interface PermissionSpec {
  /** `workspace`: held through a role in a workspace. `instance`: held by instance administrators alone. */
  readonly scope: "workspace" | "instance";
  readonly area: string;
  readonly text: string;
}

const inWorkspace = (area: string, text: string): PermissionSpec => ({ scope: "workspace", area, text });
const onInstance = (area: string, text: string): PermissionSpec => ({ scope: "instance", area, text });

/** Every permission name of the platform, as `noun:verb`. Documented in docs/reference/permissions.md; generated from here. */
export const PERMISSIONS = {
  "dataset:read": inWorkspace("Datasets", "See datasets shared with them, their rows and history"),
  "dataset:create": inWorkspace("Datasets", "Create datasets and import files"),
  "dataset:update": inWorkspace("Datasets", "Edit metadata and load batches"),
  "dataset:delete": inWorkspace("Datasets", "Move datasets to the trash and restore them"),
  "dataset:download": inWorkspace("Datasets", "Download rows as files"),
  "dataset:share": inWorkspace("Datasets", "Grant and revoke access to datasets"),
  "dataset:manage": inWorkspace("Datasets", "Act as owner of every dataset in the workspace"),
  "schema:update": inWorkspace("Datasets", "Change a dataset's schema"),
  "batch:delete": inWorkspace("Datasets", "Delete a batch and exactly its rows"),
  "sql:run": inWorkspace("Datasets", "Query readable datasets with SQL"),
  "change:read": inWorkspace("Changes", "See change requests"),
  "change:create": inWorkspace("Changes", "Propose changes"),
  "change:review": inWorkspace("Changes", "Approve or reject change requests"),
  "change:merge": inWorkspace("Changes", "Merge approved change requests"),
  "pipeline:read": inWorkspace("Pipelines", "See pipelines and runs"),
  "pipeline:create": inWorkspace("Pipelines", "Create pipelines"),
  "pipeline:update": inWorkspace("Pipelines", "Edit pipelines"),
  "pipeline:delete": inWorkspace("Pipelines", "Delete pipelines"),
  "pipeline:run": inWorkspace("Pipelines", "Start, cancel and retry runs"),
  "pipeline:schedule": inWorkspace("Pipelines", "Set schedules and triggers"),
  "connection:read": inWorkspace("Connections", "See connections without their secrets"),
  "connection:create": inWorkspace("Connections", "Create connections"),
  "connection:update": inWorkspace("Connections", "Edit connections and their secrets"),
  "connection:delete": inWorkspace("Connections", "Delete connections"),
  "check:read": inWorkspace("Quality", "See checks and their results"),
  "check:manage": inWorkspace("Quality", "Create and edit checks and contracts"),
  "profile:run": inWorkspace("Quality", "Profile a dataset"),
  "lineage:read": inWorkspace("Lineage", "See where data comes from and goes to"),
  "model:read": inWorkspace("Models", "See registered models and versions"),
  "model:register": inWorkspace("Models", "Register models and versions"),
  "model:promote": inWorkspace("Models", "Move aliases and stages"),
  "feature:read": inWorkspace("Models", "See feature views"),
  "feature:manage": inWorkspace("Models", "Create and edit feature views"),
  "dashboard:read": inWorkspace("Insight", "See dashboards and reports"),
  "dashboard:manage": inWorkspace("Insight", "Create and share dashboards and reports"),
  "alert:manage": inWorkspace("Insight", "Set alerts and acknowledge them"),
  "privacy:read": inWorkspace("Privacy", "See classifications, policies and subject requests"),
  "privacy:manage": inWorkspace("Privacy", "Handle subject requests and retention"),
  "policy:manage": inWorkspace("Privacy", "Set masks, row filters and access policies"),
  "pii:view": inWorkspace("Privacy", "See personal data without masks where no policy denies it"),
  "user:read": inWorkspace("People", "See the people of the workspace"),
  "user:create": inWorkspace("People", "Create accounts and invite people"),
  "user:update": inWorkspace("People", "Edit accounts, reset passwords and unlock them"),
  "user:deactivate": inWorkspace("People", "Activate and deactivate accounts"),
  "user:delete": inWorkspace("People", "Remove people from the workspace"),
  "role:read": inWorkspace("People", "See roles and their permissions"),
  "role:assign": inWorkspace("People", "Give and take roles"),
  "role:manage": inWorkspace("People", "Create and edit custom roles"),
  "group:manage": inWorkspace("People", "Create groups and choose their members and roles"),
  "api_key:create": inWorkspace("People", "Create API keys of their own"),
  "api_key:manage": inWorkspace("People", "See and revoke every API key of the workspace"),
  "activity:read": inWorkspace("Administration", "Read the activity log"),
  "activity:export": inWorkspace("Administration", "Export the activity log"),
  "job:read": inWorkspace("Administration", "See background jobs"),
  "job:manage": inWorkspace("Administration", "Cancel and retry background jobs"),
  "settings:read": inWorkspace("Administration", "See the workspace's settings"),
  "settings:update": inWorkspace("Administration", "Change the workspace's settings"),
  "workspace:create": onInstance("Instance", "Create workspaces"),
  "workspace:delete": onInstance("Instance", "Delete workspaces"),
  "instance:settings": onInstance("Instance", "Change sign-up, security and mail settings of the installation"),
  "instance:maintain": onInstance("Instance", "Run clean-up, backups and other maintenance"),
  "instance:outbox": onInstance("Instance", "Read the local outbox of mails"),
} as const satisfies Record<string, PermissionSpec>;

export type Permission = keyof typeof PERMISSIONS;

export const PERMISSION_NAMES = Object.keys(PERMISSIONS) as readonly Permission[];

export const WORKSPACE_PERMISSIONS: readonly Permission[] = PERMISSION_NAMES.filter((name) => PERMISSIONS[name].scope === "workspace");
