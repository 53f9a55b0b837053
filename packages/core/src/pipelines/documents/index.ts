export { digestOf } from "./digest.ts";
export { requireDocument, requirePipeline } from "./require-pipeline.ts";
export {
  findDocument,
  findPipeline,
  holdPipeline,
  insertPipeline,
  insertVersion,
  type ListFilter,
  listPipelineRows,
  listVersionRows,
  type PipelineFields,
  type PipelineRow,
  readDocument,
  setEnabledRow,
  setHookHash,
  trashPipeline,
  updatePipeline,
} from "./store.ts";
export { clockOf, requireSchedules, restartTriggers, type StoredRule, syncTriggers } from "./sync-triggers.ts";
export { type Reference, referencesOf, replaceUses, resolveTargets, type ResolvedTargets, targetKey } from "./uses.ts";
