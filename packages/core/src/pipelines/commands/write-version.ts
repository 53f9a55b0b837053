import { type PipelineDocument, problem } from "@granary/protocol";
import { isUniqueViolation } from "@granary/db";
import { authorize } from "../../access/index.ts";
import type { TxCtx } from "../../context/index.ts";
import { digestOf, insertVersion, referencesOf, replaceUses, requireSchedules, resolveTargets, syncTriggers } from "../documents/index.ts";
import type { PipelineFields } from "../documents/index.ts";
import { isDeepStrictEqual } from "node:util";

/** What the rows of a pipeline say of its document. Runs act as whoever saved it, with no more than they might do then. */
export function fieldsOf({ principal }: TxCtx, document: PipelineDocument): PipelineFields {
  const { name, description, tags } = document;
  const runs_permissions = principal.kind === "api_key" ? [...principal.permissions] : null;
  return { name, description, tags, runs_as: principal.userId, runs_permissions };
}

/** Setting what starts a pipeline by itself is a right of its own. Throws `access.denied` and `pipeline.schedule_invalid`. */
export function requireTriggers(ctx: TxCtx, before: PipelineDocument | undefined, after: PipelineDocument): void {
  if (!isDeepStrictEqual(before?.triggers ?? [], after.triggers)) authorize(ctx.principal, "pipeline:schedule");
  requireSchedules(after);
}

interface NewVersion {
  readonly pipelineId: string;
  readonly number: number;
  readonly document: PipelineDocument;
  readonly note: string;
  readonly restoredFrom?: number;
}

/** Writes a version and what follows from it: uses and triggers. */
export async function writeVersion(ctx: TxCtx, { pipelineId, number, document, note, restoredFrom }: NewVersion): Promise<void> {
  const { workspaceId, principal, now } = ctx;
  const digest = digestOf(document);
  await insertVersion(ctx.db, { workspaceId, pipelineId, number, document, digest, authorId: principal.userId, note, restoredFrom: restoredFrom ?? null, now });
  const references = referencesOf(document);
  const targets = await resolveTargets(ctx, references);
  await replaceUses(ctx, pipelineId, references, targets);
  await syncTriggers(ctx, pipelineId, document, targets);
}

/** Throws `pipeline.name_taken` instead of what the database says of it. */
export async function withFreeName<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error, "pipelines_name_idx")) throw problem("pipeline.name_taken", { name }, { cause: error });
    throw error;
  }
}
