import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { diskThreads } from "./disk-threads.ts";
import type { SmallFile } from "./store-small-files.ts";

const dir = mkdtempSync(join(tmpdir(), "granary-thread-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(dir, "root-"));
});

let count = 0;
function fileAt(path: string, content?: string): SmallFile {
  count += 1;
  const scratch = join(root, ".staging", String(count));
  return { root, path: join(root, path), scratch, ...(content === undefined ? {} : { content: Buffer.from(content) }) };
}

it("stores many files at once, each with its size and checksum", async () => {
  const files = Array.from({ length: 20 }, (_, index) => fileAt(`table/${index % 3}/${index}`, `content ${index}`));
  const results = await Promise.all(files.map((file) => diskThreads.store(file)));
  expect(results[0]).toEqual({ bytes: 9, sha256: "75e0d458fc2da40b5b8b8b614d0192e9da7fffc2d6042f33300fdb0e8a83dfb4" });
  expect(files.map((file) => readFileSync(file.path, "utf8"))).toEqual(files.map((_, index) => `content ${index}`));
  expect(readdirSync(join(root, ".staging"))).toEqual([]);
});

it("moves a finished file to its place", async () => {
  const file = fileAt("table/data");
  mkdirSync(join(root, ".staging"));
  writeFileSync(file.scratch, "rows");
  expect(await diskThreads.store(file)).toMatchObject({ bytes: 4 });
  expect([readFileSync(file.path, "utf8"), existsSync(file.scratch)]).toEqual(["rows", false]);
});

it("stores the others when one cannot be stored, and leaves nothing of that one", async () => {
  mkdirSync(join(root, "elsewhere"));
  symlinkSync(join(root, "elsewhere"), join(root, "link"));
  writeFileSync(join(root, "plain"), "");
  const [behindLink, belowFile, missing, fine] = [fileAt("link/a", "a"), fileAt("plain/b", "b"), fileAt("c"), fileAt("table/d", "d")];
  const results = await Promise.all([behindLink, belowFile, missing, fine].map((file) => diskThreads.store(file)));
  expect(results).toMatchObject([{ isLink: true }, { code: "ENOTDIR" }, { code: "ENOENT" }, { bytes: 1 }]);
  expect(readdirSync(root).toSorted()).toEqual([".staging", "elsewhere", "link", "plain", "table"]);
  expect([readdirSync(join(root, ".staging")), readdirSync(join(root, "elsewhere"))]).toEqual([[], []]);
});
