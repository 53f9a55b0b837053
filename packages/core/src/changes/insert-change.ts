import { newId } from "@granary/kernel";
import type { ChangeSet } from "@granary/lake";
import type { ChangeTarget, RevisionOrigin, SchemaDocument } from "@granary/protocol";
import { requireUser, type TxCtx } from "../context/index.ts";
import { recordChange } from "./move-state.ts";
import type { RevisionSource } from "./source.ts";
import { type KeptCounts, type KeptFault, type KeptWarning, nextNumber, type RulesTried } from "./store.ts";

export interface NewChange {
  readonly datasetId: string;
  readonly kind: ChangeTarget;
  readonly title: string;
  readonly description: string;
  /** The caller, unless it is made of somebody else's request. */
  readonly authorId?: string | null;
  readonly revertsId?: string;
  readonly followsId?: string;
}

/** Enters a draft and tells of it. */
export async function insertChange(ctx: TxCtx, change: NewChange): Promise<{ readonly id: string; readonly number: number }> {
  const id = newId("change", ctx.now.getTime());
  const number = await nextNumber(ctx);
  const { datasetId: dataset_id, kind, title, description, revertsId, followsId } = change;
  await ctx.db
    .insertInto("change_requests")
    .values({
      id,
      workspace_id: ctx.workspaceId,
      number,
      dataset_id,
      kind,
      title,
      description,
      author_id: change.authorId === undefined ? requireUser(ctx.principal) : change.authorId,
      reverts_id: revertsId ?? null,
      follows_id: followsId ?? null,
      created_at: ctx.now,
      updated_at: ctx.now,
    })
    .execute();
  await recordChange(ctx, { id, number, title, dataset_id }, { type: "change.created", data: { reverts: revertsId, follows: followsId } });
  return { id, number };
}

/** What a revision is compared with. */
export interface Base {
  readonly version: number;
  readonly snapshotId: string;
  readonly schemaVersion: number;
}

export interface NewRevision {
  readonly changeId: string;
  readonly number: number;
  readonly origin: RevisionOrigin;
  readonly source: RevisionSource;
  readonly base: Base;
  readonly note: string;
  readonly authorId: string | null;
  readonly document?: SchemaDocument | undefined;
}

const rowOf = (ctx: TxCtx, revision: NewRevision) => ({
  workspace_id: ctx.workspaceId,
  change_id: revision.changeId,
  number: revision.number,
  origin: revision.origin,
  author_id: revision.authorId,
  note: revision.note,
  source: JSON.stringify(revision.source),
  upload_id: revision.source.from === "file" ? revision.source.uploadId : null,
  base_version: revision.base.version,
  base_snapshot_id: revision.base.snapshotId,
  schema_version: revision.base.schemaVersion,
  schema_document: revision.document === undefined ? null : JSON.stringify(revision.document),
  created_at: ctx.now,
});

/** Somebody waits for it. */
const INTERACTIVE = 10;

/** Enters a revision and queues the job that compares it with its base. */
export async function insertRevision(ctx: TxCtx, revision: NewRevision): Promise<void> {
  const { changeId, number } = revision;
  const job_id = await ctx.enqueue("change.compute", { changeId, revision: number }, { priority: INTERACTIVE });
  await ctx.db
    .insertInto("change_revisions")
    .values({ ...rowOf(ctx, revision), job_id })
    .execute();
}

/** What a comparison came to. */
export interface Computed {
  /** Null for changes of columns. */
  readonly changeSet: ChangeSet | null;
  readonly counts: KeptCounts | null;
  readonly warnings: readonly KeptWarning[];
  readonly rulesTried: RulesTried | null;
  readonly digest: string;
  readonly rulesVersion: number;
}

const resultOf = (ctx: TxCtx, { changeSet, counts, warnings, rulesTried, digest, rulesVersion }: Computed) =>
  ({
    state: "ready",
    change_set: changeSet === null ? null : JSON.stringify(changeSet),
    counts: counts === null ? null : JSON.stringify(counts),
    warnings: JSON.stringify(warnings),
    rules_tried: rulesTried === null ? null : JSON.stringify(rulesTried),
    digest,
    rules_version: rulesVersion,
    error: null,
    ready_at: ctx.now,
  }) as const;

/** Makes a revision ready; its change set is kept from now on. */
export async function completeRevision(ctx: TxCtx, { changeId, number }: Pick<NewRevision, "changeId" | "number">, computed: Computed): Promise<void> {
  if (computed.changeSet !== null) await ctx.services.lake.keepChangeSet(ctx.db, computed.changeSet);
  await ctx.db.updateTable("change_revisions").set(resultOf(ctx, computed)).where("change_id", "=", changeId).where("number", "=", number).execute();
}

/** Enters a revision that needs no comparison any more. */
export async function insertReadyRevision(ctx: TxCtx, revision: NewRevision, computed: Computed): Promise<void> {
  if (computed.changeSet !== null) await ctx.services.lake.keepChangeSet(ctx.db, computed.changeSet);
  await ctx.db
    .insertInto("change_revisions")
    .values({ ...rowOf(ctx, revision), ...resultOf(ctx, computed) })
    .execute();
}

/** Notes why a revision cannot be compared. */
export async function failRevision(ctx: TxCtx, { changeId, number }: Pick<NewRevision, "changeId" | "number">, fault: KeptFault): Promise<void> {
  await ctx.db
    .updateTable("change_revisions")
    .set({ state: "failed", error: JSON.stringify(fault) })
    .where("change_id", "=", changeId)
    .where("number", "=", number)
    .where("state", "<>", "ready")
    .execute();
}
