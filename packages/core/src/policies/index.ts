export { importPolicies, previewPolicy } from "./commands/import-policies.ts";
export { maskColumn, tagColumn } from "./commands/mask-column.ts";
export { createPolicy, deletePolicy, updatePolicy } from "./commands/save-policy.ts";
export { getAttributes, setAttributes } from "./commands/set-attributes.ts";
export { getMemberDatasets, getMemberMasking, setMemberDatasets, setMemberMasking } from "./commands/set-member-access.ts";
export { checkDatasetAccess } from "./queries/check-dataset-access.ts";
export { explainAccess } from "./queries/explain-access.ts";
export { exportPolicies } from "./queries/export-policies.ts";
export { getPolicy, listPolicies } from "./queries/read-policies.ts";
