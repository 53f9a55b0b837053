export { quarantineNewDataset, releaseFromQuarantine } from "./quarantine.ts";
export { isQuarantined } from "./store.ts";
