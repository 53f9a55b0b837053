import type { Ctx } from "@granary/core/context";
import {
  awaitImport,
  type CreatedDataset,
  createDataset,
  getDataset,
  listBatches,
  refuseTakenName,
  restoreDataset,
  trashDataset,
} from "@granary/core/datasets";
import { receiveUpload } from "@granary/core/uploads";
import { datasetRoutes, problem } from "@granary/protocol";
import type { z } from "zod";
import { answer, type HandlersOf, type Part } from "../http/answer.ts";
import { toIssues } from "../http/errors.ts";

const { body } = datasetRoutes["datasets.create"];
const fields = body.omit({ file: true, uploadId: true }).strict();
const namedFields = body.omit({ file: true }).required({ uploadId: true }).strict();

function parse<T extends z.ZodType>(schema: T, values: unknown): z.output<T> {
  const parsed = schema.safeParse(values);
  if (!parsed.success) throw problem("request.invalid", {}, { issues: toIssues("body", parsed.error) });
  return parsed.data;
}

/** Fields of a form are texts; these hold JSON. */
const JSON_FIELDS = ["options", "maxRejects"] as const;

function withParsedFields(values: Readonly<Record<string, string>>): Record<string, unknown> {
  const parsed: Record<string, unknown> = { ...values };
  for (const field of JSON_FIELDS) {
    const text = values[field];
    if (text === undefined) continue;
    try {
      parsed[field] = JSON.parse(text);
    } catch (cause) {
      throw problem("request.invalid", {}, { issues: [{ path: `body.${field}`, message: "must be valid JSON" }], cause });
    }
  }
  return parsed;
}

/** Reads the form; the fields come before the file, so that a wrong one is told before gigabytes are sent. */
async function receiveForm(ctx: Ctx, parts: AsyncIterable<Part>): Promise<CreatedDataset> {
  const values: Record<string, string> = {};
  for await (const part of parts) {
    if (part.kind === "field") {
      values[part.name] = part.value;
      continue;
    }
    if (part.name !== "file") throw problem("upload.missing_file");
    const input = parse(fields, { name: part.filename.replace(/\.[^.]*$/, ""), ...withParsedFields(values) });
    await refuseTakenName(ctx, input.name);
    const received = await receiveUpload(ctx, { stream: part.stream, fileName: part.filename });
    return createDataset(ctx, input, { received });
  }
  throw problem("upload.missing_file");
}

/** From a file that was uploaded before. */
function createFromUpload(ctx: Ctx, values: unknown): Promise<CreatedDataset> {
  const { uploadId, ...input } = parse(namedFields, values);
  return createDataset(ctx, input, { uploadId });
}

export const datasetHandlers: HandlersOf<typeof datasetRoutes> = {
  "datasets.create": async (ctx, { query, json, parts }) => {
    const created = json === undefined ? await receiveForm(ctx, parts()) : await createFromUpload(ctx, json);
    if (!query.wait) return answer(created, { status: 202 });
    return answer(await awaitImport(ctx, created), { status: 201 });
  },
  "datasets.get": (ctx, { params }) => getDataset(ctx, params.dataset),
  "datasets.delete": (ctx, { params }) => trashDataset(ctx, params.dataset),
  "datasets.restore": (ctx, { params }) => restoreDataset(ctx, params.dataset),
  "datasets.batches": (ctx, { params, query }) => listBatches(ctx, params.dataset, query),
};
