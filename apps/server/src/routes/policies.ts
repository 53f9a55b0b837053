import { Readable } from "node:stream";
import {
  checkDatasetAccess,
  createPolicy,
  deletePolicy,
  explainAccess,
  exportPolicies,
  getAttributes,
  getMemberDatasets,
  getMemberMasking,
  getPolicy,
  importPolicies,
  listColumnTags,
  listPolicies,
  maskColumn,
  previewPolicy,
  setAttributes,
  setMemberDatasets,
  setMemberMasking,
  tagColumn,
  updatePolicy,
} from "@granary/core/policies";
import type { policyRoutes } from "@granary/protocol";
import { type HandlersOf, streamed } from "../http/answer.ts";

export const policyHandlers: HandlersOf<typeof policyRoutes> = {
  "policies.list": (ctx, { query }) => listPolicies(ctx, query),
  "policies.create": (ctx, { body }) => createPolicy(ctx, body),
  "policies.get": (ctx, { params }) => getPolicy(ctx, params.policy),
  "policies.update": (ctx, { params, body, version }) => updatePolicy(ctx, params.policy, version, body),
  "policies.delete": (ctx, { params, version }) => deletePolicy(ctx, params.policy, version),
  "policies.preview": (ctx, { body }) => previewPolicy(ctx, body.id, body.policy),
  "policies.export": async (ctx) =>
    streamed(Readable.from([await exportPolicies(ctx)], { objectMode: false }), {
      headers: { "content-type": "application/yaml; charset=utf-8", "content-disposition": 'attachment; filename="policies.yaml"' },
    }),
  "policies.import": (ctx, { body }) => importPolicies(ctx, body),
  "access.columnTags": (ctx) => listColumnTags(ctx),
  "access.explain": (ctx, { params, query }) => explainAccess(ctx, params.dataset, query.user),
  "access.check": (ctx, { params }) => checkDatasetAccess(ctx, params.dataset),
  "access.memberDatasets": (ctx, { params }) => getMemberDatasets(ctx, params.user),
  "access.setMemberDatasets": (ctx, { params, body }) => setMemberDatasets(ctx, params.user, body),
  "access.memberMasking": (ctx, { params }) => getMemberMasking(ctx, params.user),
  "access.setMemberMasking": (ctx, { params, body }) => setMemberMasking(ctx, params.user, body.masks),
  "access.maskColumn": (ctx, { params, body }) => maskColumn(ctx, params.dataset, params.column, body.mask),
  "access.tagColumn": (ctx, { params, body }) => tagColumn(ctx, params.dataset, params.column, body.tags),
  "access.attributes": (ctx, { params }) => getAttributes(ctx, params.user),
  "access.setAttributes": (ctx, { params, body }) => setAttributes(ctx, params.user, body.attributes),
};
