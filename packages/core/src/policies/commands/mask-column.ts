import type { Id } from "@granary/kernel";
import { type ColumnMasking, type Mask, maskText, problem } from "@granary/protocol";
import { checkMask } from "../../access/index.ts";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { type DatasetRow, requireDataset } from "../../datasets/index.ts";
import { holdPolicies } from "../store.ts";
import { replaceSetting } from "./set-member-access.ts";

interface Found {
  readonly dataset: DatasetRow;
  readonly fieldId: number;
  readonly name: string;
}

/** A column the caller sees. */
async function requireColumn(ctx: Ctx, dataset: string, asked: string): Promise<Found> {
  const row = await requireDataset(ctx, dataset);
  const found = row.columns?.find(({ name }) => name === asked);
  if (found === undefined) throw problem("dataset.column_not_found", { column: asked });
  return { dataset: row, fieldId: found.fieldId, name: found.name };
}

/** Sets the one mask of a column for everybody without `pii:view`, in the caller's transaction; null takes it away. */
async function setColumnMask(ctx: TxCtx, { dataset, fieldId, name }: Found, mask: Mask | null): Promise<void> {
  await holdPolicies(ctx);
  const wanted = {
    name: `Mask of ${dataset.name}.${name}`.slice(0, 110),
    description: "",
    enabled: true,
    effect: "mask" as const,
    subjects: [{ kind: "everyone" as const }],
    except: [{ kind: "permission" as const, name: "pii:view" as const }],
    targets: [{ kind: "column" as const, datasetId: dataset.id as Id<"dataset">, fieldId }],
    level: null,
    filter: null,
    conditions: {},
  };
  await replaceSetting(ctx, `column:${dataset.id}:${fieldId}`, mask === null ? [] : [{ ...wanted, mask }]);
}

/** Sets the mask of a column for everybody who lacks `pii:view`, or takes it away. Throws `dataset.column_not_found` and `mask.invalid`. */
export async function maskColumn(ctx: Ctx, dataset: string, column: string, mask: Mask | null): Promise<ColumnMasking> {
  const found = await requireColumn(ctx, dataset, column);
  if (mask !== null) await checkMask(ctx.services.engine, mask, ctx.signal);
  await ctx.tx((ctx) => setColumnMask(ctx, found, mask));
  return { column: found.name, mask: mask === null ? null : maskText(mask) };
}

/** Says what a column is about, in place of what was said before. Policies that name a tag hold for it at once. */
export async function tagColumn(ctx: Ctx, dataset: string, column: string, tags: readonly string[]): Promise<{ column: string; tags: string[] }> {
  const { dataset: row, fieldId, name } = await requireColumn(ctx, dataset, column);
  const after = [...new Set(tags)].toSorted();
  return ctx.tx(async (ctx) => {
    await ctx.db.selectFrom("datasets").select("id").where("id", "=", row.id).forNoKeyUpdate().execute();
    const rows = await ctx.db.selectFrom("column_tags").select("tag").where("dataset_id", "=", row.id).where("field_id", "=", fieldId).execute();
    const before = rows.map(({ tag }) => tag).toSorted();
    const gone = before.filter((tag) => !after.includes(tag));
    const added = after.filter((tag) => !before.includes(tag));
    if (gone.length > 0)
      await ctx.db.deleteFrom("column_tags").where("dataset_id", "=", row.id).where("field_id", "=", fieldId).where("tag", "in", gone).execute();
    for (const tag of added)
      await ctx.db
        .insertInto("column_tags")
        .values({
          workspace_id: ctx.workspaceId,
          dataset_id: row.id,
          field_id: fieldId,
          tag,
          source: "person",
          created_by: ctx.principal.userId,
          created_at: ctx.now,
        })
        .execute();
    if (gone.length + added.length > 0)
      await ctx.record({ type: "dataset.column_tagged", subject: { id: row.id, label: row.name }, data: { columns: [name], before, after } });
    return { column: name, tags: after };
  });
}
