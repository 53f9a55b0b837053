export { listRejects } from "./list-rejects.ts";
export { repairReject } from "./repair-reject.ts";
export { resubmitRejects } from "./resubmit-rejects.ts";
export { insertRejected, keepRecordForm } from "./store.ts";
