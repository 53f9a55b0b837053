import type { Ctx } from "@granary/core/context";
import {
  awaitImport,
  createDataset,
  getDataset,
  listBatches,
  listDatasets,
  listRejects,
  receiveUpload,
  refuseTakenName,
  restoreDataset,
  trashDataset,
} from "@granary/core/datasets";
import { datasetRoutes, problem } from "@granary/protocol";
import { answer, type HandlersOf, type Part } from "../http/answer.ts";
import { toIssues } from "../http/errors.ts";

const fields = datasetRoutes["datasets.create"].body.omit({ file: true }).strict();

function readFields(values: Readonly<Record<string, string>>) {
  const parsed = fields.safeParse(values);
  if (!parsed.success) throw problem("request.invalid", {}, { issues: toIssues("body", parsed.error) });
  return parsed.data;
}

/** Reads the form; the fields come before the file, so that a wrong one is told before gigabytes are sent. */
async function receiveForm(ctx: Ctx, parts: AsyncIterable<Part>) {
  const values: Record<string, string> = {};
  for await (const part of parts) {
    if (part.kind === "field") {
      values[part.name] = part.value;
      continue;
    }
    if (part.name !== "file") throw problem("upload.missing_file");
    const input = readFields({ name: part.filename.replace(/\.[^.]*$/, ""), ...values });
    await refuseTakenName(ctx, input.name);
    return { input, upload: await receiveUpload(ctx.services.config.dataDir, { stream: part.stream, fileName: part.filename }, ctx.signal) };
  }
  throw problem("upload.missing_file");
}

export const datasetHandlers: HandlersOf<typeof datasetRoutes> = {
  "datasets.create": async (ctx, { query, parts }) => {
    const { input, upload } = await receiveForm(ctx, parts());
    const created = await createDataset(ctx, input, upload);
    if (!query.wait) return answer(created, { status: 202 });
    return answer(await awaitImport(ctx, created), { status: 201 });
  },
  "datasets.list": (ctx, { query }) => listDatasets(ctx, query),
  "datasets.get": (ctx, { params }) => getDataset(ctx, params.dataset),
  "datasets.delete": (ctx, { params }) => trashDataset(ctx, params.dataset),
  "datasets.restore": (ctx, { params }) => restoreDataset(ctx, params.dataset),
  "datasets.batches": (ctx, { params, query }) => listBatches(ctx, params.dataset, query),
  "datasets.rejects": (ctx, { params, query }) => listRejects(ctx, params.dataset, params.batch, query),
};
