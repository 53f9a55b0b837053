import { type ChangeRequest, type Proposal, problem } from "@granary/protocol";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import { askerOf } from "../asker.ts";
import { insertRevision } from "../insert-change.ts";
import { recordChange } from "../move-state.ts";
import { type Prepared, prepareProposal } from "../prepare-proposal.ts";
import { presentChange } from "../present.ts";
import { refuse, whyNotPropose } from "../refusals.ts";
import { holdSeenChange, requireChange, type SeenChange } from "../seen-change.ts";
import { touchChange } from "../touch-change.ts";
import { takeFile } from "./create-change.ts";

/** The number of the revision that comes next. */
const nextRevision = ({ current, pending }: SeenChange): number => Math.max(current?.number ?? 0, pending?.number ?? 0) + 1;

/** Enters a further revision and tells of it. To be called behind `holdSeenChange`. */
export async function addRevision(
  ctx: TxCtx,
  seen: SeenChange,
  { prepared, note }: { readonly prepared: Prepared; readonly note: string },
): Promise<ChangeRequest> {
  const { work, base, origin, document } = prepared;
  const source = { ...work, asker: askerOf(ctx), opens: false, ...(document === undefined ? {} : { confirm: true }) };
  const number = nextRevision(seen);
  await insertRevision(ctx, { changeId: seen.row.id, number, origin, source, base, note, authorId: requireUser(ctx.principal), document });
  await touchChange(ctx, seen.row.id);
  await recordChange(ctx, seen.row, { type: "change.revised", data: { revision: number, origin } });
  return presentChange(ctx, await requireChange(ctx, seen.row.id));
}

/** Proposes something else in a request that is not over. */
export async function proposeRevision(ctx: Ctx, idOrNumber: string, input: { readonly proposal: Proposal; readonly note: string }): Promise<ChangeRequest> {
  const seen = await requireChange(ctx, idOrNumber);
  refuse(whyNotPropose(ctx, seen));
  const prepared = await prepareProposal(ctx, seen.dataset, input.proposal, { changeId: seen.row.id });
  if (prepared.kind !== seen.row.kind)
    throw problem(
      "request.invalid",
      {},
      { issues: [{ path: "body.proposal.from", message: `does not fit: the request changes ${seen.row.kind === "rows" ? "rows" : "columns"}` }] },
    );
  return ctx.tx(async (ctx) => {
    const held = await holdSeenChange(ctx, seen.row.id);
    refuse(whyNotPropose(ctx, held));
    await takeFile(ctx, prepared, undefined);
    return addRevision(ctx, held, { prepared, note: input.note });
  });
}
