import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAppError } from "@granary/kernel";
import { createFileIo, type FileIo, type StoredFile } from "../src/file-io/index.ts";
import type { S3Fault, S3Operation } from "@granary/testkit/s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type S3Bed, s3Bed, storageOptions } from "./s3.ts";

let bed: S3Bed;
beforeAll(async () => {
  bed = await s3Bed({ pageSize: 3 });
});
beforeEach(() => bed.s3.heal());
afterAll(() => bed[Symbol.asyncDispose]());

const uriOf = (path: string): string => `${bed.warehouse}/${path}`;
const keyOf = (path: string): string => `ware/house/${path}`;

async function failure(work: Promise<unknown>): Promise<{ code: string; name: unknown }> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return isAppError(error) ? { code: error.code, name: error.params["name"] } : { code: String(error), name: undefined };
}

const countOf = (operation: S3Operation, path: string): number =>
  bed.s3.requests.filter((request) => request.operation === operation && request.key === keyOf(path)).length;

/** Stores a file that no cache of the test knows. */
async function store(path: string, content: Buffer | string = "some content"): Promise<StoredFile> {
  const bytes = Buffer.from(content);
  const { uri } = await bed.fileIo.write(uriOf(path), bytes);
  return { uri, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

async function contentAt(fileIo: FileIo, file: StoredFile): Promise<string> {
  await using local = await fileIo.open(file);
  return readFileSync(local.path, "utf8");
}

let caches = 0;
const fresh = (): Promise<FileIo> => {
  caches += 1;
  return bed.another({ cache: join(bed.dir, `cache-${caches}`) });
};

async function publish(path: string, content: Buffer): Promise<StoredFile> {
  const scratch = await bed.fileIo.scratchPath("data.parquet");
  writeFileSync(scratch, content);
  const stored = await bed.fileIo.publish(scratch, uriOf(path));
  expect(existsSync(scratch)).toBe(false);
  return stored;
}

describe("a warehouse in S3", () => {
  it("stores content whole and tells its size and checksum", async () => {
    const stored = await bed.fileIo.write(uriOf("a/b/c.txt"), Buffer.from("abc"));
    expect(stored).toEqual({ uri: uriOf("a/b/c.txt"), bytes: 3, sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" });
    expect(bed.s3.objects.get(keyOf("a/b/c.txt"))?.content.toString()).toBe("abc");
    const other = await fresh();
    expect((await other.read(stored.uri, stored)).toString()).toBe("abc");
    expect((await other.read(stored.uri)).toString()).toBe("abc");
    expect(await contentAt(other, stored)).toBe("abc");
  });

  it("moves a finished file to its place and needs no download to read it", async () => {
    const stored = await publish("published", Buffer.from("made here"));
    expect(await contentAt(bed.fileIo, stored)).toBe("made here");
    expect(countOf("get", "published")).toBe(0);
  });

  it("uploads a big file in parts, whole and in order", async () => {
    const content = randomBytes(21 * 1024 * 1024 + 7);
    const stored = await publish("big", content);
    expect(stored.sha256).toBe(createHash("sha256").update(content).digest("hex"));
    expect(bed.s3.objects.get(keyOf("big"))?.content.equals(content)).toBe(true);
    expect([countOf("part", "big"), countOf("put", "big")]).toEqual([3, 0]);
    expect(bed.s3.openUploads.size).toBe(0);
  });

  it("stores keys of every kind", async () => {
    for (const name of ["with space/ö +%&=?#.parquet", "a=1/b=%2F/x", "quote'\"<>.avro"]) {
      const stored = await store(`names/${name}`, name);
      expect(await contentAt(await fresh(), stored)).toBe(name);
    }
    const listed = await Array.fromAsync(bed.fileIo.list(uriOf("names/")));
    expect(listed.map((file) => file.uri).toSorted()).toEqual(
      [uriOf("names/with space/ö +%&=?#.parquet"), uriOf("names/a=1/b=%2F/x"), uriOf("names/quote'\"<>.avro")].toSorted(),
    );
    await bed.fileIo.delete(listed.map((file) => file.uri));
    expect(await Array.fromAsync(bed.fileIo.list(uriOf("names/")))).toEqual([]);
  });

  it("lists every page and deletes many at once, also those that are gone", async () => {
    const uris = Array.from({ length: 8 }, (_, index) => uriOf(`many/${index}`));
    for (const uri of uris) await bed.fileIo.write(uri, Buffer.from("x"));
    const listed = await Array.fromAsync(bed.fileIo.list(uriOf("many/")));
    expect(listed.map((file) => [file.uri, file.bytes])).toEqual(uris.map((uri) => [uri, 1]));
    expect(listed[0]?.modifiedAt.getTime()).toBeGreaterThan(Date.now() - 60_000);
    const [first = "", ...rest] = uris;
    await bed.fileIo.delete(first);
    await bed.fileIo.delete(first);
    await bed.fileIo.delete([first, ...rest]);
    await bed.fileIo.delete([]);
    expect(await Array.fromAsync(bed.fileIo.list(uriOf("many/")))).toEqual([]);
  });

  it("deletes one by one where the storage cannot delete many", async () => {
    const uris = [uriOf("single/1"), uriOf("single/2")];
    for (const uri of uris) await bed.fileIo.write(uri, Buffer.from("x"));
    bed.s3.plan({ on: "deleteMany", fault: { kind: "status", status: 501, code: "NotImplemented" } });
    await bed.fileIo.delete(uris);
    expect(await Array.fromAsync(bed.fileIo.list(uriOf("single/")))).toEqual([]);
  });

  it.each([
    "s3://granary-test/elsewhere",
    "s3://granary-test/ware/house/../x",
    "s3://other/ware/house/x",
    "s3://granary-test/ware/houses",
    "file:///etc/passwd",
  ])("refuses %s, which lies outside", async (uri) => {
    expect((await failure(bed.fileIo.read(uri))).code).toBe("lake.unsupported");
    expect((await failure(bed.fileIo.write(uri, Buffer.from("x")))).code).toBe("lake.unsupported");
    expect((await failure(bed.fileIo.delete([uri]))).code).toBe("lake.unsupported");
  });

  it.each(["http://x/y", "s3:///no-bucket", "s3://Upper/x", "s3://bucket/../x", "s3://bucket//x", "gs://bucket/x", "/srv/lake"])(
    "refuses a warehouse at %s",
    async (uri) => {
      expect((await failure(createFileIo(uri, storageOptions(bed.s3, bed.cache)))).code).toBe("storage.unsupported");
    },
  );

  it("tells a wrong key, a wrong bucket and a wrong region from a missing file", async () => {
    const options = storageOptions(bed.s3, join(bed.dir, "wrong"));
    const s3 = options.s3 ?? { region: "" };
    const attempt = async (uri: string, access: Partial<typeof s3>): Promise<{ code: string; reason: unknown }> => {
      await using fileIo = await createFileIo(uri, { ...options, s3: { ...s3, ...access } });
      const error = await fileIo.read(`${uri}/gone`).catch((cause: unknown) => cause);
      return isAppError(error) ? { code: error.code, reason: error.params["reason"] } : { code: String(error), reason: "" };
    };
    const credentials = { accessKeyId: bed.s3.accessKeyId, secretAccessKey: "another" };
    expect(await attempt(bed.warehouse, {})).toMatchObject({ code: "storage.missing" });
    expect(await attempt(bed.warehouse, { credentials })).toEqual({ code: "storage.refused", reason: "SignatureDoesNotMatch, HTTP 403" });
    expect(await attempt("s3://other-bucket/x", {})).toEqual({ code: "storage.refused", reason: "NoSuchBucket, HTTP 404" });
    expect(await attempt(bed.warehouse, { region: "us-east-1" })).toEqual({ code: "storage.refused", reason: "AuthorizationHeaderMalformed, HTTP 400" });
    expect(await attempt(bed.warehouse, { endpoint: "http://127.0.0.1:9" })).toMatchObject({ code: "storage.unavailable", reason: "ECONNREFUSED" });
  });
});

const TRANSIENT: readonly (readonly [string, S3Fault])[] = [
  ["503 SlowDown", { kind: "status", status: 503, code: "SlowDown" }],
  ["500 InternalError", { kind: "status", status: 500, code: "InternalError" }],
  ["a connection that ends", { kind: "reset" }],
  ["no answer at all", { kind: "stall" }],
  ["a lost answer", { kind: "loseAnswer" }],
];
const SPOILT: readonly (readonly [string, S3Fault])[] = [
  ["a body cut short", { kind: "cutBody", after: 5 }],
  ["a body that stops", { kind: "stallBody", after: 5 }],
  ["a body that never ends", { kind: "trickle", everyMs: 100 }],
  ["a shorter body", { kind: "shorten", to: 5 }],
  ["other bytes", { kind: "flipBit" }],
];
const CONTENT = "some content, long enough to be slow";

describe("a storage in trouble", () => {
  it.each([...TRANSIENT, ...SPOILT])("is read again after %s", async (name, fault) => {
    const stored = await store(`twice/${name}`, CONTENT);
    const happened = bed.s3.plan({ on: "get", times: 2, fault });
    expect(await contentAt(await fresh(), stored)).toBe(CONTENT);
    expect(happened()).toBe(2);
  });

  it.each<readonly [string, S3Fault, string]>([
    ["503 SlowDown", { kind: "status", status: 503, code: "SlowDown" }, "storage.unavailable"],
    ["a connection that ends", { kind: "reset" }, "storage.unavailable"],
    ["no answer at all", { kind: "stall" }, "storage.unavailable"],
    ["a body cut short", { kind: "cutBody", after: 5 }, "storage.unavailable"],
    ["a body that stops", { kind: "stallBody", after: 5 }, "storage.unavailable"],
    ["a shorter body", { kind: "shorten", to: 5 }, "storage.corrupt"],
    ["other bytes", { kind: "flipBit" }, "storage.corrupt"],
  ])("gives up reading after four times %s, naming the file, and works again when healed", async (name, fault, code) => {
    const stored = await store(`gone/${name}`, CONTENT);
    const other = await fresh();
    const happened = bed.s3.plan({ on: "get", fault });
    expect(await failure(other.open(stored))).toEqual({ code, name: `gone/${name}` });
    expect(happened()).toBe(4);
    bed.s3.heal();
    expect(await contentAt(other, stored)).toBe(CONTENT);
  });

  it.each(TRANSIENT)("is written again after %s", async (name, fault) => {
    const happened = bed.s3.plan({ on: "put", times: 2, fault });
    const stored = await store(`written/${name}`, CONTENT);
    expect(happened()).toBe(2);
    expect(await contentAt(await fresh(), stored)).toBe(CONTENT);
  });

  it("does not repeat what was refused", async () => {
    const happened = bed.s3.plan({ on: "put", fault: { kind: "status", status: 412, code: "PreconditionFailed" } });
    expect(await failure(bed.fileIo.write(uriOf("refused"), Buffer.from("x")))).toEqual({ code: "storage.refused", name: "refused" });
    expect(happened()).toBe(1);
  });

  it("says when the storage is full", async () => {
    bed.s3.plan({ on: "put", fault: { kind: "status", status: 507, code: "XMinioStorageFull" } });
    expect((await failure(bed.fileIo.write(uriOf("full"), Buffer.from("x")))).code).toBe("storage.full");
  });

  it.each<readonly [S3Operation, string, S3Fault]>([
    ["begin", "503", { kind: "status", status: 503, code: "SlowDown" }],
    ["part", "503", { kind: "status", status: 503, code: "SlowDown" }],
    ["part", "a connection that ends", { kind: "reset" }],
    ["part", "no answer", { kind: "stall" }],
    ["join", "a lost answer", { kind: "loseAnswer" }],
    ["join", "503", { kind: "status", status: 503, code: "SlowDown" }],
    ["head", "503", { kind: "status", status: 503, code: "SlowDown" }],
  ])("finishes an upload in parts when %s meets %s", async (on, name, fault) => {
    const content = randomBytes(17 * 1024 * 1024);
    bed.s3.plan({ on, times: 1, fault });
    const stored = await publish(`parts/${on}-${name}`, content);
    expect(bed.s3.objects.get(keyOf(`parts/${on}-${name}`))?.content.equals(content)).toBe(true);
    expect(stored.bytes).toBe(content.length);
  });

  it("takes back the parts of an upload that fails", async () => {
    const open = bed.s3.openUploads.size;
    bed.s3.plan({ on: "part", fault: { kind: "status", status: 503, code: "SlowDown" } });
    expect(await failure(publish("half", randomBytes(17 * 1024 * 1024)))).toEqual({ code: "storage.unavailable", name: "half" });
    expect([bed.s3.openUploads.size, bed.s3.objects.has(keyOf("half"))]).toEqual([open, false]);
  });

  it("lists and deletes again after failures, and names what it gave up", async () => {
    await store("swept/x");
    bed.s3.plan({ on: "list", times: 2, fault: { kind: "reset" } });
    bed.s3.plan({ on: "delete", times: 2, fault: { kind: "status", status: 503, code: "SlowDown" } });
    expect((await Array.fromAsync(bed.fileIo.list(uriOf("swept/")))).length).toBe(1);
    await bed.fileIo.delete(uriOf("swept/x"));
    expect(bed.s3.objects.has(keyOf("swept/x"))).toBe(false);
    bed.s3.plan({ on: "list", fault: { kind: "stall" } });
    expect(await failure(Array.fromAsync(bed.fileIo.list(uriOf("swept/"))))).toEqual({ code: "storage.unavailable", name: "swept/" });
  });

  it("says what is wrong with a file and which", async () => {
    const stored = await store("rot", "abc");
    const other = await fresh();
    expect(await failure(other.read(uriOf("gone")))).toEqual({ code: "storage.missing", name: "gone" });
    expect(await failure(other.open({ ...stored, uri: uriOf("gone") }))).toEqual({ code: "storage.missing", name: "gone" });
    expect(await failure(other.open({ ...stored, bytes: 4 }))).toEqual({ code: "storage.corrupt", name: "rot" });
    expect(await failure(other.open({ ...stored, sha256: "0".repeat(64) }))).toEqual({ code: "storage.corrupt", name: "rot" });
    expect(await failure(other.read(stored.uri, { ...stored, sha256: "0".repeat(64) }))).toEqual({ code: "storage.corrupt", name: "rot" });
    expect(await contentAt(other, stored)).toBe("abc");
  });

  it("tells nobody its keys", async () => {
    bed.s3.plan({ on: "get", fault: { kind: "status", status: 403, code: "AccessDenied" } });
    const error = await bed.fileIo.read(uriOf("secret")).catch((cause: unknown) => cause);
    const { inspect } = await import("node:util");
    const told = inspect(error, { depth: 20, showHidden: true });
    expect(told).toContain("AccessDenied");
    expect(told).not.toContain(bed.s3.secretAccessKey);
    expect(told).not.toContain(bed.s3.accessKeyId);
  });
});
