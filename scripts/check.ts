import { codeSteps } from "./check/code-steps.ts";
import { dependencySteps } from "./check/dependency-steps.ts";
import { staleFiles } from "./check/stale-files.ts";
import { runSteps, type Step, type StepOutcome } from "./check/step.ts";
import { ROOT } from "./run-tool.ts";

/** The generators import the product; loaded here, a product that does not load fails this step and not the whole check. */
async function checkGenerated(root: string): Promise<StepOutcome> {
  const { GENERATED } = await import("./generated.ts");
  return { problems: await staleFiles(root, GENERATED), note: `${GENERATED.length} files` };
}

/** All steps of `npm run check`, the quick ones first. */
export const checkSteps = (root: string): readonly Step[] => [
  ...dependencySteps(root),
  { name: "generated", run: () => checkGenerated(root) },
  ...codeSteps(root),
];

async function main(wanted: readonly string[]): Promise<number> {
  const all = checkSteps(ROOT);
  const unknown = wanted.filter((name) => !all.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(`there is no step ${unknown.join(", ")}; the steps are: ${all.map((step) => step.name).join(", ")}`);
    return 2;
  }
  const results = await runSteps(wanted.length === 0 ? all : all.filter((step) => wanted.includes(step.name)), console.log);
  const failed = results.filter((result) => result.problems.length > 0);
  const seconds = results.reduce((sum, result) => sum + result.durationMs, 0) / 1000;
  const verdict = failed.length === 0 ? "" : `: ${failed.map((result) => result.name).join(", ")}`;
  console.log(`\n${results.length - failed.length} passed, ${failed.length} failed in ${seconds.toFixed(1)} s${verdict}`);
  return failed.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
