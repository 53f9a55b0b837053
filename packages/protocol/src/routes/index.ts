import { connectorRoutes } from "./connectors.ts";
import { pipelineBackfillRoutes } from "./pipeline-backfills.ts";
import { pipelineRoutes } from "./pipelines.ts";
import { runRoutes, transformationRoutes } from "./runs.ts";
import type { RouteSpec } from "../route.ts";
import { jobRoutes } from "./jobs.ts";
import { notificationRoutes } from "./notifications.ts";
import { accessLogRoutes } from "./access-logs.ts";
import { accountRoutes } from "./account.ts";
import { authRoutes } from "./auth.ts";
import { outboxRoutes } from "./outbox.ts";
import { activityRoutes } from "./activity.ts";
import { apiKeyRoutes } from "./api-keys.ts";
import { changeReviewRoutes } from "./change-reviews.ts";
import { changeRoutes } from "./changes.ts";
import { datasetBatchRoutes } from "./dataset-batches.ts";
import { datasetCatalogRoutes } from "./dataset-catalog.ts";
import { datasetSharingRoutes } from "./dataset-sharing.ts";
import { datasetDownloadRoutes } from "./dataset-downloads.ts";
import { datasetMaskingRoutes } from "./dataset-masking.ts";
import { datasetRejectRoutes } from "./dataset-rejects.ts";
import { datasetRowRoutes } from "./dataset-rows.ts";
import { datasetSchemaRoutes } from "./dataset-schema.ts";
import { datasetVersionRoutes } from "./dataset-versions.ts";
import { datasetRoutes } from "./datasets.ts";
import { groupRoutes } from "./groups.ts";
import { invitationRoutes } from "./invitations.ts";
import { policyRoutes } from "./policies.ts";
import { personalDataRoutes } from "./personal-data.ts";
import { roleRoutes } from "./roles.ts";
import { settingsRoutes } from "./settings.ts";
import { sqlDatasetRoutes } from "./sql-datasets.ts";
import { sqlRoutes } from "./sql.ts";
import { uploadRoutes } from "./uploads.ts";
import { userRoutes } from "./users.ts";
import { workspaceRoutes } from "./workspaces.ts";

/** Every route of the API by its id, `noun.verb`. */
export const routes = {
  ...jobRoutes,
  ...notificationRoutes,
  ...accountRoutes,
  ...authRoutes,
  ...outboxRoutes,
  ...userRoutes,
  ...invitationRoutes,
  ...groupRoutes,
  ...roleRoutes,
  ...apiKeyRoutes,
  ...settingsRoutes,
  ...activityRoutes,
  ...accessLogRoutes,
  ...datasetRoutes,
  ...datasetCatalogRoutes,
  ...datasetSharingRoutes,
  ...datasetBatchRoutes,
  ...datasetRejectRoutes,
  ...datasetRowRoutes,
  ...datasetVersionRoutes,
  ...datasetSchemaRoutes,
  ...datasetMaskingRoutes,
  ...datasetDownloadRoutes,
  ...changeRoutes,
  ...changeReviewRoutes,
  ...connectorRoutes,
  ...pipelineRoutes,
  ...pipelineBackfillRoutes,
  ...runRoutes,
  ...transformationRoutes,
  ...personalDataRoutes,
  ...uploadRoutes,
  ...sqlRoutes,
  ...policyRoutes,
  ...sqlDatasetRoutes,
  ...workspaceRoutes,
} as const satisfies Record<string, RouteSpec>;

export type Routes = typeof routes;
export type RouteId = keyof Routes;
