import {
  awaitChange,
  closeChange,
  createChange,
  deleteChange,
  getChange,
  getRules,
  listChangeRequests,
  listRevisions,
  mergeChange,
  type NewChangeRequest,
  proposeRevision,
  reopenChange,
  revertChange,
  setRules,
  submitChange,
  updateChange,
} from "@granary/core/changes";
import type { Ctx } from "@granary/core/context";
import { requireDataset } from "@granary/core/datasets";
import { receiveUpload } from "@granary/core/uploads";
import { type ChangeRequest, changeRoutes, problem, proposalFields } from "@granary/protocol";
import type { z } from "zod";
import { answer, type HandlersOf, type Part } from "../http/answer.ts";
import { toIssues } from "../http/errors.ts";

const { body } = changeRoutes["changes.create"];

function parse<T extends z.ZodType>(schema: T, values: unknown): z.output<T> {
  const parsed = schema.safeParse(values);
  if (!parsed.success) throw problem("request.invalid", {}, { issues: toIssues("body", parsed.error) });
  return parsed.data;
}

/** A form's fields are texts: `keys=sku,store`, `draft=true`. The file is the proposal. */
async function receiveForm(ctx: Ctx, parts: AsyncIterable<Part>): Promise<ChangeRequest> {
  const values: Record<string, string> = {};
  for await (const part of parts) {
    if (part.kind === "field") {
      values[part.name] = part.value;
      continue;
    }
    if (part.name !== "file") throw problem("upload.missing_file");
    const { missing, keys, options, downloadId, baseVersion, ...input } = parse(proposalFields, values);
    await requireDataset(ctx, input.dataset);
    const received = await receiveUpload(ctx, { stream: part.stream, fileName: part.filename });
    const proposal = { from: "file", uploadId: received.id, missing, keys, options, downloadId, baseVersion } as const;
    return createChange(ctx, { ...input, proposal } satisfies NewChangeRequest, received);
  }
  throw problem("upload.missing_file");
}

const waited = (ctx: Ctx, change: ChangeRequest, wait: boolean): Promise<ChangeRequest> => (wait ? awaitChange(ctx, change.id) : Promise.resolve(change));

export const changeHandlers: HandlersOf<typeof changeRoutes> = {
  "changes.list": (ctx, { query }) => listChangeRequests(ctx, query),
  "changes.create": async (ctx, { query, json, parts }) => {
    const created = json === undefined ? await receiveForm(ctx, parts()) : await createChange(ctx, parse(body, json));
    return answer(await waited(ctx, created, query.wait), { status: 202 });
  },
  "changes.get": (ctx, { params }) => getChange(ctx, params.change),
  "changes.update": (ctx, { params, body, version }) => updateChange(ctx, params.change, version, body),
  "changes.delete": (ctx, { params }) => deleteChange(ctx, params.change),
  "changes.propose": async (ctx, { params, query, body }) => waited(ctx, await proposeRevision(ctx, params.change, body), query.wait),
  "changes.revisions": (ctx, { params, query }) => listRevisions(ctx, params.change, query),
  "changes.submit": (ctx, { params }) => submitChange(ctx, params.change),
  "changes.close": (ctx, { params, body }) => closeChange(ctx, params.change, body),
  "changes.reopen": (ctx, { params }) => reopenChange(ctx, params.change),
  "changes.merge": async (ctx, { params, query, body }) => waited(ctx, await mergeChange(ctx, params.change, body.bypass), query.wait),
  "changes.revert": (ctx, { params, body }) => revertChange(ctx, params.change, body.reason),
  "changeRules.get": (ctx, { params }) => getRules(ctx, params.dataset),
  "changeRules.set": (ctx, { params, body, version }) => setRules(ctx, params.dataset, version, body),
};
