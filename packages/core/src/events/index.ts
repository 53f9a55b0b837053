export { recordDenied } from "./record-denied.ts";
export { type NewEvent, recordEvent } from "./record-event.ts";
