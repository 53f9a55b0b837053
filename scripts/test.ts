import { globSync } from "node:fs";
import { runSteps } from "./check/step.ts";
import { checkSteps } from "./check.ts";
import { ensureWebBuilt } from "./launcher/web-build.mjs";
import { ROOT } from "./run-tool.ts";
import { browserAdvice, prepareBrowser } from "./test/browser.ts";
import { prepareBubblewrap } from "./test/bubblewrap.ts";
import { prepareServers } from "./test/servers.ts";
import { closingLine, runVitest, type Tally } from "./test/vitest-run.ts";

/** More than twice what they may take on two cores. */
const LIMIT_MINUTES = 38;

type Request = { readonly filters: readonly string[]; readonly withBrowser: boolean };

/** `npm test -- [--no-browser] [filter ...]`: a filter is a part of a test file's path; filtered runs leave the checks out. */
export function parseRequest(args: readonly string[], journeys: readonly string[]): Request {
  const filters = args.filter((arg) => arg !== "--no-browser");
  const wantsJourneys = filters.length === 0 || journeys.some((path) => filters.some((filter) => path.includes(filter)));
  return { filters, withBrowser: wantsJourneys && !args.includes("--no-browser") };
}

async function runChecks(): Promise<Tally> {
  const results = await runSteps(
    checkSteps(ROOT).filter((step) => step.isInTests !== true),
    console.log,
  );
  const failed = results.filter((result) => result.problems.length > 0).length;
  return { passed: results.length - failed, failed };
}

/** Answers the environment for the journeys, or undefined when they cannot run. */
async function prepareJourneys(): Promise<NodeJS.ProcessEnv | undefined> {
  const browser = prepareBrowser(process.env, console.log);
  if (browser === undefined) {
    console.log(`no browser was found for the browser journeys. To get one: ${browserAdvice()}. To leave them out: npm test -- --no-browser`);
    return undefined;
  }
  try {
    await ensureWebBuilt(ROOT, process.execPath, process.env);
    return { ...process.env, TEST_BROWSER: browser };
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    return undefined;
  }
}

/** What is missing for whole proof: a failure in CI, where nothing is left out silently, and a hint to people. */
function prepareSystem(): Tally {
  const missing = [prepareBubblewrap(console.log), prepareServers(console.log)].flatMap((advice) => advice ?? []);
  for (const advice of missing) console.log(advice);
  return { passed: 0, failed: process.env.CI === undefined ? 0 : missing.length };
}

/** A suite in which no test ran proves nothing, so it counts as a failure. */
function nothingRan(filters: readonly string[]): Tally {
  console.log(filters.length === 0 ? "no test was found at all" : `no test file's path contains ${filters.join(" or ")}`);
  return { passed: 0, failed: 1 };
}

async function main(args: readonly string[]): Promise<number> {
  const request = parseRequest(args, globSync("test/browser/**/*.test.ts", { cwd: ROOT }));
  const parts: Tally[] = [];
  if (request.filters.length === 0) parts.push(await runChecks());
  parts.push(prepareSystem());
  const env = request.withBrowser ? await prepareJourneys() : process.env;
  if (env === undefined) parts.push({ passed: 0, failed: 1 });
  const projects = ["server", "web", ...(request.withBrowser && env !== undefined ? ["browser"] : [])];
  const tests = await runVitest([...projects.map((name) => `--project=${name}`), ...request.filters], env ?? process.env, LIMIT_MINUTES);
  parts.push(tests.passed + tests.failed === 0 ? nothingRan(request.filters) : tests);
  const line = closingLine(parts);
  console.log(`\n${line}`);
  return line.endsWith(" 0 failed") ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
