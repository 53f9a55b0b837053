import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ROOT, toolPath } from "../run-tool.ts";

export type Tally = { readonly passed: number; readonly failed: number };

type Assertion = { readonly status: string; readonly fullName: string; readonly failureMessages?: readonly string[] | null };
type TestFile = { readonly name: string; readonly status: string; readonly message?: string; readonly assertionResults: readonly Assertion[] };
type VitestReport = { readonly testResults: readonly TestFile[] };

const hasFailedTest = (file: TestFile): boolean => file.assertionResults.some((test) => test.status === "failed");

/**
 * Counts tests of a vitest JSON report. A file that failed without a failed test (it did not even load) counts as one,
 * and so does a run that ended badly although every test passed (an unhandled error, a failed global set-up).
 */
export function tally(report: VitestReport, exitCode: number): Tally {
  const assertions = report.testResults.flatMap((file) => file.assertionResults);
  const brokenFiles = report.testResults.filter((file) => file.status === "failed" && !hasFailedTest(file));
  const failed = assertions.filter((test) => test.status === "failed").length + brokenFiles.length;
  return { passed: assertions.filter((test) => test.status === "passed").length, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

const MESSAGE_LINES = 15;

const describeFailure = (file: TestFile, name: string, message: string): readonly string[] => [
  `FAILED  ${relative(ROOT, file.name)} > ${name}`,
  ...stripVTControlCharacters(message)
    .split("\n")
    .slice(0, MESSAGE_LINES)
    .map((line) => `FAILED      ${line}`),
];

/** What failed and why, each line marked, so that a log of thousands of lines can be searched for them and CI can say them again at its end. */
export function failureLines(report: VitestReport): readonly string[] {
  return report.testResults.flatMap((file) =>
    file.status === "failed" && !hasFailedTest(file)
      ? describeFailure(file, "(the file itself)", file.message ?? "")
      : file.assertionResults
          .filter((test) => test.status === "failed")
          .flatMap((test) => describeFailure(file, test.fullName, (test.failureMessages ?? []).join("\n"))),
  );
}

function readReport(path: string): VitestReport {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as VitestReport;
  } catch {
    return { testResults: [] };
  }
}

/** A run that fails this often is broken as a whole; each further test of it may wait for its time limit. */
const MAX_FAILURES = 60;

/**
 * Runs vitest with its output on the terminal and answers how many tests passed and failed. A run that takes longer than
 * `limitMinutes` is ended and has failed.
 */
export async function runVitest(args: readonly string[], env: NodeJS.ProcessEnv, limitMinutes: number): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), "granary-test-"));
  const report = join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`, `--bail=${MAX_FAILURES}`];
  try {
    const child = spawn(process.execPath, [toolPath("vitest"), "run", ...reporters, ...args], { cwd: ROOT, stdio: "inherit", env });
    const timer = setTimeout(() => {
      console.log(`the tests were ended after ${limitMinutes} minutes`);
      child.kill("SIGKILL");
    }, limitMinutes * 60_000);
    const code = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (exitCode) => resolve(exitCode ?? 1));
    });
    clearTimeout(timer);
    const results = readReport(report);
    for (const line of failureLines(results)) console.log(line);
    return tally(results, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The last line of every suite, alone on its line, for people and for CI. */
export function closingLine(parts: readonly Tally[]): string {
  const sum = (key: keyof Tally): number => parts.reduce((total, part) => total + part[key], 0);
  return `${sum("passed")} passed, ${sum("failed")} failed`;
}
