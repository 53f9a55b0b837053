import { problem, type Reject, type RejectRepair } from "@granary/protocol";
import { type Ctx, requireUser } from "../../context/index.ts";
import { requireBatch } from "../queries/get-batch.ts";
import { requireWhole } from "../queries/get-dataset.ts";
import { presentReject } from "./present.ts";
import { findForm, findRejectRow, keepRepair, type KeptForm, type Repair, type RejectRow } from "./store.ts";

const refuse = (path: string, message: string): Error => problem("request.invalid", {}, { issues: [{ path, message }] });

/** The record's values with some of them put right. */
function withValues(form: KeptForm, row: RejectRow, values: Readonly<Record<string, string | null>>): Repair {
  const names = form.columns.map((item) => item.source);
  const unknown = Object.keys(values).filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw problem("request.invalid", {}, { issues: unknown.map((name) => ({ path: `body.values.${name}`, message: "the file has no such column" })) });
  const before = row.repaired_fields ?? row.fields;
  return { fields: names.map((name, index) => (name in values ? (values[name] ?? null) : (before?.[index] ?? null))), raw: null };
}

/** JSON knows no line end inside of a text, so every one is only space between values. */
function oneLineObject(raw: string): string {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch (error) {
    throw refuse("body.raw", `is no valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refuse("body.raw", "has to be one JSON object");
  return raw.replaceAll(/[\r\n]+/g, " ").trim();
}

/** The record as a whole, taken apart in an engine process as its file was. */
async function withText(ctx: Ctx, form: KeptForm, text: string): Promise<Repair> {
  const { dialect, columns } = form;
  if (dialect === null) return { fields: null, raw: oneLineObject(text) };
  const found = await ctx.services.engine.use({ kind: "read", signal: ctx.signal }, (session) => session.task("parseRecord", { text, dialect }));
  if ("fault" in found) throw refuse("body.raw", found.fault);
  const { fields } = found;
  if (fields.length !== columns.length) throw refuse("body.raw", `${columns.length} values expected, ${fields.length} found`);
  return { fields, raw: null };
}

/** Corrects a rejected record, if it is still as the caller read it; it is loaded by `resubmitRejects`. */
export async function repairReject(
  ctx: Ctx,
  at: { readonly dataset: string; readonly batch: string; readonly number: number; readonly version: number },
  repair: RejectRepair,
): Promise<Reject> {
  const { dataset, batch } = await requireBatch(ctx, at.dataset, at.batch, "contributor");
  requireWhole(dataset, "repairing rejected records");
  const [form, row] = [await findForm(ctx.db, batch.id), await findRejectRow(ctx.db, batch.id, at.number)];
  if (form === undefined || row === undefined) throw problem("reject.not_found");
  if (row.status === "resubmitted") throw problem("reject.resubmitted");
  const kept = "values" in repair ? withValues(form, row, repair.values) : await withText(ctx, form, repair.raw);
  return ctx.tx(async (ctx) => {
    const isKept = await keepRepair(ctx.db, { ...at, batchId: batch.id }, kept, { personId: requireUser(ctx.principal), now: ctx.now });
    const after = await findRejectRow(ctx.db, batch.id, at.number);
    if (after === undefined) throw problem("reject.not_found");
    if (!isKept) throw problem("edit.conflict", { current: presentReject(after) });
    await ctx.record({ type: "dataset.record_repaired", subject: { id: dataset.id, label: dataset.name }, data: { batchId: batch.id, line: after.line } });
    return presentReject(after);
  });
}
