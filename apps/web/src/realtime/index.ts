export { connection } from "./connection.ts";
export { useFreshness } from "./use-freshness.ts";
export { useConnectionState, useTopic } from "./use-topic.ts";
