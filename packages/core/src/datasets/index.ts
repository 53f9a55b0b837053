export { type CreatedDataset, createDataset, type NewDataset, refuseTakenName } from "./commands/create-dataset.ts";
export { type AddedVersion, addVersion } from "./commands/add-version.ts";
export { columnTypeOf } from "./column-types.ts";
export { openTarget, requireSameTarget } from "./commands/load-target.ts";
export { withRestaging } from "./commands/with-restaging.ts";
export { cancelBatch } from "./commands/cancel-batch.ts";
export { deleteBatch } from "./commands/delete-batch.ts";
export { importBatch, type ImportResult, type MadeFile } from "./commands/import-batch.ts";
export type { StartedLoad } from "./commands/insert-batch.ts";
export type { BatchRow } from "./batch-store.ts";
export { type Asker, readerFor } from "./requester.ts";
export { loadBatch } from "./commands/load-batch.ts";
export { restoreBatch } from "./commands/restore-batch.ts";
export { restoreDataset, trashDataset, trashDatasetIn } from "./commands/trash-dataset.ts";
export { datasetJobs } from "./jobs.ts";
export { awaitBatch, awaitImport } from "./queries/await-import.ts";
export { getBatch } from "./queries/get-batch.ts";
export { getDataset, requireDataset, requireWhole } from "./queries/get-dataset.ts";
export { listBatches } from "./queries/list-batches.ts";
export { writeWords } from "./catalog/index.ts";
export { createView, deleteView, listChanges, listDatasets, listViews, updateDataset } from "./catalog/index.ts";
export { listRejects, repairReject, resubmitRejects } from "./rejects/index.ts";
export {
  createDownload,
  deleteDownload,
  downloadIdIn,
  findOwnDownload,
  type OwnDownload,
  getDownload,
  listDatasetDownloads,
  listDownloads,
  openDownload,
  startDownload,
} from "./downloads/index.ts";
export { countRows } from "./queries/count-rows.ts";
export { getColumnStats } from "./queries/get-column-stats.ts";
export { contentTypeOf, exportFormat, type FileOptions, hasByteOrderMark } from "./downloads/formats.ts";
export { insertResultDownload, planHash } from "./downloads/store.ts";
export { MAX_SHEET_COLUMNS, MAX_SHEET_ROWS } from "./downloads/xlsx/sheet-cells.ts";
export { writeWorkbook } from "./downloads/xlsx/write-workbook.ts";
export { type PlannedVersion, planVersion, type Readable, type ReadableColumn } from "./reading/open-version.ts";
export { BoundedCache } from "./reading/bounded-cache.ts";
export { applyFilter } from "./reading/policy-filter.ts";
export { logEnd, type OpenForReading, readData } from "./reading/read-data.ts";
export { toCondition } from "./reading/to-condition.ts";
export { checkPatterns, columnsNamed } from "./reading/row-request.ts";
export { type CellTexts, presentColumns, presentRow } from "./reading/present-cells.ts";
export { type DatasetRow, findSeenBy, listable, listDatasetRows, listDatasetRowsByName, listSeenDatasets } from "./seen-datasets.ts";
export { findAskableRow, holdDataset, type StoredColumn } from "./store.ts";
export { findVersionsWithKey } from "./queries/find-versions-with-key.ts";
export { getRowByKey } from "./queries/get-row-by-key.ts";
export { listRowHistory } from "./row-history/list-row-history.ts";
export { previewMask } from "./queries/preview-mask.ts";
export { readRows } from "./queries/read-rows.ts";
export { applySchemaDocument, changeSchema } from "./schema/change-schema.ts";
export { getSchema, getSchemaDocument, listSchemaHistory } from "./schema/get-schema.ts";
export { findDocumentFaults, previewSchemaDocument } from "./schema/preview-document.ts";
export { compareVersions } from "./versions/compare-versions.ts";
export { getVersion, listVersions } from "./versions/list-versions.ts";
export { nameVersion, unnameVersion } from "./versions/name-version.ts";
export { type ResolvedVersion, resolveVersion } from "./versions/resolve-version.ts";
export { restoreVersion, restoreVersionIn } from "./versions/restore-version.ts";
