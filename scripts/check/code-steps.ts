import { runTool, type ToolResult } from "../run-tool.ts";
import { hasSources, sourceFiles } from "./source-files.ts";
import type { Step, StepOutcome } from "./step.ts";

const failure = (result: ToolResult): readonly string[] => (result.code === 0 ? [] : [result.output || `ended with ${result.code} and said nothing`]);

/** Reads how many files a tool says it has looked at: a tool that reads nothing also finds nothing. */
function countRead(output: string, pattern: RegExp): number {
  return Number(pattern.exec(output)?.[1] ?? 0);
}

/** Formatting is compared, never changed. */
export async function checkFormat(root: string): Promise<StepOutcome> {
  const result = await runTool("biome", ["format", "--max-diagnostics=20", "."], root);
  const files = countRead(result.output, /Checked (\d+) files?/);
  const expected = sourceFiles(root).filter((path) => !/\.gen\.|\/(generated|golden)\//.test(path)).length;
  const blind = files < expected ? [`biome read ${files} files, but there are ${expected}; look at files.includes in biome.json`] : [];
  const hint = result.code === 0 ? [] : ["to repair: node_modules/.bin/biome format --write <paths>"];
  return { problems: [...failure(result), ...blind, ...hint], note: `${files} files` };
}

/** Rules, sizes, layers and cycles, with type information. */
export async function checkLint(root: string): Promise<StepOutcome> {
  const result = await runTool("oxlint", ["--type-aware"], root);
  const files = countRead(result.output, /on (\d+) files?/);
  const expected = sourceFiles(root).length;
  const blind = files < expected ? [`oxlint read ${files} files, but there are ${expected}; look at ignorePatterns in scripts/lint/oxlint-config.ts`] : [];
  return { problems: [...failure(result), ...blind], note: `${files} files` };
}

/** One TypeScript project. */
export async function checkTypes(root: string, project: string, folder: string): Promise<StepOutcome> {
  if (!hasSources(root, folder)) return { problems: [], note: `nothing in ${folder} yet` };
  return { problems: failure(await runTool("tsc", ["-p", project, "--noEmit", "--pretty", "false"], root)) };
}

/** Files, exports and dependencies nobody uses. */
export async function checkUnused(root: string): Promise<StepOutcome> {
  return { problems: failure(await runTool("knip", ["--no-progress", "--no-config-hints"], root)) };
}

async function checkDocs(root: string): Promise<StepOutcome> {
  return { problems: failure(await runTool("vitest", ["run", "--project", "server", "test/docs"], root)) };
}

/** The steps that read our own code and documentation. */
export const codeSteps = (root: string): readonly Step[] => [
  { name: "format", run: () => checkFormat(root) },
  { name: "lint", run: () => checkLint(root) },
  { name: "types:server", run: () => checkTypes(root, "tsconfig.json", "packages") },
  { name: "types:web", run: () => checkTypes(root, "apps/web/tsconfig.json", "apps/web/src") },
  { name: "types:browser", run: () => checkTypes(root, "test/browser/tsconfig.json", "test/browser") },
  { name: "unused", run: () => checkUnused(root) },
  { name: "docs", run: () => checkDocs(root), isInTests: true },
];
