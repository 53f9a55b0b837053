export { checkFaults, checkPipeline, checkWhole, parsePipeline, requireSound } from "./check-pipeline.ts";
export { sqlParameters } from "./describe-sql.ts";
