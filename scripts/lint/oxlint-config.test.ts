import { expect, test } from "vitest";
import { checkLint } from "../check/code-steps.ts";
import { runTool } from "../run-tool.ts";
import { type Scratch, scratchFolder } from "../test/scratch.ts";
import { LAYER_FOLDERS, LAYERS, type Layer } from "./layers.ts";
import { oxlintConfigText } from "./oxlint-config.ts";

type Diagnostic = { readonly code: string; readonly filename: string; readonly message: string; readonly help?: string };

function houseWith(files: Readonly<Record<string, string>>): Scratch {
  const house = scratchFolder();
  house.copy("tsconfig.base.json", "tsconfig.json", "apps/web/tsconfig.json");
  house.linkModules();
  house.write({ ".oxlintrc.json": oxlintConfigText(), ...files });
  return house;
}

/** Lints a small house made of `files` and answers the findings as "rule file: text". */
async function lint(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  using house = houseWith(files);
  const result = await runTool("oxlint", ["--type-aware", "--format=json"], house.path);
  const report = JSON.parse(result.output.slice(result.output.indexOf("{"))) as { readonly diagnostics: readonly Diagnostic[] };
  return report.diagnostics.map((found) => `${found.code} ${found.filename}: ${found.message} ${found.help ?? ""}`);
}

const long = (lines: number): string => Array.from({ length: lines }, (_, index) => `  console.log(${index});`).join("\n");
const branches = (count: number): string => Array.from({ length: count }, (_, index) => `  if (n === ${index}) return ${index + 1};`).join("\n");

const LAYER_PLANTS = [
  ["kernel", "@granary/protocol"],
  ["protocol", "@granary/db"],
  ["client", "@granary/core"],
  ["db", "@granary/engine"],
  ["engine", "@granary/db"],
  ["lake", "@granary/jobs"],
  ["jobs", "@granary/core"],
  ["core", "@granary/server"],
  ["server", "@granary/web"],
  ["server", "@granary/testkit"],
  ["web", "@granary/server"],
  ["cli", "@granary/core"],
  ["testkit", "@granary/web"],
] as const satisfies readonly (readonly [Layer, string])[];

test.each(LAYER_PLANTS)("refuses %s importing %s and says what to do instead", async (layer, target) => {
  const file = `${LAYER_FOLDERS[layer]}/src/planted.ts`;
  const found = await lint({ [file]: `export { x } from "${target}";\n` });
  expect(found).toHaveLength(1);
  expect(found[0]).toContain("no-restricted-imports");
  expect(found[0]).toMatch(/it may import|see|imports nothing|never web|imported by tests only|may import/);
});

test("has a planted violation for every layer", () => {
  expect(new Set(LAYER_PLANTS.map(([layer]) => layer))).toEqual(new Set(Object.keys(LAYERS)));
});

test("lets every layer import what lies below it", async () => {
  const files = Object.entries(LAYERS).map(([layer, below]) => [
    `${LAYER_FOLDERS[layer as Layer]}/src/clean.ts`,
    `${below.map((name) => `export * as ${name} from "@granary/${name}";`).join("\n")}\nexport const clean = true;\n`,
  ]);
  expect(await lint(Object.fromEntries(files) as Record<string, string>)).toEqual([]);
});

test("lets a test import the testkit", async () => {
  expect(await lint({ "packages/core/src/keys/create-key.test.ts": `export { startServer } from "@granary/testkit";\n` })).toEqual([]);
});

test.each([
  ["a relative path into another package", "packages/db/src/a.ts", "../../kernel/src/ids.ts", "by its name"],
  ["the inside of another package", "packages/db/src/a.ts", "@granary/kernel/src/ids.ts", "through its index"],
  ["its own index", "packages/db/src/a.ts", "./index.ts", "its own index"],
  ["the index above it", "packages/core/src/keys/commands/a.ts", "../index.ts", "its own index"],
  ["another feature's store", "packages/core/src/keys/a.ts", "../users/store.ts", "index.ts"],
  ["a file deep inside another feature", "packages/core/src/keys/a.ts", "../users/commands/create-user.ts", "index.ts"],
  ["another feature's store from a subfolder", "packages/core/src/keys/commands/a.ts", "../../users/store.ts", "index.ts"],
])("refuses an import of %s", async (_, file, target, advice) => {
  const found = await lint({ [file]: `export { x } from "${target}";\n` });
  expect(found.filter((line) => line.includes("no-restricted-imports") && line.includes(advice))).toHaveLength(1);
});

test("lets a feature import another feature's index and its own files", async () => {
  const text = `export { a } from "../users/index.ts";\nexport { b } from "./rules.ts";\n`;
  const nested = `export { a } from "../../users/index.ts";\nexport { b } from "../rules.ts";\nexport { c } from "../queries/get-key.ts";\n`;
  expect(await lint({ "packages/core/src/keys/a.ts": text, "packages/core/src/keys/commands/b.ts": nested })).toEqual([]);
});

test("refuses an import cycle", async () => {
  const found = await lint({
    "packages/db/src/a.ts": `import { b } from "./b.ts";\nexport const a = (): number => b();\n`,
    "packages/db/src/b.ts": `import { a } from "./a.ts";\nexport const b = (): number => a();\n`,
  });
  expect(found.filter((line) => line.includes("no-cycle"))).not.toEqual([]);
});

test.each([
  ["a floating promise", "no-floating-promises", `async function save(): Promise<void> {}\nexport function go(): void {\n  save();\n}\n`],
  ["an async callback where nothing waits", "no-misused-promises", `export const go = (xs: number[]): void => xs.forEach(async (x) => console.log(x));\n`],
  [
    "a promise that outlives what it uses",
    "return-await",
    `export async function go(run: () => Promise<void>): Promise<void> {\n  await using held = new AsyncDisposableStack();\n  held.defer(() => undefined);\n  return run();\n}\n`,
  ],
  ["any", "no-explicit-any", `export const x = (value: any): unknown => value;\n`],
  ["a silenced compiler", "ban-ts-comment", `// @ts-ignore\nexport const x = 1;\n`],
  [
    "an incomplete switch",
    "switch-exhaustiveness",
    `export function go(kind: "a" | "b"): void {\n  switch (kind) {\n    case "a":\n      console.log(1);\n  }\n}\n`,
  ],
  ["a file of 401 lines", "max-lines", `${"// line\n".repeat(400)}export const x = 1;\n`],
  ["a function of 61 lines", "max-lines-per-function", `export function go(): void {\n${long(60)}\n}\n`],
  ["five positional parameters", "max-params", `export const go = (a: number, b: number, c: number, d: number, e: number): number => a + b + c + d + e;\n`],
  ["thirteen ways through a function", "complexity", `export function go(n: number): number {\n${branches(12)}\n  return 0;\n}\n`],
  ["five levels of nesting", "max-depth", `export function go(n: number): void {\n${"if (n > 1) {\n".repeat(5)}console.log(n);\n${"}\n".repeat(5)}}\n`],
  ["the environment read below the configuration", "no-restricted-properties", `export const x = process.env.HOME;\n`],
])("refuses %s", async (_, rule, text) => {
  const found = await lint({ "packages/engine/src/planted.ts": text });
  expect(found.filter((line) => line.includes(rule))).toHaveLength(1);
});

test("refuses a focused and a skipped test", async () => {
  const text = `import { test } from "vitest";\ntest.only("a", () => {});\ntest.skip("b", () => {});\n`;
  const found = await lint({ "packages/engine/src/planted.test.ts": text });
  expect(found.filter((line) => /no-focused-tests|no-disabled-tests/.test(line))).toHaveLength(2);
});

test("exempts generated files from size limits and nothing else", async () => {
  const text = `${"// line\n".repeat(400)}export const x = (value: any): unknown => value;\n`;
  const found = await lint({ "packages/db/src/tables.gen.ts": text });
  expect(found.map((line) => line.split(" ")[0])).toEqual(["typescript(no-explicit-any)"]);
});

test("gives a React component 120 lines and not one more", async () => {
  const component = (lines: number): string => `export function Page() {\n${long(lines)}\n  return <p />;\n}\n`;
  const found = await lint({ "apps/web/src/fits.tsx": component(117), "apps/web/src/planted.tsx": component(118) });
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(/max-lines-per-function.*planted\.tsx/);
});

test("fails the lint step when the linter has read fewer files than there are", async () => {
  using house = houseWith({ "packages/db/src/a.ts": "export const a = 1;\n", "packages/db/src/b.ts": "export const b = 1;\n" });
  house.write({ ".oxlintrc.json": JSON.stringify({ ignorePatterns: ["**/node_modules/**", "packages/db/src/b.ts"] }) });
  const outcome = await checkLint(house.path);
  expect(outcome.problems.join()).toContain("oxlint read 1 files, but there are 2");
});
