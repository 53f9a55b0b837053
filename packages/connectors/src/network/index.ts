export { createNetwork } from "./create-network.ts";
export { hostRules } from "./host-rules.ts";
export type { FetchInit, Network } from "./network.ts";
