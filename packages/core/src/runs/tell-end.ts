import type { PipelineDocument, RunFault, RunState } from "@granary/protocol";
import type { TxCtx } from "../context/index.ts";
import { queueMail } from "../mail/index.ts";
import { notify } from "../notifications/index.ts";
import { promoteRuns } from "./promote-runs.ts";
import { getDocument, type RunRow } from "./store.ts";

const MAX_REASON = 300;

interface Ending {
  readonly to: RunState;
  readonly fault: RunFault | null;
}

function wordsOf({ to, fault }: Ending): string {
  if (to === "failed") return `failed: ${(fault?.message ?? "").slice(0, MAX_REASON)}`;
  return to === "succeeded" ? "succeeded" : "succeeded with warnings";
}

async function listPeople(
  ctx: TxCtx,
  row: RunRow,
  { settings }: PipelineDocument,
  ending: Ending,
): Promise<readonly { id: string; name: string; email: string }[]> {
  const isTold = ending.to === "failed" || (settings.notifySuccess && ending.to !== "cancelled");
  const ids = [...new Set([...(row.pipeline_owner === null ? [] : [row.pipeline_owner]), ...settings.notify])];
  if (!isTold || ids.length === 0) return [];
  return ctx.db
    .selectFrom("users as u")
    .innerJoin("memberships as m", "m.user_id", "u.id")
    .select(["u.id", "u.name", "u.email"])
    .where("u.id", "in", ids)
    .where("u.status", "=", "active")
    .where("m.workspace_id", "=", ctx.workspaceId)
    .execute();
}

/** What the end of a run brings about: the next run's turn, and word to those who asked for it. */
export async function tellEnd(ctx: TxCtx, row: RunRow, ending: Ending): Promise<void> {
  await promoteRuns(ctx, row.pipeline_id);
  if (row.is_dry) return;
  const document = await getDocument(ctx.db, row.pipeline_id, row.pipeline_version);
  const people = await listPeople(ctx, row, document, ending);
  if (people.length === 0) return;
  const text = `${row.pipeline_name} #${row.number} ${wordsOf(ending)}`;
  const link = `/runs/${row.id}`;
  const kind = ending.to === "failed" ? "run.failed" : "run.succeeded";
  await notify(ctx, { to: { userIds: people.map(({ id }) => id) }, kind, title: text, link });
  for (const { name, email } of people)
    await queueMail(ctx, {
      to: email,
      kind: "pipeline_run",
      params: { name, subject: text, text: `${text}.`, link: `${ctx.services.config.publicUrl}${link}` },
    });
}
