export { cancelScan, startScan } from "./commands/start-scan.ts";
export { acceptFinding, refuseFinding } from "./commands/decide-finding.ts";
export { releaseDataset } from "./commands/release-dataset.ts";
export { updateSettings } from "./commands/update-settings.ts";
export { personalDataJobs } from "./jobs.ts";
export { getDatasetPersonalData } from "./queries/get-dataset-personal-data.ts";
export { getSettings } from "./queries/get-settings.ts";
export { listFindings } from "./queries/list-findings.ts";
export { columnRecogniser } from "./recognise/index.ts";
