export { lastEventPosition, readEventsAfter } from "./queries/read-events.ts";
export { type ChainRange, type ChainReport, verifyChain } from "./queries/verify-chain.ts";
export { recordDenied } from "./record-denied.ts";
export { type NewEvent, recordEvent } from "./record-event.ts";
export { drainBacklog, type EventRelayOptions, placeEvents, startEventRelay } from "./relay.ts";
