import { isUniqueViolation } from "@granary/db";
import { type NodeOf, problem } from "@granary/protocol";
import type { TxCtx } from "../../context/index.ts";
import { addVersion, columnTypeOf, requireDataset, requireSameTarget, writeWords } from "../../datasets/index.ts";
import { quarantineNewDataset } from "../../quarantine/index.ts";
import type { Work } from "../carry-out/work.ts";
import { labelOf } from "../move-run.ts";
import type { Pending, Result } from "./pending.ts";
import { rejectsOf } from "./rejected-rows.ts";
import { type Place, type StagedDataset, stageDataset } from "./stage-dataset.ts";

/** Makes the dataset that a run's first rows are for. Somebody may have made one of the name since: then the rows are staged for that. */
async function insertDataset(ctx: TxCtx, work: Work, { id, name }: Place): Promise<void> {
  try {
    await ctx.db
      .insertInto("datasets")
      .values({
        id,
        workspace_id: ctx.workspaceId,
        name,
        description: "",
        tags: [],
        format: "other",
        visibility: "private",
        owner_id: work.reader.principal.userId,
        table_name: id,
      })
      .execute();
  } catch (error) {
    if (isUniqueViolation(error, "datasets_name_key")) throw problem("lake.commit_conflict", {}, { cause: error });
    throw error;
  }
  await writeWords(ctx, id);
  await quarantineNewDataset(ctx, { id: id as never, name });
  await ctx.record({ type: "dataset.created", subject: { id, label: name }, data: { runId: work.row.id, pipelineId: work.row.pipeline_id } });
}

const storedColumns = (staged: StagedDataset["staged"], names?: ReadonlySet<string>) =>
  staged.columns
    .filter(({ name }) => names === undefined || names.has(name))
    .map(({ fieldId, name, type }) => ({ fieldId, name, type: columnTypeOf(type), storedType: type }));

/** Columns the dataset gains; their ids were written into the staged files, so they must come out the same. */
async function schemaFor(ctx: TxCtx, { place, staged }: StagedDataset) {
  const { target } = staged;
  if (target === undefined) return { columns: storedColumns(staged), keys: [] };
  if (staged.newColumns.length === 0) return undefined;
  const ref = { workspaceId: ctx.workspaceId, tableName: place.tableName };
  const { schema } = await ctx.services.lake.evolveSchema(ctx.db, ref, { changes: staged.newColumns, baseSchemaId: staged.schema["schema-id"] });
  const added = storedColumns(staged, new Set(staged.newColumns.map(({ name }) => name)));
  if (!added.every(({ fieldId, name }) => schema.fields.some((field) => field.id === fieldId && field.name === name))) throw problem("lake.commit_conflict");
  return { columns: [...target.schema.columns, ...added], keys: target.schema.keys };
}

/** Points a dataset to its staged rows, as a version of its own, in the transaction that ends the run. */
async function publish(tx: TxCtx, work: Work, item: StagedDataset): Promise<Result> {
  const { principal } = work.reader;
  const ctx = { ...tx, principal };
  const { node, place, staged } = item;
  if (place.isNew) await insertDataset(ctx, work, place);
  // The person may have lost the right since the rows were staged.
  else await requireDataset(ctx, place.id, "contributor");
  const schema = await schemaFor(ctx, item);
  const published = await ctx.services.lake.publish(ctx.db, staged, { summary: { run: work.row.id } });
  await requireSameTarget(ctx as never, place.id, staged);
  const { addedRows: added, deletedRows: removed, replacedRows: replaced } = staged.counts;
  const version = await addVersion(ctx, {
    datasetId: place.id,
    published,
    operation: "run",
    runId: work.row.id,
    personId: principal.userId,
    by: principal,
    reason: labelOf(work.row),
    counts: { added, removed, replaced },
    schema,
  });
  await ctx.record({
    type: "dataset.run_published",
    subject: { id: place.id, label: version.name },
    data: { runId: work.row.id, pipelineId: work.row.pipeline_id, version: version.number, rows: staged.loaded, rejected: staged.rejectedCount },
  });
  await ctx.enqueue("personal_data.scan", { datasetId: place.id }, { uniqueKey: `${place.id}@${version.number}` });
  return {
    node: node.id,
    kind: "version",
    datasetId: place.id,
    label: version.name,
    version: version.number,
    previousVersion: version.number > 1 ? version.number - 1 : null,
    changeId: null,
    rows: staged.loaded,
  };
}

/** Stages a destination's rows; committed, they are a version of the dataset. */
export async function pendingDataset(work: Work, node: NodeOf<"to_dataset">): Promise<Pending> {
  const item = await stageDataset(work, node);
  const { staged, place } = item;
  const { loaded: rows_out, rejectedCount: rejected, added } = staged;
  const bytes = added.reduce((sum, file) => sum + file.bytes, 0);
  return {
    node,
    order: place.id,
    async commit(ctx) {
      const result = await publish(ctx, work, item);
      return {
        result,
        fields: { rows_in: rows_out + rejected, rows_out, rejected, bytes },
        rejects: rejectsOf(staged),
        ...(rejected === 0 ? {} : { warning: `${rejected} rows did not fit the dataset and were kept apart` }),
        end: { kind: "dataset", id: place.id, version: result.version },
      };
    },
    discard: () => work.ctx.services.lake.discard(staged),
  };
}
