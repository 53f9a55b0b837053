export { type SweepOptions, type Swept, sweepOrphans } from "./sweep-orphans.ts";
