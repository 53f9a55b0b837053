import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SCHEMA_FILES } from "../packages/db/scripts/generate.ts";
import { ROUTE_TABLE_PATH, routeTableText } from "../packages/client/scripts/generate.ts";
import { type GeneratedFile, staleFiles } from "./check/stale-files.ts";
import { REFERENCE_PAGES } from "./docs/reference.ts";
import { oxlintConfigText } from "./lint/oxlint-config.ts";
import { ROOT } from "./run-tool.ts";

/** Every generated file of the checkout; `npm run check` makes each anew and compares. */
export const GENERATED: readonly GeneratedFile[] = [
  { path: ".oxlintrc.json", text: oxlintConfigText },
  ...SCHEMA_FILES,
  ...REFERENCE_PAGES,
  { path: ROUTE_TABLE_PATH, text: () => routeTableText() },
];

async function writeAll(root: string): Promise<void> {
  for (const file of GENERATED) {
    const path = join(root, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, await file.text());
  }
}

if (import.meta.main) {
  if (process.argv.includes("--write")) await writeAll(ROOT);
  const problems = await staleFiles(ROOT, GENERATED);
  console.log(problems.length === 0 ? `${GENERATED.length} generated files are up to date` : problems.join("\n"));
  process.exitCode = problems.length === 0 ? 0 : 1;
}
