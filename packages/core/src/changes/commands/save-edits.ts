import type { Issue } from "@granary/kernel";
import { problem, type RowEdit } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { type EditRow, MAX_EDITS, writeEdits } from "../edits/store.ts";
import { keptEdits } from "../prepare-proposal.ts";
import { refuse, whyNotEdit } from "../refusals.ts";
import { holdSeenChange } from "../seen-change.ts";
import { touchChange } from "../touch-change.ts";

/** An edited row as the client knows it: by its key as a JSON list, or by an id of its own for rows that are added. */
export interface SentEdit {
  readonly rowId: string;
  /** Null forgets what was kept for the row. */
  readonly edit: RowEdit | null;
}

function issuesOf(edits: readonly SentEdit[]): readonly Issue[] {
  return edits.flatMap(({ rowId, edit }, index): Issue[] => {
    const isAgain = edits.findIndex((other) => other.rowId === rowId) !== index;
    if (isAgain) return [{ path: `body.edits.${index}.rowId`, message: "is used twice" }];
    if (edit === null || edit.op === "add" || JSON.stringify(edit.key) === rowId) return [];
    return [{ path: `body.edits.${index}.rowId`, message: "must be the row's key as a JSON list, written without spaces" }];
  });
}

/** Keeps edited rows with a request that may still be proposed to, in place of what was kept for the same rows. */
export function saveEdits(ctx: Ctx, idOrNumber: string, edits: readonly SentEdit[]): Promise<{ edits: number }> {
  return ctx.tx(async (ctx) => {
    const seen = await holdSeenChange(ctx, idOrNumber);
    refuse(whyNotEdit(ctx, seen));
    if (seen.row.kind !== "rows") throw problem("request.invalid", {}, { issues: [{ path: "body.edits", message: "the request changes columns, not rows" }] });
    const issues = issuesOf(edits);
    if (issues.length > 0) throw problem("request.invalid", {}, { issues });
    const kept = edits.flatMap(({ rowId, edit }): EditRow[] => keptEdits(seen.dataset, edit === null ? [] : [edit]).map((item) => ({ rowId, edit: item })));
    const forgotten = edits.flatMap(({ rowId, edit }) => (edit === null ? [rowId] : []));
    const draft = { workspaceId: ctx.workspaceId, changeId: seen.row.id, now: ctx.now };
    const count = await writeEdits(ctx.db, draft, { kept, forgotten });
    if (count > MAX_EDITS) throw problem("change.too_many_edits", { limit: MAX_EDITS });
    await touchChange(ctx, seen.row.id);
    return { edits: count };
  });
}
