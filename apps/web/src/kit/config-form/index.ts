export { checkConfig } from "./check-config.ts";
export { ConfigForm } from "./config-form.tsx";
export { sentValues, startValues } from "./config-values.ts";
export { configIssues } from "./place-issues.ts";
