export { authorize, mayDo } from "./authorize.ts";
export { atLeast, DATASET_LEVELS, type DatasetLevel, datasetLevel, grantedLevel, listableDatasets, readableDatasets } from "./dataset-access.ts";
export { checkMask, maskExpression, type MaskInput, stricter, strictest, workspaceMaskKey } from "./masks/index.ts";
export { type PlannableColumn, readPlanFor } from "./read-plan.ts";
export { permissionsOf, permissionsOfKey } from "./permissions-of.ts";
