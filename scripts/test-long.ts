import { globSync } from "node:fs";
import { ROOT } from "./run-tool.ts";
import { prepareSpreadsheet } from "./test/spreadsheet.ts";
import { closingLine, runVitest } from "./test/vitest-run.ts";

/** Together with `npm test` within the 90 minutes that CI has. */
const LIMIT_MINUTES = 55;

const suites = globSync(["test/long/**/*.test.ts", "{packages,apps}/*/{src,test}/**/*.long.test.ts"], { cwd: ROOT });
const filters = process.argv.slice(2);
const missing = filters.length === 0 || filters.some((filter) => "test/long/changes".includes(filter)) ? prepareSpreadsheet(console.log) : undefined;
if (missing !== undefined) console.log(missing);
const ran = suites.length === 0 ? [] : [await runVitest(["--config", "vitest.long.config.ts", ...filters], process.env, LIMIT_MINUTES)];
const line = closingLine(ran);
console.log(`\nlong suites (${suites.length} files)\n${line}`);
process.exitCode = line.endsWith(" 0 failed") ? 0 : 1;
