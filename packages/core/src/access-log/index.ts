export type { Access, SeenColumn } from "./entry.ts";
export { logAccess, logChange } from "./log-access.ts";
export { logRefusedRequest, noteRefusedDataset } from "./note-refusal.ts";
