import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { insertUpload, type ReceivedUpload, takeUpload } from "../../uploads/index.ts";
import { formatOf } from "../catalog/index.ts";
import { requireDataset, requireWhole } from "../queries/get-dataset.ts";
import type { DatasetRow } from "../seen-datasets.ts";
import { insertBatch, type NewBatch, type StartedLoad } from "./insert-batch.ts";

function requireKeyColumns(dataset: DatasetRow, keys: readonly string[] | undefined): void {
  const known = new Set(dataset.columns?.map((item) => item.name));
  const issues = (keys ?? []).flatMap((name, index) => (known.has(name) ? [] : [{ path: `body.keys.${index}`, message: `there is no column called ${name}` }]));
  if (dataset.data_version > 0 && issues.length > 0) throw problem("request.invalid", {}, { issues });
}

/** Refuses a mapping to columns the dataset does not have, and two columns of the file for one. */
function requireMapping(dataset: DatasetRow, { onNewColumns, mapping }: NewBatch): void {
  const refuse = (path: string, message: string): Error => problem("request.invalid", {}, { issues: [{ path, message }] });
  if (onNewColumns === "map" && mapping === undefined) throw refuse("body.mapping", "says where columns of the file go, when new columns are mapped");
  if (onNewColumns !== "map" && mapping !== undefined) throw refuse("body.onNewColumns", "has to be map for columns to be mapped");
  const known = new Set(dataset.columns?.map((item) => item.name));
  const targets = Object.entries(mapping ?? {}).filter((entry): entry is [string, string] => entry[1] !== null);
  const issues = targets.flatMap(([source, target], index) => {
    const path = `body.mapping.${source}`;
    if (!known.has(target)) return [{ path, message: `there is no column called ${target}` }];
    const first = targets.findIndex((entry) => entry[1] === target);
    return first === index ? [] : [{ path, message: `${targets[first]?.[0]} goes to ${target} already` }];
  });
  if (dataset.data_version > 0 && issues.length > 0) throw problem("request.invalid", {}, { issues });
}

/** What a file would tell of a dataset by how it fits: columns, keys, and rows that are replaced without having been seen. */
function requireSight(dataset: DatasetRow, { mode, keys }: NewBatch): void {
  requireWhole(dataset, "loading a file", mode === "append" ? ["columns"] : ["columns", "rows"]);
  if (mode !== "upsert") return;
  const names = keys ?? dataset.columns?.filter(({ fieldId }) => dataset.key_fields?.includes(fieldId)).map(({ name }) => name) ?? [];
  const isMatchedMasked = dataset.columns?.some(({ name, masked }) => masked && names.includes(name)) === true;
  if (isMatchedMasked) requireWhole(dataset, "matching rows by a masked column", ["values"]);
}

/** Whether rows of a dataset can be matched: by the columns named, or by keys of its own. */
function requireKeys(dataset: DatasetRow, input: NewBatch): void {
  requireKeyColumns(dataset, input.keys);
  if (input.mode !== "upsert" || input.keys !== undefined || dataset.data_version === 0) return;
  if ((dataset.key_fields ?? []).length === 0) throw problem("batch.no_keys");
}

/** Loads an uploaded file, or one that was received now, into a dataset that is there, by a job queued in the same transaction. */
export async function loadBatch(ctx: Ctx, dataset: string, input: NewBatch, received?: ReceivedUpload): Promise<StartedLoad> {
  const target = await requireDataset(ctx, dataset, "contributor");
  requireSight(target, input);
  requireMapping(target, input);
  requireKeys(target, input);
  return ctx.tx(async (ctx) => {
    const row = await requireDataset(ctx, dataset, "contributor");
    if (received !== undefined) await insertUpload(ctx, received);
    const upload = received ?? (await takeUpload(ctx, input.uploadId));
    const loading = await insertBatch(ctx, row.id, input);
    await ctx.db
      .updateTable("datasets")
      .set((eb) => ({ format: formatOf(upload.fileName), frequency: eb.fn.coalesce("frequency", eb.val(input.frequency ?? null)) }))
      .where("id", "=", row.id)
      .execute();
    const data = { batchId: loading.batch.id, mode: input.mode, fileName: upload.fileName, bytes: upload.bytes, sha256: upload.sha256, sql: input.query?.sql };
    await ctx.record({ type: "dataset.load_started", subject: { id: row.id, label: row.name }, data });
    return loading;
  });
}
