import type { Id } from "@granary/kernel";

/** Kinds of things an event can be about. */
export type SubjectKind =
  | "workspace"
  | "user"
  | "session"
  | "api_key"
  | "invitation"
  | "group"
  | "policy"
  | "role"
  | "settings"
  | "job"
  | "mail"
  | "dataset"
  | "batch"
  | "change"
  | "query"
  | "upload"
  | "connection"
  | "pipeline"
  | "run"
  | "transformation"
  | "route";

interface EventSpec {
  readonly subject: SubjectKind;
  /** Groups events in the activity log. */
  readonly area: "authentication" | "administration" | "data" | "pipelines" | "system";
  /** A sentence for the activity log; `{actor}` and `{subject}` are replaced by labels. */
  readonly text: string;
}

/** Every event of the platform, `noun.verbed`. One row per change is written in the change's own transaction. */
export const EVENTS = {
  "workspace.created": { subject: "workspace", area: "administration", text: "{actor} created the workspace {subject}" },
  "workspace.personal_data_settings_changed": {
    subject: "workspace",
    area: "administration",
    text: "{actor} changed what personal data is looked for in {subject}",
  },
  "workspace.updated": { subject: "workspace", area: "administration", text: "{actor} changed the workspace {subject}" },
  "job.cancelled": { subject: "job", area: "system", text: "{actor} cancelled the job {subject}" },
  "job.retried": { subject: "job", area: "system", text: "{actor} queued the job {subject} again" },
  "job.failed": { subject: "job", area: "system", text: "The job {subject} failed" },
  "instance.backed_up": { subject: "settings", area: "administration", text: "{actor} backed the installation up to {subject}" },
  "instance.restored": { subject: "settings", area: "administration", text: "{actor} restored the installation from {subject}" },
  "instance.set_up": { subject: "user", area: "administration", text: "{subject} set the installation up as its first administrator" },
  "user.registered": { subject: "user", area: "authentication", text: "{subject} created an account" },
  "user.email_verified": { subject: "user", area: "authentication", text: "{subject} confirmed the e-mail address" },
  "user.updated_profile": { subject: "user", area: "authentication", text: "{actor} changed their profile" },
  "user.password_changed": { subject: "user", area: "authentication", text: "{actor} changed their password" },
  "user.password_reset_asked": { subject: "user", area: "authentication", text: "A password reset was asked for {subject}" },
  "user.password_reset": { subject: "user", area: "authentication", text: "{subject} set a new password by mail" },
  "user.second_factor_enabled": { subject: "user", area: "authentication", text: "{actor} set up a second factor" },
  "user.second_factor_disabled": { subject: "user", area: "authentication", text: "{actor} removed the second factor" },
  "user.backup_codes_renewed": { subject: "user", area: "authentication", text: "{actor} made new backup codes" },
  "user.backup_code_used": { subject: "user", area: "authentication", text: "{subject} signed in with a backup code" },
  "user.locked": { subject: "user", area: "authentication", text: "{subject} was locked after wrong attempts" },
  "user.unlocked": { subject: "user", area: "administration", text: "{actor} unlocked {subject}" },
  "session.started": { subject: "session", area: "authentication", text: "{actor} signed in" },
  "session.refused": { subject: "session", area: "authentication", text: "A sign-in as {subject} was refused" },
  "session.ended": { subject: "session", area: "authentication", text: "{actor} signed out" },
  "session.revoked": { subject: "session", area: "authentication", text: "{actor} ended {subject}" },
  "session.token_reused": { subject: "session", area: "authentication", text: "A used refresh token of {actor} was seen again; the session was ended" },
  "session.device_approved": { subject: "session", area: "authentication", text: "{actor} let {subject} sign in" },
  "session.device_denied": { subject: "session", area: "authentication", text: "{actor} refused {subject}" },
  "invitation.accepted": { subject: "invitation", area: "administration", text: "{actor} joined the workspace by invitation" },
  "user.created": { subject: "user", area: "administration", text: "{actor} created an account for {subject}" },
  "user.updated": { subject: "user", area: "administration", text: "{actor} changed the account of {subject}" },
  "user.removed": { subject: "user", area: "administration", text: "{actor} removed {subject} from the workspace" },
  "user.activated": { subject: "user", area: "administration", text: "{actor} activated {subject}" },
  "user.deactivated": { subject: "user", area: "administration", text: "{actor} deactivated {subject}" },
  "user.password_link_sent": { subject: "user", area: "administration", text: "{actor} sent {subject} a link to choose a new password" },
  "user.roles_changed": { subject: "user", area: "administration", text: "{actor} changed the roles of {subject}" },
  "user.instance_admin_changed": { subject: "user", area: "administration", text: "{actor} changed whether {subject} administers the installation" },
  "invitation.sent": { subject: "invitation", area: "administration", text: "{actor} invited {subject}" },
  "invitation.resent": { subject: "invitation", area: "administration", text: "{actor} sent the invitation of {subject} again" },
  "invitation.revoked": { subject: "invitation", area: "administration", text: "{actor} took back the invitation of {subject}" },
  "policy.created": { subject: "policy", area: "administration", text: "{actor} made the policy {subject}" },
  "policy.updated": { subject: "policy", area: "administration", text: "{actor} changed the policy {subject}" },
  "policy.deleted": { subject: "policy", area: "administration", text: "{actor} deleted the policy {subject}" },
  "user.attributes_changed": { subject: "user", area: "administration", text: "{actor} changed what is known of {subject}" },
  "dataset.column_tagged": { subject: "dataset", area: "administration", text: "{actor} changed what columns of {subject} are about" },
  "role.created": { subject: "role", area: "administration", text: "{actor} created the role {subject}" },
  "role.updated": { subject: "role", area: "administration", text: "{actor} changed the role {subject}" },
  "role.deleted": { subject: "role", area: "administration", text: "{actor} deleted the role {subject}" },
  "group.created": { subject: "group", area: "administration", text: "{actor} created the group {subject}" },
  "group.updated": { subject: "group", area: "administration", text: "{actor} changed the group {subject}" },
  "group.deleted": { subject: "group", area: "administration", text: "{actor} deleted the group {subject}" },
  "group.member_added": { subject: "group", area: "administration", text: "{actor} added people to the group {subject}" },
  "group.member_removed": { subject: "group", area: "administration", text: "{actor} took somebody out of the group {subject}" },
  "api_key.created": { subject: "api_key", area: "administration", text: "{actor} created the API key {subject}" },
  "api_key.revoked": { subject: "api_key", area: "administration", text: "{actor} revoked the API key {subject}" },
  "settings.updated": { subject: "settings", area: "administration", text: "{actor} changed the installation's {subject}" },
  "settings.developer_unlocked": { subject: "settings", area: "administration", text: "{actor} gave developers their full power in production" },
  "settings.developer_limited": { subject: "settings", area: "administration", text: "{actor} took back the developers' full power in production" },
  "settings.mail_tested": { subject: "settings", area: "administration", text: "{actor} sent a test mail to {subject}" },
  "activity.exported": { subject: "settings", area: "administration", text: "{actor} exported the activity log" },
  "mail.failed": { subject: "mail", area: "system", text: "The mail {subject} could not be sent" },
  "dataset.created": { subject: "dataset", area: "data", text: "{actor} created the dataset {subject}" },
  "change.created": { subject: "change", area: "data", text: "{actor} began the change request {subject}" },
  "change.revised": { subject: "change", area: "data", text: "{actor} proposed something else in the change request {subject}" },
  "change.compared": { subject: "change", area: "data", text: "The change request {subject} was compared with its dataset" },
  "change.compare_failed": { subject: "change", area: "data", text: "The change request {subject} could not be compared with its dataset" },
  "change.opened": { subject: "change", area: "data", text: "{actor} opened the change request {subject} for review" },
  "change.updated": { subject: "change", area: "data", text: "{actor} described the change request {subject} anew" },
  "change.commented": { subject: "change", area: "data", text: "{actor} commented on the change request {subject}" },
  "change.approved": { subject: "change", area: "data", text: "{actor} approved the change request {subject}" },
  "change.changes_requested": { subject: "change", area: "data", text: "{actor} asked for changes of the change request {subject}" },
  "change.review_dismissed": { subject: "change", area: "data", text: "{actor} put a review of the change request {subject} aside" },
  "change.merge_started": { subject: "change", area: "data", text: "{actor} began to merge the change request {subject}" },
  "change.merged": { subject: "change", area: "data", text: "{actor} merged the change request {subject}" },
  "change.merge_failed": { subject: "change", area: "data", text: "The change request {subject} could not be merged" },
  "change.closed": { subject: "change", area: "data", text: "{actor} closed the change request {subject}" },
  "change.reopened": { subject: "change", area: "data", text: "{actor} opened the change request {subject} again" },
  "change.deleted": { subject: "change", area: "data", text: "{actor} threw the draft {subject} away" },
  "change.rules_set": { subject: "dataset", area: "administration", text: "{actor} changed what {subject} asks of change requests" },
  "dataset.imported": { subject: "dataset", area: "data", text: "{actor} imported a file into {subject}" },
  "dataset.load_started": { subject: "dataset", area: "data", text: "{actor} began to load a file into {subject}" },
  "dataset.load_cancelled": { subject: "dataset", area: "data", text: "{actor} stopped a load into {subject}" },
  "dataset.batch_deleted": { subject: "dataset", area: "data", text: "{actor} deleted a load of {subject}" },
  "dataset.batch_restored": { subject: "dataset", area: "data", text: "{actor} put a deleted load of {subject} back" },
  "dataset.record_repaired": { subject: "dataset", area: "data", text: "{actor} corrected a rejected record of {subject}" },
  "dataset.records_resubmitted": { subject: "dataset", area: "data", text: "{actor} loaded corrected records into {subject}" },
  "dataset.import_failed": { subject: "dataset", area: "data", text: "The import into {subject} failed" },
  "dataset.downloaded": { subject: "dataset", area: "data", text: "{actor} downloaded {subject}" },
  "dataset.version_named": { subject: "dataset", area: "data", text: "{actor} named a version of {subject}" },
  "dataset.version_unnamed": { subject: "dataset", area: "data", text: "{actor} took the name of a version of {subject} away" },
  "dataset.version_restored": { subject: "dataset", area: "data", text: "{actor} restored an older version of {subject}" },
  "dataset.schema_changed": { subject: "dataset", area: "data", text: "{actor} changed the columns of {subject}" },
  "dataset.maintained": { subject: "dataset", area: "system", text: "{actor} compacted {subject} and freed what it no longer needs" },
  "dataset.maintenance_failed": { subject: "dataset", area: "system", text: "The maintenance of {subject} failed" },
  "dataset.updated": { subject: "dataset", area: "data", text: "{actor} changed what is said about {subject}" },
  "dataset.owner_changed": { subject: "dataset", area: "data", text: "{actor} gave {subject} another owner" },
  "dataset.access_granted": { subject: "dataset", area: "data", text: "{actor} shared {subject}" },
  "dataset.access_changed": { subject: "dataset", area: "data", text: "{actor} changed what somebody may do with {subject}" },
  "dataset.access_revoked": { subject: "dataset", area: "data", text: "{actor} took access to {subject} away" },
  "dataset.access_asked": { subject: "dataset", area: "data", text: "{actor} asked for access to {subject}" },
  "dataset.access_approved": { subject: "dataset", area: "data", text: "{actor} approved a request for access to {subject}" },
  "dataset.access_denied": { subject: "dataset", area: "data", text: "{actor} denied a request for access to {subject}" },
  "dataset.personal_data_scanned": { subject: "dataset", area: "data", text: "{subject} was looked through for personal data" },
  "dataset.personal_data_accepted": { subject: "dataset", area: "data", text: "{actor} classified a column of {subject}" },
  "dataset.personal_data_refused": { subject: "dataset", area: "data", text: "{actor} refused a suggestion about a column of {subject}" },
  "dataset.quarantined": { subject: "dataset", area: "data", text: "{subject} was quarantined until it is classified" },
  "dataset.released": { subject: "dataset", area: "data", text: "{actor} released {subject} from quarantine" },
  "dataset.purged": { subject: "dataset", area: "data", text: "{subject} was removed from the trash for good" },
  "dataset.trashed": { subject: "dataset", area: "data", text: "{actor} moved {subject} to the trash" },
  "dataset.restored": { subject: "dataset", area: "data", text: "{actor} took {subject} out of the trash" },
  "upload.infected": { subject: "upload", area: "data", text: "{actor} sent {subject}, in which a virus was found" },
  "query.ran": { subject: "query", area: "data", text: "{actor} ran the SQL query {subject}" },
  "query.downloaded": { subject: "query", area: "data", text: "{actor} downloaded the result of the SQL query {subject}" },
  "query.saved": { subject: "query", area: "data", text: "{actor} saved the SQL query {subject}" },
  "query.updated": { subject: "query", area: "data", text: "{actor} changed the saved SQL query {subject}" },
  "query.deleted": { subject: "query", area: "data", text: "{actor} deleted the saved SQL query {subject}" },
  "connection.created": { subject: "connection", area: "pipelines", text: "{actor} created the connection {subject}" },
  "connection.updated": { subject: "connection", area: "pipelines", text: "{actor} changed the connection {subject}" },
  "connection.tested": { subject: "connection", area: "pipelines", text: "{actor} tested the connection {subject}" },
  "connection.discovered": { subject: "connection", area: "pipelines", text: "{actor} looked through the connection {subject}" },
  "connection.deleted": { subject: "connection", area: "pipelines", text: "{actor} deleted the connection {subject}" },
  "pipeline.created": { subject: "pipeline", area: "pipelines", text: "{actor} created the pipeline {subject}" },
  "pipeline.updated": { subject: "pipeline", area: "pipelines", text: "{actor} changed the pipeline {subject}" },
  "pipeline.restored": { subject: "pipeline", area: "pipelines", text: "{actor} restored an older version of the pipeline {subject}" },
  "pipeline.enabled": { subject: "pipeline", area: "pipelines", text: "{actor} lets the pipeline {subject} run by itself" },
  "pipeline.disabled": { subject: "pipeline", area: "pipelines", text: "{actor} stopped the pipeline {subject} from running by itself" },
  "pipeline.hook_rotated": { subject: "pipeline", area: "pipelines", text: "{actor} made a new secret for the hook of the pipeline {subject}" },
  "pipeline.state_reset": { subject: "pipeline", area: "pipelines", text: "{actor} lets a stream of the pipeline {subject} begin anew" },
  "pipeline.state_undone": { subject: "pipeline", area: "pipelines", text: "{actor} put a stream of the pipeline {subject} back" },
  "pipeline.backfilled": { subject: "pipeline", area: "pipelines", text: "{actor} began a backfill of the pipeline {subject}" },
  "pipeline.backfill_changed": { subject: "pipeline", area: "pipelines", text: "{actor} changed a backfill of the pipeline {subject}" },
  "pipeline.deleted": { subject: "pipeline", area: "pipelines", text: "{actor} deleted the pipeline {subject}" },
  "run.queued": { subject: "run", area: "pipelines", text: "{actor} started {subject}" },
  "run.started": { subject: "run", area: "pipelines", text: "{subject} began" },
  "run.step_moved": { subject: "run", area: "pipelines", text: "A step of {subject} went on" },
  "run.paused": { subject: "run", area: "pipelines", text: "{actor} paused {subject}" },
  "run.resumed": { subject: "run", area: "pipelines", text: "{actor} let {subject} go on" },
  "run.succeeded": { subject: "run", area: "pipelines", text: "{subject} succeeded" },
  "run.failed": { subject: "run", area: "pipelines", text: "{subject} failed" },
  "run.cancelled": { subject: "run", area: "pipelines", text: "{actor} cancelled {subject}" },
  "run.rolled_back": { subject: "run", area: "pipelines", text: "{actor} took back what {subject} wrote" },
  "dataset.run_published": { subject: "dataset", area: "data", text: "A pipeline made a version of {subject}" },
  "transformation.created": { subject: "transformation", area: "pipelines", text: "{actor} created the function {subject}" },
  "transformation.updated": { subject: "transformation", area: "pipelines", text: "{actor} changed the function {subject}" },
  "transformation.deleted": { subject: "transformation", area: "pipelines", text: "{actor} deleted the function {subject}" },
  "access.denied": { subject: "route", area: "authentication", text: "{actor} was refused {subject}" },
} as const satisfies Record<string, EventSpec>;

export type EventType = keyof typeof EVENTS;

/** Who did something: a person, a key acting for a person, or the platform itself. */
export interface Actor {
  readonly kind: "user" | "api_key" | "system" | "anonymous";
  readonly id: string | null;
  readonly label: string;
}

/** One committed fact. `position` is its place in commit order, without gaps; undefined until it has been relayed. */
export interface PlatformEvent {
  readonly id: Id<"event">;
  readonly position: number;
  readonly type: EventType;
  readonly workspaceId: Id<"workspace"> | null;
  readonly actor: Actor;
  readonly subject: { readonly kind: SubjectKind; readonly id: string | null; readonly label: string };
  readonly result: "success" | "denied" | "failure";
  readonly at: string;
}
