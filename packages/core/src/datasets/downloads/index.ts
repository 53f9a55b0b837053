export { createDownload } from "./create-download.ts";
export { downloadIdIn, findOwnDownload, type OwnDownload } from "./find-own-download.ts";
export { deleteDownload, getDownload, listDatasetDownloads, listDownloads, openDownload } from "./own-downloads.ts";
export { keptPath } from "./kept-file.ts";
export { runDownload } from "./run-download.ts";
export { startDownload } from "./start-download.ts";
export { sweepDownloads } from "./sweep-downloads.ts";
