import { Readable } from "node:stream";
import type { Id } from "@granary/kernel";
import { type Batch, FILE_COLUMN_TYPES, type FileColumnOptions, type FileOptions, problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { discardUpload, insertUpload, type ReceivedUpload, receiveFile, recordingInfected } from "../../uploads/index.ts";
import type { BatchRow } from "../batch-store.ts";
import { insertBatch } from "../commands/insert-batch.ts";
import { requireBatch } from "../queries/get-batch.ts";
import { requireWhole } from "../queries/get-dataset.ts";
import type { DatasetRow } from "../seen-datasets.ts";
import { findForm, type KeptForm, lockRepaired, markResubmitted, type RejectRow } from "./store.ts";

const TYPES: Readonly<Record<string, FileColumnOptions["type"]>> = { string: "text", int: "integer", long: "integer", float: "number", double: "number" };

/** How a column's texts become the type its dataset has now; nothing for nested ones, whose values say what they are. */
function typeFor(storedType: string): string | undefined {
  const named = TYPES[storedType] ?? storedType;
  return named.startsWith("decimal") || FILE_COLUMN_TYPES.some((name) => name === named) ? named : undefined;
}

/** Values are written as they were in the first file; only dates have a format. */
function styleOf(reading: KeptForm["columns"][number]["reading"], type: string | undefined): FileColumnOptions {
  if (reading === null) return {};
  const { nullTokens, number, format } = reading;
  const isDate = type !== undefined && /^(date|timestamp)/.test(type);
  return { nullTokens: [...nullTokens], decimal: number?.decimal, thousands: number?.thousands, format: isDate ? format : undefined };
}

function columnOptions(column: KeptForm["columns"][number], dataset: DatasetRow): FileColumnOptions {
  if (column.name === null) return { skip: true };
  const storedType = dataset.columns?.find((item) => item.name === column.name)?.storedType;
  const type = storedType === undefined || column.reading === null ? undefined : typeFor(storedType);
  return { name: column.name, type, ...styleOf(column.reading, type) };
}

/** A corrected record as a JSON object on a line. */
function lineOf(form: KeptForm, row: RejectRow): string {
  if (row.repaired_raw !== null) return row.repaired_raw;
  const values = form.columns.map(({ source, reading }, index) => ({ source, reading, value: row.repaired_fields?.[index] ?? null }));
  // A nested value that is missing says nothing about its column's type, so it is left out.
  return JSON.stringify(
    Object.fromEntries(values.filter(({ reading, value }) => reading !== null || value !== null).map(({ source, value }) => [source, value])),
  );
}

/** Reads the lines as the first file was read, typed as the dataset is. */
function optionsFor(form: KeptForm, dataset: DatasetRow, lines: readonly string[]): FileOptions {
  const present = new Set(lines.flatMap((line) => Object.keys(JSON.parse(line) as Record<string, unknown>)));
  const columns = form.columns.filter((column) => present.has(column.source)).map((column) => [column.source, columnOptions(column, dataset)]);
  return { kind: "json", encoding: "utf-8", json: { layout: "lines", nested: form.nested }, columns: Object.fromEntries(columns) };
}

export interface Resubmitted {
  readonly batch: Batch;
  readonly jobId: Id<"job">;
}

interface Repaired {
  readonly dataset: DatasetRow;
  readonly batch: BatchRow;
  readonly form: KeptForm;
}

async function insert(ctx: TxCtx, { dataset, batch, form }: Repaired, rows: readonly RejectRow[], upload: ReceivedUpload): Promise<Resubmitted> {
  await insertUpload(ctx, upload);
  const lines = rows.map((row) => lineOf(form, row));
  const options = optionsFor(form, dataset, lines);
  const batchDate = batch.batch_date ?? undefined;
  const loading = await insertBatch(ctx, dataset.id, { uploadId: upload.id, mode: "append", options, repairs: batch.id, batchDate });
  await markResubmitted(
    ctx.db,
    batch.id,
    rows.map((row) => row.number),
    loading.batch.id,
  );
  const data = { batchId: loading.batch.id, repairs: batch.id, records: rows.length };
  await ctx.record({ type: "dataset.records_resubmitted", subject: { id: dataset.id, label: dataset.name }, data });
  return loading;
}

/**
 * Loads the corrected records of a load, as a load of their own that appends them typed as the dataset is. Those that do not fit
 * are rejected again, there; when that load fails as a whole, they wait here again. Throws `batch.nothing_repaired`.
 */
export async function resubmitRejects(ctx: Ctx, datasetName: string, batchId: string): Promise<Resubmitted> {
  const { dataset, batch } = await requireBatch(ctx, datasetName, batchId, "contributor");
  requireWhole(dataset, "loading repaired records");
  const form = await findForm(ctx.db, batch.id);
  if (form === undefined) throw problem("batch.nothing_repaired");
  let upload: ReceivedUpload | undefined;
  try {
    const load = async (ctx: TxCtx): Promise<Resubmitted> => {
      const rows = await lockRepaired(ctx.db, batch.id);
      if (rows.length === 0) throw problem("batch.nothing_repaired");
      const text = rows.map((row) => `${lineOf(form, row)}\n`).join("");
      const fileName = `${batch.file_name.replace(/\.[^.]*$/, "")} (repaired).ndjson`;
      upload = await receiveFile(ctx, { stream: Readable.from([Buffer.from(text)]), fileName });
      return insert(ctx, { dataset, batch, form }, rows, upload);
    };
    return await recordingInfected(ctx, () => ctx.tx(load));
  } catch (error) {
    if (upload !== undefined) await discardUpload(ctx.services.config.dataDir, upload.id);
    throw error;
  }
}
