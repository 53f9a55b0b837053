import { type ChangeRequest, problem } from "@granary/protocol";
import { type Ctx, requireUser } from "../../context/index.ts";
import { resolveVersion } from "../../datasets/index.ts";
import { askerOf } from "../asker.ts";
import { insertChange, insertRevision } from "../insert-change.ts";
import { presentChange } from "../present.ts";
import { refuse, whyNotRevert } from "../refusals.ts";
import { holdSeenChange, requireChange } from "../seen-change.ts";
import { hiddenParts } from "../sight.ts";

const MAX_TITLE = 200;

/** Proposes to take a merged request back: a request of its own, which is reviewed as any other. */
export async function revertChange(ctx: Ctx, idOrNumber: string, reason: string): Promise<ChangeRequest> {
  const seen = await requireChange(ctx, idOrNumber);
  refuse(whyNotRevert(ctx, seen));
  const { row, dataset, current } = seen;
  const what = hiddenParts(dataset, current);
  if (what !== undefined) throw problem("change.hidden_parts", { what });
  if (row.merged_version === null) throw problem("change.state_wrong", { state: row.state });
  const toVersion = row.merged_version - 1;
  const base = await resolveVersion(ctx, dataset, String(row.merged_version));
  return ctx.tx(async (ctx) => {
    refuse(whyNotRevert(ctx, await holdSeenChange(ctx, row.id)));
    const title = `Revert #${row.number} ${row.title}`.slice(0, MAX_TITLE);
    const { id } = await insertChange(ctx, { datasetId: dataset.id, kind: "rows", title, description: reason, revertsId: row.id });
    await insertRevision(ctx, {
      changeId: id,
      number: 1,
      origin: "revert",
      source: { from: "revert", toVersion, asker: askerOf(ctx), opens: true },
      base: { version: base.number, snapshotId: base.snapshotId, schemaVersion: base.schemaVersion },
      note: "",
      authorId: requireUser(ctx.principal),
    });
    return presentChange(ctx, await requireChange(ctx, id));
  });
}
