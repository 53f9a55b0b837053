/** What a check step found: `problems` empty means passed; `note` is the figure worth seeing when it did. */
export type StepOutcome = { readonly problems: readonly string[]; readonly note?: string };

export type Step = {
  readonly name: string;
  readonly run: () => Promise<StepOutcome>;
  /** The step is a part of the test suite that `npm test` runs anyway. */
  readonly isInTests?: true;
};

export type StepResult = StepOutcome & { readonly name: string; readonly durationMs: number };

async function runStep(step: Step): Promise<StepResult> {
  const startedAt = performance.now();
  const outcome = await step
    .run()
    .catch((error: unknown): StepOutcome => ({ problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)] }));
  return { ...outcome, name: step.name, durationMs: Math.round(performance.now() - startedAt) };
}

function lineOf(result: StepResult): string {
  const verdict = result.problems.length === 0 ? "ok    " : "FAILED";
  const note = result.note === undefined ? "" : `  ${result.note}`;
  return `${verdict}  ${result.name.padEnd(14)} ${(result.durationMs / 1000).toFixed(1).padStart(6)} s${note}`;
}

/** Runs every step to the end, whatever fails before it, printing one line per step and the problems of the failed ones last. */
export async function runSteps(steps: readonly Step[], print: (line: string) => void): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const step of steps) {
    const result = await runStep(step);
    print(lineOf(result));
    results.push(result);
  }
  for (const failed of results.filter((result) => result.problems.length > 0)) {
    print(`\n-- ${failed.name}\n${failed.problems.join("\n")}`);
  }
  return results;
}
