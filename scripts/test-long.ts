import { closingLine, runVitest } from "./test/vitest-run.ts";

const line = closingLine([await runVitest(["--config", "vitest.long.config.ts", ...process.argv.slice(2)], process.env)]);
console.log(`\nlong suites\n${line}`);
process.exitCode = line.endsWith(" 0 failed") ? 0 : 1;
