import type { Handlers } from "../http/answer.ts";
import { accessLogHandlers } from "./access-logs.ts";
import { accountHandlers } from "./account.ts";
import { authHandlers } from "./auth.ts";
import { changeReviewHandlers } from "./change-reviews.ts";
import { changeHandlers } from "./changes.ts";
import { connectorHandlers } from "./connectors.ts";
import { datasetBatchHandlers } from "./dataset-batches.ts";
import { datasetCatalogHandlers } from "./dataset-catalog.ts";
import { datasetDownloadHandlers } from "./dataset-downloads.ts";
import { datasetMaskingHandlers } from "./dataset-masking.ts";
import { datasetRejectHandlers } from "./dataset-rejects.ts";
import { datasetRowHandlers } from "./dataset-rows.ts";
import { datasetSharingHandlers } from "./dataset-sharing.ts";
import { datasetSchemaHandlers } from "./dataset-schema.ts";
import { datasetVersionHandlers } from "./dataset-versions.ts";
import { datasetHandlers } from "./datasets.ts";
import { jobHandlers } from "./jobs.ts";
import { notificationHandlers } from "./notifications.ts";
import { outboxHandlers } from "./outbox.ts";
import { activityHandlers } from "./activity.ts";
import { apiKeyHandlers } from "./api-keys.ts";
import { groupHandlers } from "./groups.ts";
import { invitationHandlers } from "./invitations.ts";
import { pipelineBackfillHandlers } from "./pipeline-backfills.ts";
import { pipelineHandlers } from "./pipelines.ts";
import { policyHandlers } from "./policies.ts";
import { personalDataHandlers } from "./personal-data.ts";
import { roleHandlers } from "./roles.ts";
import { runHandlers } from "./runs.ts";
import { settingsHandlers } from "./settings.ts";
import { sqlDatasetHandlers } from "./sql-datasets.ts";
import { sqlHandlers } from "./sql.ts";
import { transformationHandlers } from "./transformations.ts";
import { uploadHandlers } from "./uploads.ts";
import { userHandlers } from "./users.ts";
import { workspaceHandlers } from "./workspaces.ts";

/** Every route's handler; the type is total over the route table. */
export const handlers: Handlers = {
  ...accountHandlers,
  ...changeHandlers,
  ...changeReviewHandlers,
  ...connectorHandlers,
  ...authHandlers,
  ...datasetHandlers,
  ...datasetBatchHandlers,
  ...datasetCatalogHandlers,
  ...datasetSharingHandlers,
  ...datasetRejectHandlers,
  ...datasetRowHandlers,
  ...datasetVersionHandlers,
  ...datasetSchemaHandlers,
  ...datasetMaskingHandlers,
  ...datasetDownloadHandlers,
  ...personalDataHandlers,
  ...jobHandlers,
  ...notificationHandlers,
  ...outboxHandlers,
  ...activityHandlers,
  ...accessLogHandlers,
  ...apiKeyHandlers,
  ...groupHandlers,
  ...invitationHandlers,
  ...roleHandlers,
  ...runHandlers,
  ...settingsHandlers,
  ...userHandlers,
  ...pipelineHandlers,
  ...pipelineBackfillHandlers,
  ...policyHandlers,
  ...sqlHandlers,
  ...sqlDatasetHandlers,
  ...transformationHandlers,
  ...uploadHandlers,
  ...workspaceHandlers,
};
