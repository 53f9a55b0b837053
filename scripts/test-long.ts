import { globSync } from "node:fs";
import { ROOT } from "./run-tool.ts";
import { prepareClamd } from "./test/clamd.ts";
import { prepareSpreadsheet } from "./test/spreadsheet.ts";
import { closingLine, runVitest } from "./test/vitest-run.ts";

/** Together with `npm test` within the 90 minutes that CI has. */
const LIMIT_MINUTES = 50;

const suites = globSync(["test/long/**/*.test.ts", "{packages,apps}/*/{src,test}/**/*.long.test.ts"], { cwd: ROOT });
const filters = process.argv.slice(2);
const isAsked = (folder: string): boolean => filters.length === 0 || filters.some((filter) => folder.includes(filter));
const prepared = [
  isAsked("test/long/changes") ? prepareSpreadsheet(console.log) : undefined,
  isAsked("test/long/uploads") ? prepareClamd(console.log) : undefined,
];
for (const missing of prepared) if (missing !== undefined) console.log(missing);
const ran = suites.length === 0 ? [] : [await runVitest(["--config", "vitest.long.config.ts", ...filters], process.env, LIMIT_MINUTES)];
const line = closingLine(ran);
console.log(`\nlong suites (${suites.length} files)\n${line}`);
process.exitCode = line.endsWith(" 0 failed") ? 0 : 1;
