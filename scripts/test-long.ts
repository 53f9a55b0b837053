import { globSync } from "node:fs";
import { ROOT } from "./run-tool.ts";
import { closingLine, runVitest } from "./test/vitest-run.ts";

/** Together with `npm test` within the 90 minutes that CI has. */
const LIMIT_MINUTES = 55;

const suites = globSync(["test/long/**/*.test.ts", "{packages,apps}/*/{src,test}/**/*.long.test.ts"], { cwd: ROOT });
const line = closingLine(
  suites.length === 0 ? [] : [await runVitest(["--config", "vitest.long.config.ts", ...process.argv.slice(2)], process.env, LIMIT_MINUTES)],
);
console.log(`\nlong suites (${suites.length} files)\n${line}`);
process.exitCode = line.endsWith(" 0 failed") ? 0 : 1;
