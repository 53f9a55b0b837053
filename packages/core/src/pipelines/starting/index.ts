export { MAX_DEPTH, startTriggered } from "./start-triggered.ts";
