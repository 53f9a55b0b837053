export type { Chain } from "./store.ts";
export { lastEventPosition, readEventsAfter } from "./queries/read-events.ts";
export { type ChainRange, type ChainReport, verifyChain } from "./queries/verify-chain.ts";
export { recordDenied } from "./record-denied.ts";
export { drainBacklog, type EventRelayOptions, placeEvents, startEventRelay } from "./relay.ts";
