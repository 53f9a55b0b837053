import type { PipelineDocument } from "@granary/protocol";
import { isComplete } from "../folder.ts";
import { addAttempt, moveStep } from "../move-run.ts";
import { isDone } from "../rules.ts";
import { findRunRow, getDocument, holdRun, listStepRows, type StepRow } from "../store.ts";
import { rereadStep } from "./end-step.ts";
import { isDestination } from "./plan-units.ts";
import type { Work } from "./work.ts";

/** What decides about a node's rows: its settings, and all that lies before it. */
function fingerprint(document: PipelineDocument, id: string): string {
  const node = document.nodes.find((item) => item.id === id);
  const inputs = document.edges
    .filter(({ to }) => to === id)
    .map(({ from, fromPort, toPort }) => `${toPort}<${fromPort}:${fingerprint(document, from)}`)
    .toSorted();
  return JSON.stringify([node?.id, node?.kind, node?.settings, inputs]);
}

/** Finished steps of this very run, of which nothing was lost; others begin anew. */
async function keepOwn(work: Work): Promise<void> {
  const { dataDir } = work.ctx.services.config;
  for (const step of work.steps.values()) {
    if (!isDone(step.state) || step.output === null) continue;
    if (await isComplete(dataDir, step.output)) {
      work.outputs.set(step.node, step.output);
      continue;
    }
    work.log.write("warn", step.node, "Its files are gone, so it is done again");
    await work.ctx.tx(async (ctx) => {
      await holdRun(ctx.db, work.row.id);
      await addAttempt(ctx, step);
    });
    await rereadStep(work, step, { state: "ready", attempt: step.attempt + 1, output: null });
  }
}

/** Whether a finished step of the run before is what this run would do itself. */
const isSameAs = (work: Work, old: PipelineDocument, step: StepRow): boolean =>
  work.document.nodes.some(({ id }) => id === step.node) && fingerprint(old, step.node) === fingerprint(work.document, step.node);

async function reuse(work: Work, from: string, old: StepRow): Promise<void> {
  const step = work.steps.get(old.node);
  if (step === undefined || (step.state !== "pending" && step.state !== "ready")) return;
  const { rows_in, rows_out, rejected, bytes, ports, columns, sql, output } = old;
  const fields = { rows_in, rows_out, rejected, bytes, ports, columns, sql, output, reused_from: from, fused_into: old.fused_into };
  await work.ctx.tx(async (ctx) => {
    await holdRun(ctx.db, work.row.id);
    await moveStep(ctx, step, "reuse", fields);
  });
  await rereadStep(work, step, { ...fields, state: "reused" });
  if (output !== null) work.outputs.set(old.node, output);
}

/** Takes over what an earlier run finished, if it would come out the same. */
async function reuseEarlier(work: Work, earlierId: string): Promise<void> {
  const earlier = await findRunRow(work.ctx.db, earlierId);
  if (earlier === undefined) return;
  const document = await getDocument(work.ctx.db, earlier.pipeline_id, earlier.pipeline_version);
  const { dataDir } = work.ctx.services.config;
  const steps = (await listStepRows(work.ctx.db, earlierId)).filter((step) => isDone(step.state) && isSameAs(work, document, step));
  const whole = new Map<string, boolean>();
  for (const step of steps) if (step.output !== null) whole.set(step.node, await isComplete(dataDir, step.output));
  for (const step of steps) {
    const node = work.document.nodes.find(({ id }) => id === step.node);
    const isKept = step.fused_into === null ? whole.get(step.node) === true : whole.get(step.fused_into) === true;
    // What was delivered or published is not delivered twice.
    if (isKept || (node !== undefined && isDestination(node))) await reuse(work, earlierId, step);
  }
}

/** Finds what need not be done again: finished steps of this run, and at the first taking of a retry those of the run before. */
export async function takeOver(work: Work): Promise<void> {
  await keepOwn(work);
  const isFresh = [...work.steps.values()].every(({ state }) => state === "pending");
  if (work.row.retry_of !== null && isFresh) await reuseEarlier(work, work.row.retry_of);
}
