import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SCHEMA_FILES } from "../packages/db/scripts/generate.ts";
import { ROUTE_TABLE_PATH, routeTableText } from "../packages/client/scripts/generate.ts";
import { REFERENCE_PAGES } from "./docs/reference.ts";
import { oxlintConfigText } from "./lint/oxlint-config.ts";
import { ROOT } from "./run-tool.ts";

/** A committed file that a program writes. `text` makes its whole content anew, without touching the disk. */
export type GeneratedFile = { readonly path: string; readonly text: () => string | Promise<string> };

/** Every generated file of the checkout; `npm run check` makes each anew and compares. */
export const GENERATED: readonly GeneratedFile[] = [
  { path: ".oxlintrc.json", text: oxlintConfigText },
  ...SCHEMA_FILES,
  ...REFERENCE_PAGES,
  { path: ROUTE_TABLE_PATH, text: () => routeTableText() },
];

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The line number where two texts part, counted from 1. */
function firstDifference(a: string, b: string): number {
  const [left, right] = [a.split("\n"), b.split("\n")];
  const index = left.findIndex((line, position) => line !== right[position]);
  return (index === -1 ? left.length : index) + 1;
}

/** One line per generated file that is missing or differs from what its generator writes now. */
export async function staleFiles(root: string, files: readonly GeneratedFile[] = GENERATED): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const file of files) {
    const [found, wanted] = [readIfPresent(join(root, file.path)), await file.text()];
    if (found === wanted) continue;
    const where = found === undefined ? "is missing" : `differs from line ${firstDifference(found, wanted)} on`;
    problems.push(`${file.path} ${where}; run: node scripts/generated.ts --write`);
  }
  return problems;
}

async function writeAll(root: string): Promise<void> {
  for (const file of GENERATED) {
    const path = join(root, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, await file.text());
  }
}

if (import.meta.main) {
  if (process.argv.includes("--write")) await writeAll(ROOT);
  const problems = await staleFiles(ROOT);
  console.log(problems.length === 0 ? `${GENERATED.length} generated files are up to date` : problems.join("\n"));
  process.exitCode = problems.length === 0 ? 0 : 1;
}
