import { type ReadPlan, storedColumn } from "@granary/lake";
import { type Mask, type MaskPreview, maskText, problem } from "@granary/protocol";
import { checkMask, maskExpression, stricter, workspaceMaskKey } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import type { Readable } from "../reading/open-version.ts";
import { presentRow } from "../reading/present-cells.ts";
import { readData, type Seen } from "../reading/read-data.ts";

const SAMPLES = 20;
/** Looked at for different values; a column with fewer of them shows what there is. */
const ROWS = 500;
const CHARACTERS = 200;

const NAMES = { before: "before", after: "after" } as const;

/** The plan of the reader with two columns: the one as they see it, and as they would. */
function planOf(ctx: Ctx, { plan, table }: Readable, fieldId: number, mask: Mask): ReadPlan {
  const seen = plan.columns.filter((item) => item.fieldId === fieldId);
  const { maskKey } = ctx.services.config.secrets;
  const masked = table.columns
    .filter((item) => item.fieldId === fieldId)
    .map(({ sqlType }) => maskExpression({ mask, value: storedColumn(fieldId), type: sqlType, key: workspaceMaskKey(maskKey, ctx.workspaceId), scope: "" }));
  return {
    ...plan,
    columns: [...seen.map((item) => ({ ...item, name: NAMES.before })), ...masked.map((item) => ({ name: NAMES.after, fieldId, mask: item }))],
  };
}

async function sample(ctx: Ctx, readable: Readable, column: string, mask: Mask): Promise<Seen<MaskPreview>> {
  const found = readable.columns.find(({ name }) => name === column);
  if (found === undefined) throw problem("dataset.column_not_found", { column });
  const { fieldId } = found.stored;
  const own = readable.dataset.decision.column(fieldId).mask;
  const holding = own === undefined ? mask : stricter(own, mask);
  const choice = { plan: planOf(ctx, readable, fieldId, holding), columns: Object.values(NAMES) };
  const { rows } = await ctx.services.lake.rows(readable.table, { ...choice, limit: ROWS, maxCellChars: CHARACTERS, signal: ctx.signal });
  const pairs = new Map(rows.map(presentRow).map(([before = null, after = null]) => [before, { before, after }]));
  const answer = { column, mask: maskText(holding), isMasked: found.isMasked, samples: [...pairs.values()].slice(0, SAMPLES) };
  return { answer, rows: rows.length, columns: [column] };
}

/**
 * Up to 20 different values of a column before and after a mask. Where a mask holds for the caller already they see what
 * that shows, and the stricter of the two. Throws `dataset.column_not_found` and `mask.invalid`.
 */
export async function previewMask(ctx: Ctx, idOrName: string, column: string, mask: Mask): Promise<MaskPreview> {
  await checkMask(ctx.services.engine, mask, ctx.signal);
  return readData(ctx, "rows", async (open) => sample(ctx, await open(idOrName, undefined), column, mask));
}
