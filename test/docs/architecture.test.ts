import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const folders = (path: string): readonly string[] =>
  readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

/** Paths of the annotated tree: two spaces per level, a name with a slash, then what it is for. */
function treePaths(text: string): readonly string[] {
  const tree = /```\n(apps\/[^]*?)```/.exec(text)?.[1] ?? "";
  const parents: string[] = [];
  return tree.split("\n").flatMap((line) => {
    const match = /^( *)([\w-]+)\/(?: +\S.*)?$/.exec(line);
    if (match === null) return [];
    const [, indent = "", name = ""] = match;
    parents.splice(indent.length / 2, parents.length, name);
    return [parents.join("/")];
  });
}

const architecture = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
const existing = ["apps", "packages", "packages/core/src"].flatMap((parent) => folders(parent).map((name) => `${parent.replace("/src", "")}/${name}`));

test("ARCHITECTURE.md names every package and every feature of core", () => {
  expect(existing.filter((path) => !treePaths(architecture).includes(path))).toEqual([]);
});

test("ARCHITECTURE.md names no folder that is gone", () => {
  const gone = treePaths(architecture).filter((path) => !existsSync(join(root, path.replace("packages/core/", "packages/core/src/"))));
  expect(gone).toEqual([]);
});

test("ARCHITECTURE.md stays within 150 lines", () => {
  expect(architecture.split("\n").length).toBeLessThanOrEqual(150);
});

test("notices a package and a feature that are missing from the tree", () => {
  const tree = "```\napps/\n  web/   pages\npackages/\n  core/  product\n    keys/  keys\n```";
  expect(treePaths(tree)).toEqual(["apps", "apps/web", "packages", "packages/core", "packages/core/keys"]);
});

test("every decision record has a number of its own, the four headings and at most a page", () => {
  const files = readdirSync(join(root, "docs/decisions")).sort();
  const numbers = files.map((file) => /^(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1]);
  expect(numbers).toEqual([...new Set(numbers)]);
  expect(numbers).not.toContain(undefined);
  for (const file of files) {
    const text = readFileSync(join(root, "docs/decisions", file), "utf8");
    const headings = [...text.matchAll(/^## (.+)$/gm)].map((match) => match[1]);
    expect({ file, headings }).toEqual({ file, headings: ["Context", "Decision", "Rejected", "Consequences"] });
    expect({ file, number: Number(/^# (\d+)/.exec(text)?.[1]) }).toEqual({ file, number: Number(file.slice(0, 4)) });
    expect(text.split("\n").length).toBeLessThanOrEqual(80);
  }
});

test("every feature README has at most 40 lines", () => {
  const long = folders("packages/core/src")
    .map((name) => join(root, "packages/core/src", name, "README.md"))
    .filter((path) => existsSync(path) && readFileSync(path, "utf8").split("\n").length > 41);
  expect(long).toEqual([]);
});
