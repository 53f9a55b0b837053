import { expect, test } from "vitest";
import { type Scratch, scratchFolder } from "../test/scratch.ts";
import { checkFormat, checkTypes, checkUnused } from "./code-steps.ts";
import { checkLockfile, layerProblems, versionProblems } from "./dependency-steps.ts";
import { isAllowed, licenceProblems } from "./licences.ts";
import { staleFiles } from "./stale-files.ts";
import { runSteps } from "./step.ts";

const manifest = (name: string, rest: Record<string, unknown> = {}): string =>
  JSON.stringify({ name, version: "0.1.0", private: true, type: "module", ...rest });

function house(files: Readonly<Record<string, string>>): Scratch {
  const scratch = scratchFolder();
  scratch.copy("tsconfig.base.json", "tsconfig.json", "knip.json", "biome.json");
  scratch.write({
    "package.json": manifest("granary", { workspaces: ["packages/*", "apps/*"] }),
    "packages/db/package.json": manifest("@granary/db", { exports: { ".": "./src/index.ts" } }),
    ".gitignore": "node_modules\n",
    ...files,
  });
  scratch.linkModules();
  return scratch;
}

test("runs every step to the end and reports all that failed", async () => {
  const printed: string[] = [];
  const results = await runSteps(
    [
      { name: "first", run: () => Promise.resolve({ problems: ["broken beam"] }) },
      { name: "second", run: () => Promise.reject(new Error("tool fell over")) },
      { name: "third", run: () => Promise.resolve({ problems: [], note: "7 files" }) },
    ],
    (line) => printed.push(line),
  );
  expect(results.map((result) => result.problems.length)).toEqual([1, 1, 0]);
  expect(printed.join("\n")).toMatch(
    /FAILED {2}first[^]*FAILED {2}second[^]*ok {6}third.*7 files[^]*-- first\nbroken beam[^]*-- second\nError: tool fell over/,
  );
});

test("refuses a badly formatted file and leaves it alone", async () => {
  using scratch = house({ "packages/db/src/index.ts": "export const a = 'x'\n" });
  const outcome = await checkFormat(scratch.path);
  expect(outcome.problems.join()).toContain("packages/db/src/index.ts");
});

test("refuses a format run that has read fewer files than there are", async () => {
  using scratch = house({
    "biome.json": '{ "files": { "includes": ["nowhere/**"] } }\n',
    "packages/db/src/a.ts": "export const a = 1;\n",
    "packages/db/src/b.ts": "export const b = 1;\n",
  });
  expect((await checkFormat(scratch.path)).problems.join()).toContain("biome read 1 files, but there are 2");
});

test("refuses a type error", async () => {
  using scratch = house({ "packages/db/src/index.ts": `export const a: number = "x";\n` });
  expect((await checkTypes(scratch.path, "tsconfig.json", "packages")).problems.join()).toContain("TS2322");
});

test("refuses syntax that type stripping cannot run", async () => {
  using scratch = house({ "packages/db/src/index.ts": "export enum Kind {\n  a,\n}\n" });
  expect((await checkTypes(scratch.path, "tsconfig.json", "packages")).problems.join()).toContain("TS1294");
});

test("refuses an unused file, export and dependency", async () => {
  using scratch = house({
    "packages/db/package.json": manifest("@granary/db", { exports: { ".": "./src/index.ts" }, dependencies: { pg: "8.23.1" } }),
    "packages/db/src/index.ts": `export { used } from "./parts.ts";\n`,
    "packages/db/src/parts.ts": "export const used = 1;\nexport const forgotten = 2;\n",
    "packages/db/src/orphan.ts": "export const orphan = 1;\n",
  });
  const report = (await checkUnused(scratch.path)).problems.join();
  expect(report).toContain("packages/db/src/orphan.ts");
  expect(report).toContain("forgotten");
  expect(report).toMatch(/pg +packages\/db\/package.json/);
});

test("names the generated file that is stale and the line where it parts", async () => {
  using scratch = house({ "docs/list.md": "one\ntwo\n" });
  const files = [
    { path: "docs/list.md", text: () => "one\n2\n" },
    { path: "docs/absent.md", text: () => "x" },
  ];
  expect(await staleFiles(scratch.path, files)).toEqual([
    "docs/list.md differs from line 2 on; run: node scripts/generated.ts --write",
    "docs/absent.md is missing; run: node scripts/generated.ts --write",
  ]);
});

test.each(["^1.2.3", "~1.2.3", "1.x", "latest", "*", "file:../x", "git+https://example.org/x.git"])("refuses the dependency version %s", (version) => {
  expect(versionProblems("package.json", { name: "x", dependencies: { pg: version } })).toHaveLength(1);
});

test("accepts exact versions, with a pre-release too", () => {
  expect(versionProblems("package.json", { name: "x", dependencies: { pg: "8.23.1", duck: "1.5.5-r.5" } })).toEqual([]);
});

test("refuses a workspace dependency against the layers, and a package without a layer", () => {
  expect(layerProblems("packages/db/package.json", { name: "@granary/db", dependencies: { "@granary/core": "0.1.0" } })).toEqual([
    "packages/db/package.json: db may not depend on @granary/core",
  ]);
  expect(layerProblems("packages/attic/package.json", { name: "@granary/attic" })).toHaveLength(1);
});

test("refuses copyleft in what is shipped, and a package without a licence", () => {
  const problems = licenceProblems({
    packages: {
      "apps/web": { devDependencies: { chart: "1.0.0", vite: "8.0.0" } },
      "node_modules/chart": { dev: true, license: "MIT", dependencies: { deep: "1.0.0" } },
      "node_modules/chart/node_modules/deep": { dev: true, license: "MPL-2.0" },
      "node_modules/vite": { dev: true, license: "MPL-2.0" },
      "node_modules/gpl": { license: "GPL-3.0-only" },
      "node_modules/none": {},
      "node_modules/fine": { license: "(GPL-2.0 OR MIT)" },
    },
  });
  expect(problems.map((line) => line.split(":")[0])).toEqual(["node_modules/chart/node_modules/deep", "node_modules/gpl", "node_modules/none"]);
});

test("reads licence expressions", () => {
  const allowed = new Set(["MIT", "Zlib"]);
  expect([isAllowed("(MIT AND Zlib)", allowed), isAllowed("MIT AND GPL-3.0", allowed), isAllowed("GPL-3.0 OR MIT", allowed), isAllowed("", allowed)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

test("refuses a lockfile that does not fit the manifests", async () => {
  using scratch = scratchFolder();
  scratch.write({
    "package.json": manifest("granary", { dependencies: { pg: "8.23.1" } }),
    "package-lock.json": JSON.stringify({ name: "granary", version: "0.1.0", lockfileVersion: 3, packages: { "": { name: "granary", version: "0.1.0" } } }),
  });
  expect((await checkLockfile(scratch.path)).problems.join()).toContain("Missing: pg@8.23.1 from lock file");
});
