import { expect, test } from "vitest";
import { checkLint } from "../check/code-steps.ts";
import { runTool } from "../run-tool.ts";
import { type Scratch, scratchFolder } from "../test/scratch.ts";
import { LAYER_FOLDERS, LAYERS, type Layer } from "./layers.ts";
import { oxlintConfigText } from "./oxlint-config.ts";

type Diagnostic = { readonly code: string; readonly filename: string; readonly message: string; readonly help?: string };

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function houseWith(files: Readonly<Record<string, string>>): Scratch {
  const house = scratchFolder();
  house.copy("tsconfig.base.json", "tsconfig.json", "apps/web/tsconfig.json");
  house.linkModules();
  house.write({ ".oxlintrc.json": oxlintConfigText(), ...files });
  return house;
}

type Plants = Readonly<Record<string, string>>;

/** Everything that is planted, in one house: to start the linter takes longer than to read all of it. */
const planted: Record<string, string> = {};
const allFound = lazily(async () => {
  using house = houseWith(planted);
  const result = await runTool("oxlint", ["--type-aware", "--format=json"], house.path);
  return (JSON.parse(result.output.slice(result.output.indexOf("{"))) as { readonly diagnostics: readonly Diagnostic[] }).diagnostics;
});

/** Plants files, whose names nobody else may have taken, and answers what finds the linter's complaints about them as "rule file: text". */
function plant(files: Plants): () => Promise<readonly string[]> {
  for (const [name, text] of Object.entries(files)) {
    if (name in planted) throw new Error(`${name} is planted twice`);
    planted[name] = text;
  }
  return async () => {
    const found = (await allFound()).filter(({ filename }) => filename in files);
    return found.map(({ code, filename, message, help }) => `${code} ${filename}: ${message} ${help ?? ""}`);
  };
}

const long = (lines: number): string => Array.from({ length: lines }, (_, index) => `  console.log(${index});`).join("\n");
const branches = (count: number): string => Array.from({ length: count }, (_, index) => `  if (n === ${index}) return ${index + 1};`).join("\n");

const LAYER_PLANTS = [
  ["kernel", "@granary/protocol"],
  ["protocol", "@granary/db"],
  ["client", "@granary/core"],
  ["graph", "@granary/engine"],
  ["db", "@granary/engine"],
  ["engine", "@granary/db"],
  ["lake", "@granary/jobs"],
  ["jobs", "@granary/core"],
  ["connectors", "@granary/lake"],
  ["core", "@granary/server"],
  ["server", "@granary/web"],
  ["server", "@granary/testkit"],
  ["web", "@granary/server"],
  ["cli", "@granary/core"],
  ["testkit", "@granary/web"],
] as const satisfies readonly (readonly [Layer, string])[];

test.each(
  LAYER_PLANTS.map(([layer, target], index) => ({
    layer,
    target,
    complaints: plant({ [`${LAYER_FOLDERS[layer]}/src/upward-${index}.ts`]: `export { x } from "${target}";\n` }),
  })),
)("refuses $layer importing $target and says what to do instead", async ({ complaints }) => {
  const found = await complaints();
  expect(found).toHaveLength(1);
  expect(found[0]).toContain("no-restricted-imports");
  expect(found[0]).toMatch(/it may import|see|imports nothing|never web|imported by tests only|may import/);
});

test("has a planted violation for every layer", () => {
  expect(new Set(LAYER_PLANTS.map(([layer]) => layer))).toEqual(new Set(Object.keys(LAYERS)));
});

const downward = Object.entries(LAYERS).map(([layer, below]) => [
  `${LAYER_FOLDERS[layer as Layer]}/src/clean.ts`,
  `${below.map((name) => `export * as ${name} from "@granary/${name}";`).join("\n")}\nexport const clean = true;\n`,
]);
const downwardComplaints = plant(Object.fromEntries(downward) as Record<string, string>);

test("lets every layer import what lies below it", async () => {
  expect(await downwardComplaints()).toEqual([]);
});

const inTest = plant({ "packages/core/src/keys/create-key.test.ts": `export { startServer } from "@granary/testkit";\n` });

test("lets a test import the testkit", async () => {
  expect(await inTest()).toEqual([]);
});

const IMPORT_PLANTS = [
  ["a relative path into another package", "packages/db/src/reaching-1.ts", "../../kernel/src/ids.ts", "by its name"],
  ["the inside of another package", "packages/db/src/reaching-2.ts", "@granary/kernel/src/ids.ts", "through its index"],
  ["its own index", "packages/db/src/reaching-3.ts", "./index.ts", "its own index"],
  ["the index above it", "packages/core/src/keys/commands/reaching-4.ts", "../index.ts", "its own index"],
  ["another feature's store", "packages/core/src/keys/reaching-5.ts", "../users/store.ts", "index.ts"],
  ["a file deep inside another feature", "packages/core/src/keys/reaching-6.ts", "../users/commands/create-user.ts", "index.ts"],
  ["another feature's store from a subfolder", "packages/core/src/keys/commands/reaching-7.ts", "../../users/store.ts", "index.ts"],
] as const;

test.each(IMPORT_PLANTS.map(([what, file, target, advice]) => ({ what, advice, complaints: plant({ [file]: `export { x } from "${target}";\n` }) })))(
  "refuses an import of $what",
  async ({ advice, complaints }) => {
    const found = await complaints();
    expect(found.filter((line) => line.includes("no-restricted-imports") && line.includes(advice))).toHaveLength(1);
  },
);

const amongFeatures = plant({
  "packages/core/src/keys/inner.ts": `export { a } from "../users/index.ts";\nexport { b } from "./rules.ts";\n`,
  "packages/core/src/keys/commands/inner.ts": `export { a } from "../../users/index.ts";\nexport { b } from "../rules.ts";\nexport { c } from "../queries/get-key.ts";\n`,
});

test("lets a feature import another feature's index and its own files", async () => {
  expect(await amongFeatures()).toEqual([]);
});

const cycle = plant({
  "packages/db/src/circle-a.ts": `import { b } from "./circle-b.ts";\nexport const a = (): number => b();\n`,
  "packages/db/src/circle-b.ts": `import { a } from "./circle-a.ts";\nexport const b = (): number => a();\n`,
});

test("refuses an import cycle", async () => {
  expect((await cycle()).filter((line) => line.includes("no-cycle"))).not.toEqual([]);
});

const CODE_PLANTS = [
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
] as const;

test.each(CODE_PLANTS.map(([what, rule, text], index) => ({ what, rule, complaints: plant({ [`packages/engine/src/planted-${index}.ts`]: text }) })))(
  "refuses $what",
  async ({ rule, complaints }) => {
    expect((await complaints()).filter((line) => line.includes(rule))).toHaveLength(1);
  },
);

const leftOut = plant({
  "packages/engine/src/planted.test.ts": `import { test } from "vitest";\ntest.only("a", () => {});\ntest.skip("b", () => {});\n`,
});

test("refuses a focused and a skipped test", async () => {
  expect((await leftOut()).filter((line) => /no-focused-tests|no-disabled-tests/.test(line))).toHaveLength(2);
});

const generated = plant({ "packages/db/src/tables.gen.ts": `${"// line\n".repeat(400)}export const x = (value: any): unknown => value;\n` });

test("exempts generated files from size limits and nothing else", async () => {
  expect((await generated()).map((line) => line.split(" ")[0])).toEqual(["typescript(no-explicit-any)"]);
});

const component = (lines: number): string => `export function Page() {\n${long(lines)}\n  return <p />;\n}\n`;
const components = plant({ "apps/web/src/fits.tsx": component(117), "apps/web/src/planted.tsx": component(118) });

test("gives a React component 120 lines and not one more", async () => {
  const found = await components();
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(/max-lines-per-function.*planted\.tsx/);
});

test("fails the lint step when the linter has read fewer files than there are", async () => {
  using house = houseWith({ "packages/db/src/a.ts": "export const a = 1;\n", "packages/db/src/b.ts": "export const b = 1;\n" });
  house.write({ ".oxlintrc.json": JSON.stringify({ ignorePatterns: ["**/node_modules/**", "packages/db/src/b.ts"] }) });
  const outcome = await checkLint(house.path);
  expect(outcome.problems.join()).toContain("oxlint read 1 files, but there are 2");
});
