export { compareDocuments } from "./compare-documents.ts";
export { type MergedDocument, mergeDocuments } from "./merge-documents.ts";
