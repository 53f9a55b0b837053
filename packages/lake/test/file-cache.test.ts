import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FileIo, StoredFile } from "../src/file-io/index.ts";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { CacheOrder } from "./cache-user.ts";
import { type S3Bed, s3Bed, storageOptions } from "./s3.ts";

let bed: S3Bed;
beforeEach(async () => {
  bed = await s3Bed();
});
afterEach(() => bed[Symbol.asyncDispose]());

const BYTES = 1_000;

/** A file of one letter, unknown to every cache of the test. */
async function store(letter: string, bytes = BYTES): Promise<StoredFile> {
  await using writer = await bed.another({ cache: join(bed.dir, "writer") });
  return await writer.write(`${bed.warehouse}/${letter}`, Buffer.from(letter.repeat(bytes)));
}

const gets = (): number => bed.s3.requests.filter((request) => request.operation === "get").length;

async function read(fileIo: FileIo, file: StoredFile): Promise<string> {
  await using local = await fileIo.open(file);
  return readFileSync(local.path, "utf8");
}

/** The cached files of a directory. */
function cached(cache = bed.cache): string[] {
  const entries = readdirSync(join(cache, "objects"), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const cachedBytes = (): number => cached().reduce((sum, path) => sum + statSync(path).size, 0);

it("brings a file once, however many ask for it at the same time", async () => {
  const file = await store("a");
  const locals = await Promise.all(Array.from({ length: 20 }, () => bed.fileIo.open(file)));
  expect([gets(), new Set(locals.map((local) => local.path)).size]).toEqual([1, 1]);
  const [first, ...others] = locals;
  for (const local of others) await local[Symbol.asyncDispose]();
  expect(readFileSync(first?.path ?? "", "utf8")).toBe("a".repeat(BYTES));
  await first?.[Symbol.asyncDispose]();
  await first?.[Symbol.asyncDispose]();
  expect(existsSync(first?.path ?? "")).toBe(false);
  await read(bed.fileIo, file);
  expect(gets()).toBe(1);
});

it("takes over what is there after a restart, and trusts none of it unseen", async () => {
  const files = [await store("a"), await store("b"), await store("c")];
  for (const file of files) await read(bed.fileIo, file);
  const restarted = await bed.another();
  for (const file of files) expect(await read(restarted, file)).toBe((file.uri.at(-1) ?? "").repeat(BYTES));
  expect(gets()).toBe(3);

  const [one = "", two = ""] = cached();
  truncateSync(one, 10);
  writeFileSync(two, "x".repeat(BYTES));
  const again = await bed.another();
  for (const file of files) expect(await read(again, file)).toBe((file.uri.at(-1) ?? "").repeat(BYTES));
  expect(gets()).toBe(5);
});

it("finds a copy that changed after it was checked", async () => {
  const file = await store("a");
  await read(bed.fileIo, file);
  writeFileSync(cached()[0] ?? "", "x".repeat(BYTES));
  expect(await read(bed.fileIo, file)).toBe("a".repeat(BYTES));
  expect((await bed.fileIo.read(file.uri, file)).toString()).toBe("a".repeat(BYTES));
});

it("keeps within its bytes, letting go what was not used for longest, and nothing in use", async () => {
  const small = await bed.another({ maxBytes: 4 * BYTES });
  const files = await Promise.all(["a", "b", "c", "d", "e", "f", "g", "h"].map((letter) => store(letter)));
  const [a, b] = files as [StoredFile, StoredFile];
  await using held = await small.open(a);
  for (const file of files) await read(small, file);
  expect(cachedBytes()).toBeLessThanOrEqual(4 * BYTES);
  expect(readFileSync(held.path, "utf8")).toBe("a".repeat(BYTES));
  const before = gets();
  await read(small, a);
  expect(gets()).toBe(before);
  await read(small, b);
  expect(gets()).toBe(before + 1);
});

it("reads a file larger than itself, and keeps it only while it is in use", async () => {
  const small = await bed.another({ maxBytes: BYTES });
  const file = await store("a", 10 * BYTES);
  expect(await read(small, file)).toBe("a".repeat(10 * BYTES));
  expect(cachedBytes()).toBeLessThanOrEqual(BYTES);
});

it("forgets a deleted file", async () => {
  const file = await store("a");
  await read(bed.fileIo, file);
  await bed.fileIo.delete(file.uri);
  expect(cached()).toEqual([]);
  await expect(bed.fileIo.open(file)).rejects.toMatchObject({ code: "storage.missing" });
});

it("refuses a directory it cannot use, naming it", async () => {
  writeFileSync(join(bed.dir, "file"), "");
  await expect(bed.another({ cache: join(bed.dir, "file") })).rejects.toMatchObject({ code: "storage.cache_unusable", params: { reason: "ENOTDIR" } });
});

function startUser(order: Omit<CacheOrder, "warehouse">): ChildProcess {
  return fork(join(import.meta.dirname, "cache-user.ts"), [JSON.stringify({ warehouse: bed.warehouse, ...order } satisfies CacheOrder)]);
}

/** The next thing a process says; what it left unsaid when it ends before. */
async function hear(user: ChildProcess): Promise<unknown> {
  const [said] = await Promise.race([once(user, "message"), once(user, "exit")]);
  return said;
}

it("lets a process keep what another one evicts and deletes", async () => {
  const files = [await store("a"), await store("b"), await store("c")] as const;
  const user = startUser({ storage: storageOptions(bed.s3, bed.cache, 2 * BYTES), files, rounds: 0 });
  expect(await hear(user)).toBe("holding");
  const small = await bed.another({ maxBytes: BYTES });
  for (const file of files) await read(small, file);
  await small.delete(files.map((file) => file.uri));
  expect(cached()).toEqual([]);
  user.send("go on");
  expect(await hear(user)).toBe("damaged: 0");
  expect(await once(user, "exit")).toEqual([0, null]);
});

it("frees what a killed process held, and nothing of a living one", async () => {
  const file = await store("a");
  await using held = await bed.fileIo.open(file);
  const user = startUser({ storage: storageOptions(bed.s3, bed.cache), files: [file], rounds: 0 });
  expect(await hear(user)).toBe("holding");
  const scratch = await bed.fileIo.scratchPath("under-work");
  writeFileSync(scratch, "mine");
  expect(readdirSync(join(bed.cache, "processes"))).toHaveLength(2);
  user.kill("SIGKILL");
  await once(user, "exit");
  await bed.fileIo.sweepScratch(new Date());
  expect(readdirSync(join(bed.cache, "processes"))).toHaveLength(1);
  expect([existsSync(held.path), existsSync(scratch)]).toEqual([true, true]);
});

it("is shared by processes that evict each other's files all the time", async () => {
  const files = await Promise.all(["a", "b", "c", "d", "e", "f"].map((letter) => store(letter, 50_000)));
  const storage = { ...storageOptions(bed.s3, bed.cache, 120_000), recheckRate: 1 };
  const users = [startUser({ storage, files, rounds: 150 }), startUser({ storage, files, rounds: 150 })];
  expect(await Promise.all(users.map(hear))).toEqual(["damaged: 0", "damaged: 0"]);
  expect(cachedBytes()).toBeLessThanOrEqual(2 * 120_000);
});
