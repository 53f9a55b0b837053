import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { capture } from "../run-tool.ts";
import { scratchFolder } from "./scratch.ts";

/** Runs `.ci/run` where `npm test` and the long suites are two shell scripts. */
async function runCi(suite: string, long: string | undefined): Promise<{ readonly code: number; readonly last: string; readonly output: string }> {
  using scratch = scratchFolder();
  scratch.copy(".ci/run");
  scratch.write({
    "package.json": JSON.stringify({ name: "granary", private: true, scripts: { test: "sh ./suite.sh" } }),
    "suite.sh": suite,
    ...(long === undefined ? {} : { "scripts/test-long.ts": "", granary: `#!/bin/sh\n${long}\n` }),
  });
  if (long !== undefined) chmodSync(join(scratch.path, "granary"), 0o755);
  const result = await capture("bash", [join(scratch.path, ".ci/run")]);
  return { code: result.code, last: result.output.split("\n").at(-1) ?? "", output: result.output };
}

test("adds the suites up in one closing line", async () => {
  expect(await runCi("echo; echo '40 passed, 0 failed'", "echo '2 passed, 0 failed'")).toMatchObject({ code: 0, last: "42 passed, 0 failed" });
});

test("works without long suites", async () => {
  expect(await runCi("echo '40 passed, 0 failed'", undefined)).toMatchObject({ code: 0, last: "40 passed, 0 failed" });
});

test("fails when any suite fails, and runs the others all the same", async () => {
  expect(await runCi("echo '40 passed, 3 failed'; exit 1", "echo '2 passed, 0 failed'")).toMatchObject({ code: 1, last: "42 passed, 3 failed" });
});

test("says at the end again what failed in any suite", async () => {
  const { output } = await runCi("echo 'FAILED  a.test.ts > is green'; echo '40 passed, 1 failed'; exit 1", "echo 'much else'; echo '2 passed, 0 failed'");
  expect(output.slice(output.indexOf("2 passed"))).toBe("2 passed, 0 failed\n\nFAILED  a.test.ts > is green\n42 passed, 1 failed");
});

test("counts a suite that dies before or after its closing line as a failure", async () => {
  expect(await runCi("kill -9 $$", undefined)).toMatchObject({ code: 1, last: "0 passed, 1 failed" });
  expect(await runCi("echo '40 passed, 0 failed'; exit 5", undefined)).toMatchObject({ code: 1, last: "40 passed, 1 failed" });
});

test("tells the suites that they run in CI", async () => {
  expect((await runCi(`test "$CI" = true && echo '1 passed, 0 failed'`, undefined)).code).toBe(0);
});
