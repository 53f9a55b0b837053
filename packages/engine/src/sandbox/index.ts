export { functionNames } from "./functions.ts";
export { relationKey } from "./relation-key.ts";
export type {
  EngineCapabilities,
  PlanStep,
  SandboxLimits,
  SandboxParameter,
  SandboxQuery,
  SandboxResult,
  SqlCheck,
  TableReference,
  TableVersion,
} from "./types.ts";
