import type { RunningJob } from "@granary/jobs";
import { newId } from "@granary/kernel";
import type { LakeColumn } from "@granary/lake";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { holdDataset } from "../../datasets/index.ts";
import { readSample } from "../read-sample.ts";
import { columnRecogniser, type Finding } from "../recognise/index.ts";
import { changedALot } from "../rules.ts";
import { getSettingsRow, keptFindings, keyOf, type NewFinding, removeSuggestions, writeScan, writeSuggestions } from "../store.ts";
import { stewardsOf, tellStewards } from "../tell-stewards.ts";

/** What a scan did. */
interface ScanResult {
  readonly columns: number;
  readonly found: number;
  readonly suggested: number;
}

interface Scanned {
  readonly id: string;
  readonly name: string;
  readonly dataVersion: number;
}

interface FoundIn {
  readonly column: LakeColumn;
  readonly findings: readonly Finding[];
}

interface Looked {
  readonly columns: readonly FoundIn[];
  readonly values: number;
}

const NOTHING: ScanResult = { columns: 0, found: 0, suggested: 0 };

const typeFor = ({ sqlType, type }: LakeColumn): string => (sqlType.kind === "text" ? "text" : type);

/** What the names and different values of a table's columns say. */
async function look(ctx: Ctx, dataset: Scanned & { readonly tableName: string; readonly snapshotId: string }, job: RunningJob): Promise<Looked> {
  const settings = await getSettingsRow(ctx.db);
  const at = { snapshotId: dataset.snapshotId };
  const table = await ctx.services.lake.open(ctx.db, { workspaceId: ctx.workspaceId, tableName: dataset.tableName, at });
  const recognise = columnRecogniser({ phoneRegion: settings.phone_region ?? undefined, also: settings.driving_licences ? ["driver_licence"] : [] });
  const columns = table.columns.filter(({ isSystem }) => !isSystem);
  const found: FoundIn[] = [];
  let values = 0;
  for (const column of columns) {
    ctx.signal.throwIfAborted();
    job.progress(found.length, columns.length, `Column ${found.length + 1} of ${columns.length}`);
    const sample = await readSample(ctx, table, column);
    values += sample.length;
    found.push({ column, findings: recognise({ name: column.name, type: typeFor(column), values: sample }) });
  }
  return { columns: found, values };
}

/** Adds to what is kept: decisions stay, suggestions that were not found again go. Answers those nobody was asked before. */
async function keep(ctx: TxCtx, dataset: Scanned, { columns }: Looked): Promise<readonly NewFinding[]> {
  const kept = await keptFindings(ctx.db, dataset.id);
  const seen = new Set<string>();
  const suggestions: NewFinding[] = [];
  const asked: NewFinding[] = [];
  for (const { column, findings } of columns)
    for (const { entity, confidence, evidence } of findings) {
      const key = keyOf(column.fieldId, entity);
      seen.add(key);
      const before = kept.get(key);
      const isSettled = before?.state === "accepted" || (before?.state === "refused" && !changedALot(before.evidence, evidence));
      if (isSettled) continue;
      const id = before?.id ?? newId("finding", ctx.now.getTime());
      const finding = { id, fieldId: column.fieldId, entity, confidence, evidence };
      suggestions.push(finding);
      if (before?.state !== "suggested") asked.push(finding);
    }
  await removeSuggestions(
    ctx.db,
    [...kept].filter(([key, { state }]) => state === "suggested" && !seen.has(key)).map(([, { id }]) => id),
  );
  await writeSuggestions(ctx, dataset.id, dataset.dataVersion, suggestions);
  return asked;
}

/** Looks through the newest version of a dataset. Findings, event, notifications and the job's end commit together. */
export async function scanDataset(ctx: Ctx, datasetId: string, job: RunningJob): Promise<ScanResult> {
  const dataset = await ctx.db
    .selectFrom("datasets")
    .select(["id", "name", "data_version as dataVersion", "snapshot_id as snapshotId", "table_name as tableName"])
    .where("id", "=", datasetId)
    .where("trashed_at", "is", null)
    .executeTakeFirst();
  const { snapshotId } = dataset ?? { snapshotId: null };
  if (dataset === undefined || snapshotId === null) return NOTHING;
  const looked = await look(ctx, { ...dataset, snapshotId }, job);
  const stewards = await stewardsOf(ctx, datasetId);
  return ctx.tx(async (ctx) => {
    await holdDataset(ctx.db, datasetId);
    const columns = looked.columns.length;
    const found = looked.columns.reduce((sum, { findings }) => sum + findings.length, 0);
    const isNewest = await writeScan(ctx, datasetId, { dataVersion: dataset.dataVersion, columns, looked: looked.values });
    const asked = isNewest ? await keep(ctx, dataset, looked) : [];
    const result = { columns, found, suggested: asked.length };
    await tellStewards(ctx, stewards, asked);
    await ctx.record({
      type: "dataset.personal_data_scanned",
      subject: { id: datasetId, label: dataset.name },
      data: { dataVersion: dataset.dataVersion, ...result },
    });
    await job.finish(ctx.db, result);
    return result;
  });
}
