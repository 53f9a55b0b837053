export { type CreatedDataset, createDataset, type NewDataset, refuseTakenName } from "./commands/create-dataset.ts";
export { restoreDataset, trashDataset } from "./commands/trash-dataset.ts";
export { datasetJobs } from "./jobs.ts";
export { awaitImport } from "./queries/await-import.ts";
export { getDataset } from "./queries/get-dataset.ts";
export { listBatches, listRejects } from "./queries/list-batches.ts";
export { listDatasets } from "./queries/list-datasets.ts";
export { type DownloadFile, prepareDownload, readRows } from "./queries/read-rows.ts";
export { receiveUpload } from "./receive-upload.ts";
