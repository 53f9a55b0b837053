import { type ChangeOverview, type ColumnShift, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { findDocumentFaults, previewSchemaDocument, readData } from "../../datasets/index.ts";
import { planFor } from "../reader-plan.ts";
import { requireChange, type SeenChange } from "../seen-change.ts";
import { hiddenParts } from "../sight.ts";
import type { RevisionRow } from "../store.ts";
import { requireRevision } from "./get-change.ts";

const NO_ROWS = { added: 0, removed: 0, modified: 0, formatOnly: 0, duplicateKeys: 0, nullKeys: 0, columns: [], schema: [], schemaFaults: [] } as const;

/** Changes of columns, for those who see all of the dataset: others would be told of what they do not see. */
async function ofSchema(ctx: Ctx, { dataset, row }: SeenChange, { number: revision, document, schema_version }: RevisionRow): Promise<ChangeOverview> {
  const nothing = { ...NO_ROWS, revision, columns: [], schema: [], schemaFaults: [] };
  if (document === null || hiddenParts(dataset, { document, keptCounts: null, changeSet: null }) !== undefined) return nothing;
  const { changes } = await previewSchemaDocument(ctx, dataset, document, schema_version);
  const isOver = row.state === "merged" || row.state === "reverted" || schema_version !== dataset.schema_version;
  const faults = isOver ? [] : await findDocumentFaults(ctx, dataset, document);
  return { ...nothing, schema: changes, schemaFaults: faults.map(({ rule: _rule, ...fault }) => fault) };
}

/** What a revision changes, by kind and by column, counted as the caller sees it. */
export async function getOverview(ctx: Ctx, idOrNumber: string, asked: number | undefined): Promise<ChangeOverview> {
  const seen = await requireChange(ctx, idOrNumber);
  const revision = await requireRevision(ctx, seen, asked);
  const { changeSet } = revision;
  if (changeSet === null) return ofSchema(ctx, seen, revision);
  return readData(ctx, "review", async (open) => {
    const readable = await open(seen.dataset.id, String(revision.base_version));
    const { columns, ...counts } = await ctx.services.lake.summarizeChanges(changeSet, { plan: planFor(readable, changeSet), signal: ctx.signal });
    const shown = columns.flatMap(({ fieldId, changed, damages }) => {
      const column = readable.columns.find(({ stored }) => stored.fieldId === fieldId)?.name;
      const found = Object.entries(damages).flatMap(([damage, cells]) =>
        cells === undefined || cells === 0 ? [] : [{ damage: damage as keyof typeof damages, cells }],
      );
      const damaged = found.reduce((sum, { cells }) => sum + cells, 0);
      return column === undefined ? [] : [{ column, changed, damaged, damages: found }];
    });
    const answer = { revision: revision.number, ...counts, columns: shown, schema: [], schemaFaults: [] };
    return { answer, rows: counts.added + counts.removed + counts.modified + counts.formatOnly };
  });
}

/** How the values of a column are spread before and after, among the rows of a request that the caller sees. */
export async function getColumnShift(ctx: Ctx, idOrNumber: string, name: string, asked: number | undefined): Promise<ColumnShift> {
  const seen = await requireChange(ctx, idOrNumber);
  const revision = await requireRevision(ctx, seen, asked);
  const { changeSet } = revision;
  if (changeSet === null) throw problem("change.not_ready");
  return readData(ctx, "review", async (open) => {
    const readable = await open(seen.dataset.id, String(revision.base_version));
    const plan = planFor(readable, changeSet);
    const found = plan.columns.find((column) => column.name === name);
    if (found === undefined) throw problem("request.invalid", {}, { issues: [{ path: "params.column", message: `there is no column ${name}` }] });
    const spread = await ctx.services.lake.spreadOfChanges(changeSet, { plan, fieldId: found.fieldId, signal: ctx.signal });
    return { answer: { column: name, ...spread }, rows: changeSet.file?.records ?? 0, columns: [name] };
  });
}
