export { detectJson, type JsonFinding, type JsonOptions } from "./detect-json.ts";
export { documentRecords, lineRecords } from "./json-records.ts";
