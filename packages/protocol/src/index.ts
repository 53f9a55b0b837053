export { ACCESS_ACTION_NAMES, ACCESS_ACTIONS, type AccessAction } from "./access/actions.ts";
export { decodeCursor, encodeCursor, toPage } from "./cursor.ts";
export { type MaskExample, type MaskInfo, MASKS } from "./access/mask-catalogue.ts";
export { type Mask, mask, MASK_KINDS, maskInput, type MaskKind, maskText, parseMask, REDACTED } from "./access/masks.ts";
export { ENTITIES, type Entity, ENTITY_NAMES, tagOfEntity } from "./access/personal-data.ts";
export {
  attributeName,
  POLICY_EFFECTS,
  type PolicyConditions,
  type PolicyEffect,
  type PolicyFields,
  policyFields,
  type PolicySubject,
  type PolicyTarget,
  type PolicyView,
  purpose,
} from "./access/policies.ts";
export {
  type CheckedAccess,
  type ColumnMasking,
  type DatasetAccess,
  type ImportedPolicies,
  type MemberDatasetAccess,
  type MemberMasking,
  type PolicyEffects,
  policyRoutes,
} from "./routes/policies.ts";
export { type PolicyFile, policyFile } from "./access/policy-file.ts";
export { type Permission, PERMISSION_NAMES, PERMISSIONS, WORKSPACE_PERMISSIONS } from "./access/permissions.ts";
export { BUILT_IN_ROLE_NAMES, BUILT_IN_ROLES, type BuiltInRole } from "./access/roles.ts";
export type { RetryHint } from "./error-spec.ts";
export { errorForLog } from "./error-for-log.ts";
export { type ErrorCode, ERRORS, errorSpec, problem } from "./errors.ts";
export { type Actor, EVENTS, type EventType, type PlatformEvent, type SubjectKind } from "./events.ts";
export {
  JOB_LOG_LEVELS,
  JOB_NAMES,
  JOB_STATES,
  type JobInput,
  type JobLogLevel,
  type JobName,
  type JobPayload,
  type JobState,
  JOBS,
  jobSpec,
  jobTitle,
} from "./jobs.ts";
export {
  type ClientMessage,
  type ClientMessageInput,
  clientMessage,
  type JobNotice,
  jobNotice,
  type RunNotice,
  runNotice,
  type ParsedTopic,
  REALTIME_CLOSE,
  REALTIME_HEARTBEAT_S,
  REALTIME_MAX_TOPICS,
  REALTIME_PATH,
  REALTIME_REPLAY_LIMIT,
  type ServerMessage,
  serverMessage,
  type Topic,
  topicOf,
} from "./realtime.ts";
export {
  FEATURE_NAMES,
  FEATURES,
  type Feature,
  featuresFor,
  NAVIGATION,
  NAVIGATION_IDS,
  type NavigationId,
  type NavigationItem,
  navigationFor,
  navigationItem,
} from "./navigation.ts";
export { openApiDocument } from "./openapi.ts";
export {
  type Method,
  type RateClass,
  route,
  type RouteAccess,
  type RouteInput,
  type RouteRequest,
  type RouteResult,
  type RouteSpec,
  successStatus,
} from "./route.ts";
export { type Job, type JobLogLine, type JobProgress, type JobStats, job, jobLogLine, jobProgress, jobRoutes, jobStats } from "./routes/jobs.ts";
export { MAX_UNREAD_COUNTED, type Notification, notification, notificationRoutes } from "./routes/notifications.ts";
export { type Account, account, accountRoutes, type Preferences, preferences, type SessionInfo, sessionInfo, workspaceChoice } from "./routes/account.ts";
export { authRoutes, type PasswordStrength, passwordStrength, type Session, session } from "./routes/auth.ts";
export { type SecondFactorPending, type SignedIn, secondFactorPending, signedIn } from "./routes/signed-in.ts";
export { type RouteId, type Routes, routes } from "./routes/index.ts";
export { MAIL_STATUSES, type Mail, type MailSummary, mail, mailSummary, outboxRoutes } from "./routes/outbox.ts";
export { ACTIVITY_AREAS, type ActivityArea, type ActivityEntry, type ActivityFilters, activityEntry, activityRoutes } from "./routes/activity.ts";
export { type AccessLogEntry, type AccessLogFilters, accessLogRoutes, type DatasetReader } from "./routes/access-logs.ts";
export { type ApiKey, apiKey, apiKeyRoutes } from "./routes/api-keys.ts";
export { datasetMaskingRoutes, type MaskPreview } from "./routes/dataset-masking.ts";
export {
  type DatasetPersonalData,
  type PersonalDataFinding,
  personalDataRoutes,
  type PersonalDataSettings,
} from "./routes/personal-data.ts";
export { datasetBatchRoutes } from "./routes/dataset-batches.ts";
export { datasetDownloadRoutes, DOWNLOAD_FORMATS, type Download, type DownloadFormat } from "./routes/dataset-downloads.ts";
export { type ColumnStats, datasetRowRoutes } from "./routes/dataset-rows.ts";
export {
  type ChangedSchema,
  type DatasetSchema,
  datasetSchemaRoutes,
  type SchemaColumn,
  type SchemaDifference,
  type SchemaDocument,
  type SchemaEdit,
  type SchemaFault,
  type SchemaHistoryEntry,
  SEMANTIC_TYPES,
  type SemanticType,
} from "./routes/dataset-schema.ts";
export { type DatasetDifference, type DatasetVersion, datasetVersionRoutes } from "./routes/dataset-versions.ts";
export {
  DATASET_SORTS,
  type DatasetChange,
  type DatasetChanged,
  type DatasetChoice,
  type DatasetFacets,
  type DatasetSort,
  type DatasetView,
  datasetCatalogRoutes,
  type ListedDataset,
  type MATCH_PLACES,
} from "./routes/dataset-catalog.ts";
export { type AccessRequest, type DatasetPermission, datasetSharingRoutes } from "./routes/dataset-sharing.ts";
export { changeRoutes } from "./routes/changes.ts";
export { changeReviewRoutes } from "./routes/change-reviews.ts";
export {
  ACCESS_LEVELS,
  type AccessLevel,
  type Batch,
  COLUMN_TYPES,
  type Column,
  DATASET_FORMATS,
  type Dataset,
  type DatasetFormat,
  datasetRoutes,
  FREQUENCIES,
  type Frequency,
  type LoadMode,
  type NewColumns,
  VISIBILITIES,
  type Visibility,
} from "./routes/datasets.ts";
export { type Group, type GroupMember, group, groupMember, groupRoutes } from "./routes/groups.ts";
export { type Invitation, type InvitationResult, invitation, invitationResult, invitationRoutes } from "./routes/invitations.ts";
export { type PermissionInfo, permissionInfo, type Role, role, roleRoutes } from "./routes/roles.ts";
export {
  type DeveloperSafeguard,
  developerSafeguard,
  type InstanceSettings,
  instanceSettings,
  type Settings,
  settings,
  settingsRoutes,
} from "./routes/settings.ts";
export { type BulkResult, bulkResult, type User, type UserBulkAction, USER_BULK_ACTIONS, user, userRoutes } from "./routes/users.ts";
export { type Workspace, workspace, workspaceRoutes } from "./routes/workspaces.ts";
export { FILTER_OPERATORS, FILTER_WORDS, type FilterCondition, type FilterOperator, type RowFilter } from "./row-filter.ts";
export { can, email, id, instant, line, page, pageQuery, type ProblemBody, problemBody } from "./schemas.ts";
export { sqlDatasetRoutes } from "./routes/sql-datasets.ts";
export {
  type SavedQuery,
  type SqlCompletions,
  type SqlPlanStep,
  type SqlProblem,
  type SqlQuery,
  type SqlRowsPage,
  sqlRoutes,
} from "./routes/sql.ts";
export {
  FILE_COLUMN_TYPES,
  FILE_ENCODINGS,
  FILE_KINDS,
  type FileColumnOptions,
  type FileOptions,
  fileOptions,
  type MaxRejects,
  maxRejects,
} from "./file-options.ts";
export { type InspectedColumn, type InspectedFile, inspectedFile } from "./inspected-file.ts";
export { datasetRejectRoutes, type Reject, type RejectRepair } from "./routes/dataset-rejects.ts";
export { type Upload, UPLOAD_MAX_PART_BYTES, UPLOAD_PART_BYTES, uploadRoutes } from "./routes/uploads.ts";
export { type CellChoice, type ConflictResolution, type Proposal, proposalFields, type RevisionChoice, type RowEdit } from "./changes/proposals.ts";
export type { ChangeComment, ChangeRequest, ChangeReview, ChangeRevision, ChangeSummary } from "./changes/change-request.ts";
export type { ChangedRow, ChangeDiff, ChangeOverview, ColumnShift, ConflictRow } from "./changes/diff.ts";
export type { ChangeRules, ChangeRulesInput } from "./changes/rules.ts";
export { CHANGE_EXPORTS } from "./routes/change-reviews.ts";
export type { RowHistoryEntry } from "./routes/dataset-rows.ts";
export {
  CHANGE_STATES,
  type ChangeState,
  type ChangeTarget,
  FORMAT_DAMAGES,
  type FormatDamage,
  MERGE_STRICTNESS,
  type MergeStrictness,
  type ReviewVerdict,
  type RevisionOrigin,
} from "./changes/states.ts";
export {
  CHECK_STEPS,
  type CheckStep,
  type Connection,
  type ConnectionCheck,
  type ConnectionSummary,
  CONNECTOR_KINDS,
  type ConnectorKind,
  type ConnectorSpec,
  type DiscoveredStream,
  type SchemaComparison,
} from "./connectors/connection.ts";
export { type ConfigSchema, type ConfigValues, type JsonValue, KEPT_SECRET } from "./connectors/spec.ts";
export { graphType, decimalOf, GRAPH_TYPES, type GraphColumn, graphColumn, type GraphType, type GraphTypeName, type SyncMode } from "./pipelines/columns.ts";
export {
  type GraphFault,
  type NodeOf,
  PIPELINE_FORMAT,
  type PipelineDocument,
  type PipelineDocumentInput,
  type PipelineEdge,
  type PipelineNode,
  type PipelineTest,
  pipelineDocument,
} from "./pipelines/document.ts";
export { type GateCheck, NODE_KINDS, NODE_PORTS, NODE_SETTINGS, type NodeKind, type NodeSettings } from "./pipelines/nodes.ts";
export {
  FAILURE_CLASSES,
  type FailureClass,
  type NodeSample,
  type Run,
  type RunCounts,
  type RunEvent,
  type RunFault,
  type RunLogLine,
  type RunReject,
  RUN_STATES,
  type RunState,
  type RunStep,
  type RunSummary,
  STEP_STATES,
  type StepState,
} from "./pipelines/runs.ts";
export { type PipelineTrigger, type TriggerOf } from "./pipelines/triggers.ts";
export { connectorRoutes } from "./routes/connectors.ts";
export { type Backfill, type BackfillSpec, type Pipeline, type PipelineDifference, type PipelineSummary, type PipelineVersion } from "./pipelines/pipeline.ts";
export { pipelineBackfillRoutes } from "./routes/pipeline-backfills.ts";
export { pipelineRoutes } from "./routes/pipelines.ts";
export { runRoutes, type Transformation, type TransformationDefinition, transformationRoutes } from "./routes/runs.ts";
