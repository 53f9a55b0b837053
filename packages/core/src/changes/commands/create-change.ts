import { type ChangeRequest, type Proposal, problem } from "@granary/protocol";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import { type DatasetRow, requireDataset } from "../../datasets/index.ts";
import { discardUpload, insertUpload, type ReceivedUpload, takeUpload } from "../../uploads/index.ts";
import { askerOf } from "../asker.ts";
import { insertChange, insertRevision } from "../insert-change.ts";
import { type Prepared, prepareProposal } from "../prepare-proposal.ts";
import { presentChange } from "../present.ts";
import { requireChange } from "../seen-change.ts";

export interface NewChangeRequest {
  /** Id or name. */
  readonly dataset: string;
  readonly title?: string | undefined;
  readonly description: string;
  /** Whether it stays a draft once it is compared. */
  readonly draft: boolean;
  /** Left out, an empty draft to edit rows in. */
  readonly proposal?: Proposal | undefined;
}

interface Creating {
  readonly dataset: DatasetRow;
  readonly input: NewChangeRequest;
  readonly prepared: Prepared | undefined;
  /** The file that came with the request. */
  readonly received: ReceivedUpload | undefined;
}

/** Holds the file a proposal is made of. */
export async function takeFile(ctx: TxCtx, { work }: Prepared, received: ReceivedUpload | undefined): Promise<void> {
  if (work.from !== "file") return;
  if (received === undefined) await takeUpload(ctx, work.uploadId);
  else await insertUpload(ctx, received);
}

async function create(ctx: TxCtx, { dataset, input, prepared, received }: Creating): Promise<ChangeRequest> {
  const title = input.title ?? prepared?.title ?? `Changes of ${dataset.name}`;
  const { id } = await insertChange(ctx, { datasetId: dataset.id, kind: prepared?.kind ?? "rows", title: title.slice(0, 200), description: input.description });
  if (prepared !== undefined) {
    await takeFile(ctx, prepared, received);
    const { work, base, origin, document } = prepared;
    const source = { ...work, asker: askerOf(ctx), opens: !input.draft, ...(document === undefined ? {} : { confirm: true }) };
    await insertRevision(ctx, { changeId: id, number: 1, origin, source, base, note: "", authorId: requireUser(ctx.principal), document });
  }
  return presentChange(ctx, await requireChange(ctx, id));
}

/** Prepares a change so that it can be made in the transaction that ends something else. The file is the caller's to discard until then. */
export async function prepareChange(ctx: Ctx, input: NewChangeRequest, received: ReceivedUpload): Promise<(tx: TxCtx) => Promise<ChangeRequest>> {
  const dataset = await requireDataset(ctx, input.dataset);
  if (dataset.data_version === 0) throw problem("dataset.not_ready");
  const prepared = input.proposal === undefined ? undefined : await prepareProposal(ctx, dataset, input.proposal, { fileName: received.fileName });
  return (tx) => create(tx, { dataset, input, prepared, received });
}

/** Proposes a change of a dataset that the caller sees: a draft, and a job that compares what is proposed with the dataset. */
export async function createChange(ctx: Ctx, input: NewChangeRequest, received?: ReceivedUpload): Promise<ChangeRequest> {
  try {
    const dataset = await requireDataset(ctx, input.dataset);
    if (dataset.data_version === 0) throw problem("dataset.not_ready");
    const prepared = input.proposal === undefined ? undefined : await prepareProposal(ctx, dataset, input.proposal, { fileName: received?.fileName });
    return await ctx.tx((ctx) => create(ctx, { dataset, input, prepared, received }));
  } catch (error) {
    if (received !== undefined) await discardUpload(ctx.services.config.dataDir, received.id);
    throw error;
  }
}
