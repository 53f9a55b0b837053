import { isAppError } from "@granary/kernel";
import { CHECK_STEPS, type CheckStep } from "@granary/protocol";

type StepName = CheckStep["name"];

/** What a step found; a text alone means that it passed. */
export type StepFinding = string | { readonly warned: string };

/** What a step throws to say that it was another one that failed: credentials are seen only while signing in. */
export class StepFailure extends Error {
  readonly step: StepName;

  constructor(step: StepName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.step = step;
  }
}

interface Step {
  readonly name: StepName;
  run(): Promise<StepFinding>;
}

const order = (name: StepName): number => CHECK_STEPS.indexOf(name);

function failureOf(name: StepName, error: unknown): { readonly name: StepName; readonly message: string } {
  if (error instanceof StepFailure) return { name: error.step, message: error.message };
  const stage = isAppError(error) ? error.params.stage : undefined;
  const isStep = (CHECK_STEPS as readonly unknown[]).includes(stage);
  return { name: isStep ? (stage as StepName) : name, message: isAppError(error) ? error.message : "It failed for a reason of its own. Look into the log." };
}

/**
 * Goes through the steps of a test until one fails; what comes after is skipped. A step that fails with a problem whose `stage` names
 * another step, or with a {@link StepFailure}, counts as that other step. Throws only when `signal` is aborted.
 */
export async function runCheck(steps: readonly Step[], signal: AbortSignal): Promise<readonly CheckStep[]> {
  const done: CheckStep[] = [];
  for (const [index, { name, run }] of steps.entries()) {
    const startedAt = performance.now();
    const ms = () => Math.round(performance.now() - startedAt);
    try {
      const found = await run();
      done.push(typeof found === "string" ? { name, state: "passed", message: found, ms: ms() } : { name, state: "warned", message: found.warned, ms: ms() });
    } catch (error) {
      signal.throwIfAborted();
      const failure = failureOf(name, error);
      const kept = done.filter((step) => order(step.name) < order(failure.name));
      const between = steps.slice(0, index + 1).filter((step) => order(step.name) < order(failure.name) && !kept.some((step2) => step2.name === step.name));
      kept.push(...between.map((step): CheckStep => ({ name: step.name, state: "passed", message: "", ms: 0 })));
      kept.push({ name: failure.name, state: "failed", message: failure.message, ms: ms() });
      const left = steps.filter((step) => order(step.name) > order(failure.name));
      return [...kept, ...left.map((step): CheckStep => ({ name: step.name, state: "skipped", message: "", ms: 0 }))];
    }
  }
  return done;
}
