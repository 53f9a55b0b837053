import { isAppError } from "@granary/kernel";
import { problem, type RunCounts, type RunFault } from "@granary/protocol";
import type { TxCtx } from "../../context/index.ts";
import { keepRejects, rereadStep } from "../carry-out/end-step.ts";
import { isDestination, isSource, type Unit } from "../carry-out/plan-units.ts";
import { beginStep, noteFailure, type Outcome } from "../carry-out/run-units.ts";
import { RunStop } from "../carry-out/watch-wanted.ts";
import type { Work } from "../carry-out/work.ts";
import { moveRun, moveStep } from "../move-run.ts";
import { isDone } from "../rules.ts";
import { holdRun, listStepRows } from "../store.ts";
import { addStreamState } from "../streams/stream-states.ts";
import { deliverRows } from "./deliver.ts";
import { edgesOf, sourcesOf, writeLineage } from "./lineage.ts";
import type { Pending, Result } from "./pending.ts";
import { stageChange } from "./propose-change.ts";
import { pendingDataset } from "./publish-dataset.ts";
import { markReplayed } from "./replayed.ts";
import { stageFile } from "./write-file.ts";

type Published = { readonly kind: "published"; readonly state: string } | Extract<Outcome, { kind: "failed" | "wait" }>;

/** Others were faster this often in a row only where datasets are written without a pause. */
const MAX_RESTAGED = 8;

const isOvertaken = (error: unknown): boolean => isAppError(error, "lake.commit_conflict") || isAppError(error, "lake.table_exists");

/** Destinations whose rows are there and that were not done before. */
function dueUnits(work: Work, units: readonly Unit[]): readonly Unit[] {
  const stateOf = (id: string) => work.steps.get(id)?.state ?? "pending";
  return units.filter(({ node, deps }) => isDestination(node) && !isDone(stateOf(node.id)) && deps.every((dep) => isDone(stateOf(dep))));
}

async function prepare(work: Work, { node }: Unit): Promise<Pending | undefined> {
  switch (node.kind) {
    case "to_dataset":
      return pendingDataset(work, node);
    case "to_file":
      return stageFile(work, node);
    case "to_change":
      return stageChange(work, node);
    case "to_connection":
      return deliverRows(work, node);
    default:
      return undefined;
  }
}

/** Makes one destination ready; nothing where it failed or waits for another attempt. */
async function prepareOne(work: Work, unit: Unit): Promise<Pending | undefined> {
  const step = work.steps.get(unit.node.id);
  if (step?.state === "failed") return undefined;
  if (step?.state !== "running") await beginStep(work, unit.node.id);
  try {
    return await prepare(work, unit);
  } catch (error) {
    if (work.signal.aborted) throw work.signal.reason;
    await noteFailure(work, unit.node.id, error);
    return undefined;
  }
}

/** What keeps a run from publishing: a destination that failed for good, or one that waits. */
function hindrance(work: Work, units: readonly Unit[]): Published | undefined {
  const steps = units.map(({ node }) => work.steps.get(node.id));
  const failed = steps.find((step) => step?.state === "failed");
  if (failed?.fault != null && work.document.settings.partial === "none") return { kind: "failed", fault: failed.fault };
  const waiting = steps.flatMap((step) => (step?.state === "retry_wait" || step?.state === "waiting" ? [Date.parse(step.waitingFor?.until ?? "")] : []));
  return waiting.length === 0 ? undefined : { kind: "wait", until: new Date(Math.max(Date.now(), ...waiting)) };
}

async function countsOf(ctx: TxCtx, work: Work, results: readonly Result[]): Promise<{ readonly counts: RunCounts; readonly warned: number }> {
  const steps = await listStepRows(ctx.db, work.row.id);
  const sources = new Set(work.document.nodes.filter(isSource).map(({ id }) => id));
  const sum = (values: readonly (number | null)[]): number => values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const counts = {
    rowsIn: sum(steps.filter(({ node }) => sources.has(node)).map(({ rows_out }) => rows_out)),
    rowsOut: results.reduce((total, { rows }) => total + rows, 0),
    rejected: sum(steps.map(({ rejected }) => rejected)),
    bytes: sum(steps.map(({ bytes }) => bytes)),
  };
  return { counts, warned: steps.filter(({ state }) => state === "warned").length };
}

interface Publication {
  readonly units: readonly Unit[];
  readonly pending: readonly Pending[];
  /** What failed before, where the rest is published all the same. */
  readonly fault: RunFault | undefined;
}

async function commitOne(ctx: TxCtx, work: Work, item: Pending): Promise<Result> {
  const { result, fields, rejects = [], warning, end } = await item.commit(ctx);
  const step = work.steps.get(item.node.id);
  if (step === undefined) throw new Error(`no step of ${item.node.id}`);
  await keepRejects(ctx, work.row.id, step.node, rejects);
  await moveStep(ctx, step, warning === undefined ? "succeed" : "warn", { ...fields, fault: null, ...(warning === undefined ? {} : { text: warning }) });
  await writeLineage(ctx, work, edgesOf(work, item.node.id, end));
  return result;
}

/** Streams move on with what was published of them, once all their destinations are done. */
async function moveStreams(ctx: TxCtx, work: Work, units: readonly Unit[], results: readonly Result[]): Promise<void> {
  const isDue = (id: string): boolean => units.some(({ node }) => node.id === id && work.steps.get(id)?.state !== "failed");
  const missing = work.document.nodes.filter((node) => isDestination(node) && !isDue(node.id) && !isDone(work.steps.get(node.id)?.state ?? "pending"));
  const held = new Set(missing.flatMap(({ id }) => sourcesOf(work, id)));
  const produced = Object.fromEntries(results.flatMap(({ datasetId, version }) => (datasetId === null || version === null ? [] : [[datasetId, version]])));
  for (const [node, { stream }] of work.outputs) {
    if (stream === undefined || held.has(node)) continue;
    await addStreamState(ctx, { pipelineId: work.row.pipeline_id, node, kind: "sync", runId: work.row.id, end: stream, produced });
  }
}

/** One transaction: versions, states of streams, steps, lineage, events, the run's end and the job's. */
async function commit(work: Work, { units, pending, fault }: Publication): Promise<string> {
  return work.ctx.tx(async (ctx) => {
    const row = await holdRun(ctx.db, work.row.id);
    if (row.wanted !== null) throw new RunStop(row.wanted);
    if (row.state !== "running" || row.job_id !== work.job.id) throw problem("job.lease_lost");
    const results: Result[] = [];
    for (const item of pending.toSorted((left, right) => (left.order < right.order ? -1 : 1))) results.push(await commitOne(ctx, work, item));
    await moveStreams(ctx, work, units, results);
    if (row.replay_of !== null) await markReplayed(ctx, row, work.document);
    const { counts, warned } = await countsOf(ctx, work, results);
    const fields = { counts, results, warnings: warned, fault: fault ?? null };
    const move = fault !== undefined ? "fail" : warned > 0 ? "succeed_with_warnings" : "succeed";
    await moveRun(ctx, row, move, { fields });
    const state = move === "fail" ? "failed" : move === "succeed" ? "succeeded" : "succeeded_with_warnings";
    await work.job.finish(ctx.db, { state, ...counts });
    await work.hooks.at?.("publishing", null);
    return state;
  });
}

async function discardAll(pending: readonly Pending[]): Promise<void> {
  for (const item of pending) await item.discard();
}

/** Ready destinations, those to other systems last: nothing leaves the house before everything else is in order. */
async function prepareAll(work: Work, units: readonly Unit[], pending: Pending[]): Promise<Published | undefined> {
  const isOutside = ({ node }: Unit): boolean => node.kind === "to_connection";
  for (const unit of units.filter((item) => !isOutside(item))) {
    const one = await prepareOne(work, unit);
    if (one !== undefined) pending.push(one);
  }
  await work.hooks.at?.("staged", null);
  const hindered = hindrance(work, units);
  if (hindered !== undefined) return hindered;
  for (const unit of units.filter(isOutside)) {
    work.signal.throwIfAborted();
    const one = await prepareOne(work, unit);
    if (one !== undefined) pending.push(one);
  }
  await work.hooks.at?.("delivered", null);
  return hindrance(work, units);
}

async function skipAll(work: Work, units: readonly Unit[]): Promise<void> {
  await work.ctx.tx(async (ctx) => {
    await holdRun(ctx.db, work.row.id);
    for (const { node } of units) {
      const step = work.steps.get(node.id);
      if (step !== undefined) await moveStep(ctx, step, "skip", { text: "A dry run publishes nothing" });
    }
  });
  for (const { node } of units) await rereadStep(work, { node: node.id }, { state: "skipped" });
}

interface Attempt {
  readonly units: readonly Unit[];
  readonly fault: RunFault | undefined;
  /** Filled as destinations become ready. */
  readonly pending: Pending[];
  /** From here on an error may come after a commit whose answer was lost, and the files then belong to the tables. */
  isCommitting: boolean;
}

async function publishOnce(work: Work, attempt: Attempt): Promise<Published> {
  const { units, fault, pending } = attempt;
  const hindered = await prepareAll(work, units, pending);
  if (hindered !== undefined) {
    await discardAll(pending);
    return hindered;
  }
  work.signal.throwIfAborted();
  const late = units.map(({ node }) => work.steps.get(node.id)).find((step) => step?.state === "failed")?.fault ?? undefined;
  attempt.isCommitting = true;
  const state = await commit(work, { units, pending, fault: fault ?? late });
  for (const { node } of pending) await rereadStep(work, { node: node.id }, { state: "succeeded" });
  await work.hooks.at?.("published", null);
  return { kind: "published", state };
}

/** Publishes what a run made, all of it or nothing; where others published in between, rows are stored for the newer versions again. */
export async function publishRun(work: Work, all: readonly Unit[], fault: RunFault | undefined): Promise<Published> {
  const units = dueUnits(work, all);
  if (work.row.is_dry) {
    await skipAll(work, units);
    return { kind: "published", state: await commit(work, { units: [], pending: [], fault }) };
  }
  for (let tries = 1; ; tries += 1) {
    const attempt: Attempt = { units, fault, pending: [], isCommitting: false };
    try {
      return await publishOnce(work, attempt);
    } catch (error) {
      // These two are thrown inside of the transaction, which then was none.
      const isUndone = error instanceof RunStop || isOvertaken(error);
      if (isUndone || !attempt.isCommitting) await discardAll(attempt.pending);
      if (!isOvertaken(error) || tries >= MAX_RESTAGED) throw error;
      work.log.write("info", null, "Somebody else published in between; the rows are stored again for the newer version");
    }
  }
}
