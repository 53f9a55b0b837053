import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { isAppError } from "@granary/kernel";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createLocalFileIo, type StoredFile } from "../src/file-io/index.ts";
import { type S3Bed, s3Bed, storageOptions } from "./s3.ts";
import type { SmallDiskOrder } from "./small-disk-user.ts";

const run = promisify(execFile);

let dir: string;
let bed: S3Bed;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "granary-disk-"));
  bed = await s3Bed();
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

async function failure(work: Promise<unknown>): Promise<unknown> {
  const error = await work.catch((cause: unknown) => cause);
  return isAppError(error) ? { code: error.code, ...error.params } : error;
}

/** Runs a script that sees a disk of one mebibyte at `disk`. Needs Linux with `unshare` and `mount`, and root or user namespaces. */
async function onSmallDisk(disk: string, script: string, order: unknown): Promise<string> {
  const inside = 'mount -t tmpfs -o size=1m tmpfs "$1" && shift && exec "$@"';
  const namespaces = process.getuid?.() === 0 ? ["--mount"] : ["--user", "--map-root-user", "--mount"];
  const { stdout } = await run("unshare", [...namespaces, "sh", "-c", inside, "sh", disk, process.execPath, script, JSON.stringify(order)]);
  return stdout;
}

it("says that a disk is full, leaves nothing half written, and goes on when there is space again", async () => {
  const disk = join(dir, "disk");
  mkdirSync(disk);
  const files: StoredFile[] = [];
  for (const [name, bytes] of [
    ["small", 100_000],
    ["a", 400_000],
    ["b", 400_000],
    ["c", 400_000],
    ["d", 400_000],
    ["too-big", 2_000_000],
  ] as const) {
    files.push(await bed.fileIo.write(`${bed.warehouse}/${name}`, Buffer.alloc(bytes, name)));
  }
  const order: SmallDiskOrder = { disk, elsewhere: dir, warehouse: bed.warehouse, storage: storageOptions(bed.s3, join(disk, "cache")), files };
  expect(JSON.parse(await onSmallDisk(disk, join(import.meta.dirname, "small-disk-user.ts"), order))).toEqual({
    local: { written: 10, code: "storage.full", published: "storage.full", leftInScratch: [], isListed: true, stillReads: 100_000, afterwards: "done" },
    cache: { codes: ["done", "done", "done", "done", "storage.full"], afterwards: "done", written: "done" },
  });
});

it("says that a disk cannot be read", async () => {
  // The kernel answers EIO to a read of a process's memory where nothing is mapped.
  const fileIo = createLocalFileIo({ root: "/proc/self" });
  const expected = { code: "storage.failed", name: "mem", operation: "read", reason: "the disk reports an error (EIO)" };
  expect(await failure(fileIo.read("file:///proc/self/mem"))).toEqual(expected);
  expect(await failure(fileIo.open({ uri: "file:///proc/self/mem", bytes: 0, sha256: "0".repeat(64) }))).toEqual(expected);
});

it("follows no symbolic link, wherever in a path it is", async () => {
  const root = join(dir, "lake");
  mkdirSync(join(root, "mine"), { recursive: true });
  mkdirSync(join(root, "theirs"));
  writeFileSync(join(root, "theirs", "secret"), "secret");
  symlinkSync(join(root, "theirs", "secret"), join(root, "mine", "file"));
  symlinkSync(join(root, "theirs"), join(root, "mine", "folder"));
  const fileIo = createLocalFileIo({ root });
  const uriOf = (path: string): string => pathToFileURL(join(root, path)).href;
  const refused = { code: "lake.unsupported", reason: "one of its files is a symbolic link" };
  for (const path of ["mine/file", "mine/folder/secret"]) {
    expect(await failure(fileIo.read(uriOf(path)))).toEqual(refused);
    expect(await failure(fileIo.open({ uri: uriOf(path), bytes: 6 }))).toEqual(refused);
  }
  expect(await failure(fileIo.write(uriOf("mine/folder/new"), Buffer.from("x")))).toEqual(refused);
  expect(await failure(fileIo.delete(uriOf("mine/folder/secret")))).toEqual(refused);
  expect(await Array.fromAsync(fileIo.list(uriOf("mine/")))).toEqual([]);
  await fileIo.delete(uriOf("mine/file"));
  expect((await fileIo.read(uriOf("theirs/secret"))).toString()).toBe("secret");
});

it("takes a warehouse that is itself reached through a link", async () => {
  mkdirSync(join(dir, "real"));
  symlinkSync(join(dir, "real"), join(dir, "linked"));
  const fileIo = createLocalFileIo({ root: join(dir, "linked") });
  const stored = await fileIo.write(pathToFileURL(join(dir, "linked", "a", "b")).href, Buffer.from("x"));
  expect((await fileIo.read(stored.uri, stored)).toString()).toBe("x");
});
