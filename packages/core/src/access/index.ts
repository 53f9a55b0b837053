export { authorize, mayDo } from "./authorize.ts";
export { grantedLevel, listableDatasets } from "./dataset-access.ts";
export { atLeast, DATASET_LEVELS, type DatasetLevel, datasetLevel } from "./dataset-level.ts";
export * from "./decision/index.ts";
export { keepsType } from "./masked-type.ts";
export { checkMask, maskExpression, type MaskInput, stricter, strictest, workspaceMaskKey } from "./masks/index.ts";
export { type PlannableColumn, readPlanFor } from "./read-plan.ts";
export { type CustomRoles, permissionsOf, permissionsOfKey, readCustomRoles } from "./permissions-of.ts";
