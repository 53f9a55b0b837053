import { globSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { ROOT, runTool } from "../run-tool.ts";
import { parseRequest } from "../test.ts";
import { browserAdvice, findBrowser, prepareBrowser } from "./browser.ts";
import { closingLine, failureLines, tally } from "./vitest-run.ts";

const file = (status: string, ...tests: string[]) => ({
  name: join(ROOT, "a.test.ts"),
  status,
  message: "does not load",
  assertionResults: tests.map((each) => ({
    status: each,
    fullName: `is ${each}`,
    failureMessages: each === "failed" ? ["\u001b[31mError\u001b[39m: no\n    at b.ts"] : [],
  })),
});

test("counts passed and failed tests", () => {
  expect(tally({ testResults: [file("failed", "passed", "failed"), file("passed", "passed")] }, 1)).toEqual({ passed: 2, failed: 1 });
});

test("counts a file that does not load as one failure", () => {
  expect(tally({ testResults: [file("failed"), file("passed", "passed")] }, 1)).toEqual({ passed: 1, failed: 1 });
});

test("counts a run that ends badly although all tests pass as one failure", () => {
  expect(tally({ testResults: [file("passed", "passed")] }, 1)).toEqual({ passed: 1, failed: 1 });
  expect(tally({ testResults: [] }, 137)).toEqual({ passed: 0, failed: 1 });
});

test("says what failed in lines that can be searched for", () => {
  expect(failureLines({ testResults: [file("failed", "passed", "failed"), file("passed", "passed"), file("failed", "passed")] })).toEqual([
    "FAILED  a.test.ts > is failed",
    "FAILED      Error: no",
    "FAILED          at b.ts",
    "FAILED  a.test.ts > (the file itself)",
    "FAILED      does not load",
  ]);
});

test("adds all parts into one closing line", () => {
  expect(
    closingLine([
      { passed: 10, failed: 1 },
      { passed: 200, failed: 0 },
    ]),
  ).toBe("210 passed, 1 failed");
});

test("takes arguments as filters and needs a browser only for journeys", () => {
  const journeys = ["test/browser/sign-in.test.ts"];
  expect(parseRequest([], journeys)).toEqual({ filters: [], withBrowser: true });
  expect(parseRequest(["--no-browser"], journeys)).toEqual({ filters: [], withBrowser: false });
  expect(parseRequest(["packages/db"], journeys)).toEqual({ filters: ["packages/db"], withBrowser: false });
  expect(parseRequest(["sign-in"], journeys)).toEqual({ filters: ["sign-in"], withBrowser: true });
});

test("finds no browser where there is none, and says how to get one", () => {
  expect(findBrowser({ PATH: "/nowhere" })).toBeUndefined();
  expect(findBrowser({ PATH: "/nowhere", TEST_BROWSER: process.execPath })).toBe(process.execPath);
  expect(findBrowser({ PATH: "/usr/bin", TEST_BROWSER: "/nowhere/chromium" })).toBeUndefined();
  expect(prepareBrowser({ PATH: "/nowhere", TEST_BROWSER: process.execPath }, () => expect.fail("nothing to install"))).toBe(process.execPath);
  expect(browserAdvice()).toMatch(/install/);
});

async function filesOf(...options: readonly string[]): Promise<readonly string[]> {
  const listed = await runTool("vitest", ["list", "--filesOnly", "--json", ...options]);
  const found = JSON.parse(listed.output.slice(listed.output.indexOf("["))) as readonly { readonly file: string }[];
  return found.map(({ file }) => relative(ROOT, file));
}

test("every test file of the checkout belongs to exactly one project or to the long suites", async () => {
  const [short, long] = await Promise.all([filesOf(), filesOf("--config=vitest.long.config.ts")]);
  const folders = "{packages,apps,scripts,test,benchmarks,deploy,docs}";
  const files = globSync(`${folders}/**/*.test.{ts,tsx}`, { cwd: ROOT, exclude: (path) => path === "node_modules" });
  expect([...short, ...long].toSorted()).toEqual(files.toSorted());
});
