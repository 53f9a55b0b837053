import { setTimeout as delay } from "node:timers/promises";
import { isAppError } from "@granary/kernel";
import type { RunFault } from "@granary/protocol";
import { classify, faultOf, isRetried } from "../classify.ts";
import { addAttempt, moveStep } from "../move-run.ts";
import { retryDelayMs } from "../retry-delay.ts";
import { isDone, isUndecided } from "../rules.ts";
import { holdRun, listStepRows, type StepRow } from "../store.ts";
import { runStep } from "../steps/run-step.ts";
import type { StepResult } from "../steps/step-result.ts";
import { endUnit, noteEnd, rereadStep, tellStep } from "./end-step.ts";
import { isDestination, type Unit } from "./plan-units.ts";
import type { Work } from "./work.ts";

/** Pieces at the same time: more would only share the cores. */
const AT_ONCE = 2;
/** A worker sits out waits up to this; for longer ones it gives the job back. */
const LONGEST_WAIT_MS = 20_000;

/** What became of pieces: all done, some failed for good, or the run has to wait longer than a worker does. */
export type Outcome = { readonly kind: "done" } | { readonly kind: "failed"; readonly fault: RunFault } | { readonly kind: "wait"; readonly until: Date };

const untilOf = (step: StepRow): number => (step.waitingFor?.until == null ? 0 : Date.parse(step.waitingFor.until));

/** Does something of a piece in a transaction of its own, behind the run's lock. */
async function commit(work: Work, change: (ctx: Parameters<Parameters<Work["ctx"]["tx"]>[0]>[0]) => Promise<void>): Promise<void> {
  await work.ctx.tx(async (ctx) => {
    await holdRun(ctx.db, work.row.id);
    await change(ctx);
  });
}

/** Makes a step run: the attempt that waits, or the next one behind a failed one. */
export async function beginStep(work: Work, id: string): Promise<StepRow> {
  const step = work.steps.get(id);
  if (step === undefined) throw new Error(`no step of ${id}`);
  const isAgain = step.state === "retry_wait";
  await commit(work, async (ctx) => {
    if (isAgain) {
      await moveStep(ctx, step, "fail");
      await addAttempt(ctx, step);
    }
    const next = isAgain ? { ...step, attempt: step.attempt + 1, state: "ready" as const } : step;
    // A worker that died left it running.
    if (next.state !== "running") await moveStep(ctx, next, "begin");
  });
  const attempt = isAgain ? step.attempt + 1 : step.attempt;
  return rereadStep(work, step, { state: "running", attempt, waitingFor: null, fault: null });
}

function untilRetry(work: Work, step: StepRow, error: unknown): Date | undefined {
  const { retry } = work.document.settings;
  const failure = classify(error);
  if (!isRetried(failure)) return undefined;
  if (failure === "rate_limited") {
    const asked = isAppError(error) ? Date.parse(String(error.params["until"])) : Number.NaN;
    return new Date(Number.isNaN(asked) ? Date.now() + retry.baseS * 1_000 : asked);
  }
  if (step.attempt >= retry.maxAttempts) return undefined;
  return new Date(Date.now() + retryDelayMs(retry, step.attempt, Math.random()));
}

/** Notes that a piece failed: it waits for another attempt where that can help, or has failed for good. */
export async function noteFailure(work: Work, id: string, error: unknown): Promise<RunFault | undefined> {
  const step = work.steps.get(id);
  if (step === undefined) return undefined;
  const fault = faultOf(error);
  const until = untilRetry(work, step, error);
  work.log.write(until === undefined ? "error" : "warn", id, fault.message, { class: fault.class, code: fault.code, attempt: step.attempt });
  work.ctx.log.warn({ err: error, runId: work.row.id, node: id, attempt: step.attempt }, "a step of a run failed");
  if (until === undefined) {
    await commit(work, (ctx) => moveStep(ctx, step, "fail", { fault, text: fault.message }));
    await rereadStep(work, step, { state: "failed", fault });
    return fault;
  }
  const waitingFor = { kind: fault.class === "rate_limited" ? ("rate_limit" as const) : ("retry" as const), until: until.toISOString(), text: fault.message };
  // The source asked for patience, which is no fault of the attempt.
  const move = fault.class === "rate_limited" ? "wait" : "wait_retry";
  await commit(work, (ctx) => moveStep(ctx, step, move, { fault, waitingFor, text: fault.message }));
  await rereadStep(work, step, { state: move === "wait" ? "waiting" : "retry_wait", fault, waitingFor });
  return undefined;
}

async function carryOut(work: Work, unit: Unit): Promise<void> {
  await beginStep(work, unit.node.id);
  let result: StepResult;
  try {
    result = await runStep(work, unit);
  } catch (error) {
    if (work.signal.aborted) throw work.signal.reason;
    await noteFailure(work, unit.node.id, error);
    return;
  }
  await commit(work, (ctx) => endUnit(ctx, work, unit, result));
  await noteEnd(work, unit, result);
  await work.hooks.at?.("stepEnded", unit.node.id);
}

/** Marks what can never run any more. */
async function block(work: Work, units: readonly Unit[]): Promise<void> {
  const lost = (id: string): boolean => ["failed", "upstream_failed", "cancelled"].includes(work.steps.get(id)?.state ?? "");
  for (const unit of units) {
    const ids = [unit.node.id, ...unit.fused];
    const open = ids.filter((id) => ["pending", "ready"].includes(work.steps.get(id)?.state ?? ""));
    const isLost = unit.deps.some(lost) || lost(unit.node.id);
    if (!isLost || open.length === 0) continue;
    for (const id of open) {
      const step = work.steps.get(id);
      if (step === undefined) continue;
      await commit(work, (ctx) => moveStep(ctx, step, "block"));
      await rereadStep(work, step, { state: "upstream_failed" });
    }
  }
}

const stateOf = (work: Work, unit: Unit): StepRow["state"] => work.steps.get(unit.node.id)?.state ?? "pending";

/** Carries out all pieces but destinations, as their inputs come to be. */
export async function runUnits(work: Work, all: readonly Unit[]): Promise<Outcome> {
  const units = all.filter(({ node }) => !isDestination(node));
  const flying = new Map<string, Promise<void>>();
  const patience = work.hooks.longestWaitMs ?? LONGEST_WAIT_MS;
  const isReady = (unit: Unit): boolean =>
    isUndecided(stateOf(work, unit)) && !flying.has(unit.node.id) && unit.deps.every((dep) => isDone(work.steps.get(dep)?.state ?? "pending"));
  try {
    for (;;) {
      work.signal.throwIfAborted();
      await block(work, all);
      const ready = units.filter(isReady);
      const due = ready.filter((unit) => untilOf(work.steps.get(unit.node.id) as StepRow) <= Date.now());
      for (const unit of due.slice(0, AT_ONCE - flying.size)) {
        flying.set(
          unit.node.id,
          carryOut(work, unit).finally(() => flying.delete(unit.node.id)),
        );
      }
      if (flying.size > 0) {
        await Promise.race(flying.values());
        continue;
      }
      if (ready.length === 0) break;
      const until = Math.min(...ready.map((unit) => untilOf(work.steps.get(unit.node.id) as StepRow)));
      if (until - Date.now() > patience) return { kind: "wait", until: new Date(until) };
      await delay(Math.max(0, until - Date.now()), undefined, { signal: work.signal });
    }
  } finally {
    await Promise.allSettled(flying.values());
  }
  const fault = units.map((unit) => work.steps.get(unit.node.id)).find((step) => step?.state === "failed")?.fault;
  return fault == null ? { kind: "done" } : { kind: "failed", fault };
}

/** Reads the newest attempts of a run's steps anew. */
export async function loadSteps(work: Pick<Work, "ctx" | "row" | "steps" | "notices">): Promise<void> {
  for (const step of await listStepRows(work.ctx.db, work.row.id)) {
    work.steps.set(step.node, step);
    tellStep(work, step);
  }
}
