import { z } from "zod";
import { maskInput } from "../access/masks.ts";
import { attributeName, attributeValue, columnTag, POLICY_EFFECTS, POLICY_LEVELS, policyFields, policyView } from "../access/policies.ts";
import { route } from "../route.ts";
import { id, page, pageQuery } from "../schemas.ts";
import { datasetParams } from "./datasets.ts";

const TAG = "Policies";
const params = z.strictObject({ policy: id("policy") });
const FAULTS = ["mask.invalid", "policy.contradicts", "policy.locks_out", "policy.name_taken"] as const;

const flag = z.stringbool().optional();

const policyName = z.object({ id: id("policy"), name: z.string() });
const datasetName = z.object({ id: z.string(), name: z.string() });

/** What somebody sees of a dataset, and why. */
const datasetAccess = z
  .object({
    dataset: z.object({ id: id("dataset"), name: z.string() }),
    person: z.object({ id: id("user"), name: z.string() }),
    level: z.enum(["none", "viewer", "contributor", "owner"]),
    /** What lets them in, or keeps them out. */
    because: z.array(
      z.object({
        kind: z.enum(["administrator", "owner", "grant", "visibility", "policy", "permission", "nothing"]),
        text: z.string(),
        policy: policyName.nullable(),
      }),
    ),
    rows: z.enum(["all", "some", "none"]),
    /** Columns that whoever asks may know of. */
    columns: z.array(
      z.object({
        id: z.number().int(),
        name: z.string(),
        visibility: z.enum(["visible", "masked", "hidden"]),
        mask: z.string().nullable().describe("The mask in its short form"),
        tags: z.array(z.string()),
        policies: z.array(policyName),
      }),
    ),
    filters: z.array(
      z.object({
        policy: policyName,
        /** Which rows stay, in words. */
        text: z.string(),
        /** Why it cannot be applied, so that no row is shown. */
        fault: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: "DatasetAccess" });

export type DatasetAccess = z.infer<typeof datasetAccess>;

const checkedAccess = z.object({
  dataset: z.object({ id: id("dataset"), name: z.string() }).nullable(),
  allowed: z.boolean(),
  level: z.enum(["none", "viewer", "contributor", "owner"]),
  reason: z.string(),
});

export type CheckedAccess = z.infer<typeof checkedAccess>;

const memberDatasetAccess = z.object({ allow: z.array(datasetName), deny: z.array(datasetName), level: z.enum(POLICY_LEVELS) });

export type MemberDatasetAccess = z.infer<typeof memberDatasetAccess>;

const memberMasking = z.object({ masks: z.array(z.object({ dataset: datasetName, column: z.string(), mask: z.string() })) });

export type MemberMasking = z.infer<typeof memberMasking>;

const columnMasking = z.object({ column: z.string(), mask: z.string().nullable() });

export type ColumnMasking = z.infer<typeof columnMasking>;

const sight = z.object({
  level: z.enum(["none", "viewer", "contributor", "owner"]),
  hidden: z.array(z.string()),
  masked: z.array(z.object({ column: z.string(), mask: z.string() })),
  /** Whether some rows are left out. */
  filtered: z.boolean(),
});

/** For whom something would change, by dataset. */
const policyEffects = z.object({
  changes: z.array(z.object({ person: z.object({ id: z.string(), name: z.string() }), dataset: datasetName, before: sight, after: sight })),
  people: z.number().int(),
  datasets: z.number().int(),
  /** False where there were more people and datasets than are looked at, or more changes than are shown. */
  isComplete: z.boolean(),
});

export type PolicyEffects = z.infer<typeof policyEffects>;

const importedPolicies = z.object({
  applied: z.boolean(),
  steps: z.array(z.object({ action: z.enum(["create", "update", "delete", "unchanged"]), name: z.string(), sentence: z.string() })),
  effects: policyEffects,
});

export type ImportedPolicies = z.infer<typeof importedPolicies>;

const MAX_YAML = 500_000;
const MAX_LISTED = 500;
const MAX_ATTRIBUTES = 50;
const MAX_TAGS = 20;

const memberParams = z.strictObject({ user: z.string().min(1).max(254).describe("Id or e-mail address") });
const columnParams = datasetParams.extend({ column: z.string().min(1).max(500) });
const asked = z.array(z.string().min(1).max(200)).max(MAX_LISTED);
const attributes = z
  .record(attributeName, attributeValue)
  .refine((value) => Object.keys(value).length <= MAX_ATTRIBUTES, `must not have more than ${MAX_ATTRIBUTES} attributes`);

/** Who reads what, which values are masked and which rows are left out. */
export const policyRoutes = {
  "policies.list": route({
    method: "GET",
    path: "/policies",
    tag: TAG,
    summary: "List the workspace's policies",
    access: "privacy:read",
    query: pageQuery.extend({
      q: z.string().trim().max(100).optional().describe("Part of a name or description"),
      effect: z.enum(POLICY_EFFECTS).optional(),
      enabled: flag,
      dataset: id("dataset").optional().describe("Policies that name this dataset or a column of it"),
      about: id("dataset").optional().describe("Policies that are about this dataset or a column of it: by name, label, tag, owner or the whole workspace"),
    }),
    responses: { 200: page(policyView) },
  }),
  "policies.create": route({
    method: "POST",
    path: "/policies",
    tag: TAG,
    summary: "Make a policy",
    description: "Policies hold from the next request on. Deny goes before allow, row filters hold together, and of several masks the strictest holds.",
    access: "policy:manage",
    body: policyFields,
    responses: { 201: policyView },
    errors: FAULTS,
  }),
  "policies.get": route({
    method: "GET",
    path: "/policies/{policy}",
    tag: TAG,
    summary: "Show a policy",
    access: "privacy:read",
    params,
    responses: { 200: policyView },
    errors: ["policy.not_found"],
    versioned: true,
  }),
  "policies.update": route({
    method: "PUT",
    path: "/policies/{policy}",
    tag: TAG,
    summary: "Change a policy",
    access: "policy:manage",
    params,
    body: policyFields,
    responses: { 200: policyView },
    errors: ["policy.not_found", "edit.conflict", ...FAULTS],
    versioned: true,
  }),
  "policies.delete": route({
    method: "DELETE",
    path: "/policies/{policy}",
    tag: TAG,
    summary: "Delete a policy",
    access: "policy:manage",
    params,
    responses: { 204: null },
    errors: ["policy.not_found", "edit.conflict"],
    versioned: true,
  }),
  "policies.preview": route({
    method: "POST",
    path: "/policies/preview",
    tag: TAG,
    summary: "Show for whom a policy would change something, without making it",
    access: "policy:manage",
    body: z.strictObject({
      id: id("policy").optional().describe("The policy it would replace"),
      policy: policyFields.nullable().describe("Null: the policy would be deleted"),
    }),
    responses: { 200: z.object({ sentence: z.string().nullable(), effects: policyEffects }) },
    errors: ["policy.not_found", "mask.invalid", "policy.contradicts", "policy.locks_out"],
    rate: "read",
  }),
  "policies.export": route({
    method: "GET",
    path: "/policies/export",
    tag: TAG,
    summary: "Export the policies people wrote as YAML",
    access: "privacy:read",
    responses: { 200: "bytes" },
  }),
  "policies.import": route({
    method: "POST",
    path: "/policies/import",
    tag: TAG,
    summary: "Make policies of a YAML file, or show what that would change",
    description: "Policies are matched by name. With `replace`, those that people wrote and that are not in the file are deleted.",
    access: "policy:manage",
    body: z.strictObject({ yaml: z.string().min(1).max(MAX_YAML), mode: z.enum(["merge", "replace"]).default("merge"), dryRun: z.boolean().default(true) }),
    responses: { 200: importedPolicies },
    errors: FAULTS,
  }),
  "access.columnTags": route({
    method: "GET",
    path: "/rbac/column-tags",
    tag: TAG,
    summary: "List the tags that columns have, with how many columns have each",
    access: "privacy:read",
    responses: { 200: z.object({ tags: z.array(z.object({ tag: z.string(), columns: z.number().int() })).describe("The most frequent first, at most 500") }) },
  }),
  "access.explain": route({
    method: "GET",
    path: "/datasets/{dataset}/access",
    tag: TAG,
    summary: "Show what you see of a dataset and why; for its owners and those who manage policies, what anybody sees",
    access: "dataset:read",
    params: datasetParams,
    query: z.strictObject({ user: z.string().min(1).max(254).optional().describe("Id or e-mail address; you when absent") }),
    responses: { 200: datasetAccess },
    errors: ["dataset.not_found", "user.not_found"],
  }),
  "access.check": route({
    method: "GET",
    path: "/rbac/check-dataset-access/{dataset}",
    tag: TAG,
    summary: "Ask whether you may see a dataset",
    access: "signed_in",
    params: datasetParams,
    responses: { 200: checkedAccess },
  }),
  "access.memberDatasets": route({
    method: "GET",
    path: "/rbac/users/{user}/dataset-access",
    tag: TAG,
    summary: "List the datasets a member is let into and kept out of by name",
    access: "privacy:read",
    params: memberParams,
    responses: { 200: memberDatasetAccess },
    errors: ["user.not_found"],
  }),
  "access.setMemberDatasets": route({
    method: "PUT",
    path: "/rbac/users/{user}/dataset-access",
    tag: TAG,
    summary: "Set the datasets a member is let into and kept out of by name",
    description: "Two policies about the member keep the lists. Names or ids; what is not listed is as without them.",
    access: "policy:manage",
    params: memberParams,
    body: z.strictObject({ allow: asked.default([]), deny: asked.default([]), level: z.enum(POLICY_LEVELS).default("viewer") }),
    responses: { 200: memberDatasetAccess },
    errors: ["user.not_found", "policy.contradicts"],
  }),
  "access.memberMasking": route({
    method: "GET",
    path: "/rbac/users/{user}/column-masking",
    tag: TAG,
    summary: "List the masks that are set for a member alone",
    access: "privacy:read",
    params: memberParams,
    responses: { 200: memberMasking },
    errors: ["user.not_found"],
  }),
  "access.setMemberMasking": route({
    method: "PUT",
    path: "/rbac/users/{user}/column-masking",
    tag: TAG,
    summary: "Set the masks of a member alone",
    description: "They hold beside all other masks: of several the strictest.",
    access: "policy:manage",
    params: memberParams,
    body: z.strictObject({
      masks: z.array(z.strictObject({ dataset: z.string().min(1).max(200), column: z.string().min(1).max(500), mask: maskInput })).max(MAX_LISTED),
    }),
    responses: { 200: memberMasking },
    errors: ["user.not_found", "mask.invalid"],
  }),
  "access.maskColumn": route({
    method: "PATCH",
    path: "/datasets/{dataset}/schema/{column}/masking",
    tag: TAG,
    summary: "Set the mask of a column for everybody who lacks pii:view, or take it away",
    access: "policy:manage",
    params: columnParams,
    body: z.strictObject({ mask: maskInput.nullable() }),
    responses: { 200: columnMasking },
    errors: ["dataset.not_found", "dataset.column_not_found", "mask.invalid"],
  }),
  "access.tagColumn": route({
    method: "PUT",
    path: "/datasets/{dataset}/schema/{column}/tags",
    tag: TAG,
    summary: "Say what a column is about, such as pii.email",
    description: "Policies that name a tag hold for the column at once.",
    access: "policy:manage",
    params: columnParams,
    body: z.strictObject({ tags: z.array(columnTag).max(MAX_TAGS) }),
    responses: { 200: z.object({ column: z.string(), tags: z.array(z.string()) }) },
    errors: ["dataset.not_found", "dataset.column_not_found"],
  }),
  "access.attributes": route({
    method: "GET",
    path: "/users/{user}/attributes",
    tag: TAG,
    summary: "Show what is known of a member, for policies to look at",
    access: "user:read",
    params: memberParams,
    responses: { 200: z.object({ attributes: z.record(z.string(), z.string()) }) },
    errors: ["user.not_found"],
  }),
  "access.setAttributes": route({
    method: "PUT",
    path: "/users/{user}/attributes",
    tag: TAG,
    summary: "Say what is known of a member, in place of all that was",
    access: "user:update",
    params: memberParams,
    body: z.strictObject({ attributes }),
    responses: { 200: z.object({ attributes: z.record(z.string(), z.string()) }) },
    errors: ["user.not_found"],
  }),
} as const;
