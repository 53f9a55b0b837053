import { isAppError } from "@granary/kernel";
import type { ConflictSet } from "@granary/lake";
import type { ConflictRow } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentRow, readData } from "../../datasets/index.ts";
import { forgetPreflight, preflightOf } from "../mergeability.ts";
import { planFor } from "../reader-plan.ts";
import { requireChange, type SeenChange } from "../seen-change.ts";
import { hiddenParts } from "../sight.ts";
import { isProposable } from "../states.ts";
import { requireRevision } from "./get-change.ts";
import { keyNames } from "./read-diff.ts";

interface ConflictsPage {
  readonly items: ConflictRow[];
  readonly next: string | null;
  readonly keys: string[];
  readonly rows: number;
  readonly cells: number;
}

interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

const text = (cell: unknown): string | null => presentRow([cell] as never)[0] ?? null;

function readPage(
  ctx: Ctx,
  { dataset, current }: SeenChange,
  set: ConflictSet,
  { cursor, limit }: PageQuery,
): Promise<Pick<ConflictsPage, "items" | "next" | "keys">> {
  return readData(ctx, "review", async (open) => {
    const readable = await open(dataset.id, String(current?.base_version ?? ""));
    const plan = planFor(readable, set);
    const page = await ctx.services.lake.conflictRows(set, { plan, limit, signal: ctx.signal, ...(cursor === undefined ? {} : { after: cursor }) });
    const names = new Map(page.columns.map(({ fieldId, name }) => [fieldId, name]));
    const items = page.rows.map(({ key, kind, cells }) => ({
      key: key === null ? null : key.map(text),
      kind,
      cells: cells.flatMap(({ fieldId, base, mine, theirs }) => {
        const column = names.get(fieldId);
        return column === undefined ? [] : [{ column, base: text(base), mine: text(mine), theirs: text(theirs) }];
      }),
    }));
    return { answer: { items, next: page.next, keys: keyNames(readable, set) }, rows: items.length };
  });
}

/** Rows that others changed meanwhile in a way that does not fit, as the caller sees all three sides. */
export async function listConflicts(ctx: Ctx, idOrNumber: string, page: PageQuery): Promise<ConflictsPage> {
  const seen = await requireChange(ctx, idOrNumber);
  await requireRevision(ctx, seen, undefined);
  const none = { items: [], next: null, keys: [], rows: 0, cells: 0 };
  if (!isProposable(seen.row.state) || seen.isGone) return none;
  const read = async (): Promise<ConflictsPage> => {
    const found = await preflightOf(ctx, seen);
    if (found?.conflicts.set == null) return none;
    const { rows, cells, set } = found.conflicts;
    const counts = hiddenParts(seen.dataset, seen.current) === undefined ? { rows, cells } : { rows: 0, cells: 0 };
    return { ...(await readPage(ctx, seen, set, page)), ...counts };
  };
  try {
    return await read();
  } catch (error) {
    if (!isAppError(error, "storage.missing")) throw error;
    forgetPreflight(ctx, seen);
    return read();
  }
}
