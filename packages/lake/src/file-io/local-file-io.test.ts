import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, expect, it } from "vitest";
import { createLocalFileIo } from "./local-file-io.ts";

const root = mkdtempSync(join(tmpdir(), "granary-files-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const fileIo = createLocalFileIo({ root });
const uriOf = (path: string): string => pathToFileURL(join(root, path)).href;
const codeOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: { code?: string }) => error.code);

it("stores content whole, readable by its owner only, and tells its size and checksum", async () => {
  const stored = await fileIo.write(uriOf("a/b/c.txt"), Buffer.from("abc"));
  expect(stored).toEqual({ uri: uriOf("a/b/c.txt"), bytes: 3, sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" });
  expect((await fileIo.read(stored.uri, stored)).toString()).toBe("abc");
  expect(statSync(fileURLToPath(stored.uri)).mode & 0o077).toBe(0);
  expect(readdirSync(join(root, ".staging"))).toEqual([]);
});

it("moves a finished file to its place", async () => {
  const scratch = await fileIo.scratchPath("x");
  writeFileSync(scratch, "content");
  const stored = await fileIo.publish(scratch, uriOf("moved/x"));
  expect(readFileSync(fileURLToPath(stored.uri), "utf8")).toBe("content");
  await using local = await fileIo.open(stored);
  expect(local.path).toBe(join(root, "moved", "x"));
});

it("takes over a file from another file system", async () => {
  const elsewhere = mkdtempSync("/dev/shm/granary-");
  try {
    writeFileSync(join(elsewhere, "x"), "far");
    const stored = await fileIo.publish(join(elsewhere, "x"), uriOf("far/x"));
    expect((await fileIo.read(stored.uri, stored)).toString()).toBe("far");
    expect(readdirSync(elsewhere)).toEqual([]);
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
});

it("lists files below a prefix and deletes them", async () => {
  await fileIo.write(uriOf("list/one"), Buffer.from("1"));
  await fileIo.write(uriOf("list/deep/two"), Buffer.from("22"));
  const found = await Array.fromAsync(fileIo.list(uriOf("list/")));
  expect(found.map((file) => [file.uri, file.bytes]).toSorted(([left], [right]) => String(left).localeCompare(String(right)))).toEqual([
    [uriOf("list/deep/two"), 2],
    [uriOf("list/one"), 1],
  ]);
  await fileIo.delete(uriOf("list/one"));
  await fileIo.delete(uriOf("list/one"));
  expect((await Array.fromAsync(fileIo.list(uriOf("list/")))).length).toBe(1);
  expect(await Array.fromAsync(fileIo.list(uriOf("nowhere/")))).toEqual([]);
});

it("says what is wrong with a file and which", async () => {
  const stored = await fileIo.write(uriOf("rot"), Buffer.from("abc"));
  expect(await codeOf(fileIo.read(uriOf("gone")))).toBe("storage.missing");
  expect(await codeOf(fileIo.open({ ...stored, bytes: 4 }))).toBe("storage.corrupt");
  expect(await codeOf(fileIo.open({ ...stored, sha256: "0".repeat(64) }))).toBe("storage.corrupt");
  expect(await codeOf(fileIo.read(stored.uri, { ...stored, sha256: "0".repeat(64) }))).toBe("storage.corrupt");
  expect(await codeOf(fileIo.read(uriOf("a")))).toBe("storage.failed");
});

it.each(["file:///etc/passwd", uriOf("../outside"), `${uriOf("")}%2e%2e/outside`])("refuses %s, which lies outside", async (uri) => {
  expect(await codeOf(fileIo.read(uri))).toBe("lake.unsupported");
  expect(await codeOf(fileIo.write(uri, Buffer.from("x")))).toBe("lake.unsupported");
});
