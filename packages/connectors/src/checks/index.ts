export { runCheck, StepFailure, type StepFinding } from "./run-check.ts";
