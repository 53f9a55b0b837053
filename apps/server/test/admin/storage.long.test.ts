import { readdir } from "node:fs/promises";
import { type S3Stub, startS3Stub } from "@granary/testkit/s3";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { s3Settings } from "../s3-settings.ts";
import { createSite, PATIENCE_MS, type Site } from "./run-admin.ts";
import { EMAIL, PASSWORD, rowsOf, serve, upload } from "./served.ts";

vi.setConfig({ testTimeout: PATIENCE_MS });

let site: Site;
let s3: S3Stub;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  site = await createSite();
  s3 = await startS3Stub();
  env = s3Settings(s3);
});
beforeEach(() => s3.heal());
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await s3[Symbol.asyncDispose]();
});

const DOWN = { kind: "status", status: 503, code: "SlowDown" } as const;

async function storageFinding(): Promise<{ readonly state: string; readonly detail: string } | undefined> {
  const { stdout } = await site.admin(["doctor", "--json"], { env });
  return (JSON.parse(stdout) as { name: string; state: string; detail: string }[]).find((finding) => finding.name === "storage");
}

const stopEverything = (): void => {
  for (const on of ["put", "get", "list", "delete", "deleteMany", "head"] as const) s3.plan({ on, fault: DOWN });
};

test("looks at a storage without leaving anything behind", async () => {
  expect(await storageFinding()).toMatchObject({ state: "ok", detail: expect.stringContaining("stores, reads, lists and deletes") });
  expect(s3.objects.size).toBe(0);
  expect(await readdir(site.directory)).toEqual([]);
});

test.each<[string, Readonly<Record<string, string>>, string]>([
  ["a wrong secret", { GRANARY_S3_SECRET_ACCESS_KEY: "a-wrong-secret" }, "SignatureDoesNotMatch, HTTP 403"],
  ["a bucket that is not there", { GRANARY_STORAGE: "s3://no-such-bucket/lake" }, "NoSuchBucket, HTTP 404"],
  ["another region", { GRANARY_S3_REGION: "us-east-1" }, "AuthorizationHeaderMalformed, HTTP 400"],
  ["an address nobody listens at", { GRANARY_S3_ENDPOINT: "http://127.0.0.1:9" }, "ECONNREFUSED"],
  ["a cache directory that is none", { GRANARY_CACHE: "/dev/null/cache" }, "GRANARY_CACHE: The cache directory /dev/null/cache cannot be used"],
])("ends a first start with %s, saying what is wrong", async (_, settings, reason) => {
  const { code, stderr } = await site.startServer({ env: { ...env, ...settings } }).finished;
  expect([code, stderr]).toEqual([1, expect.stringContaining(reason)]);
  expect(stderr).toMatch(/GRANARY_STORAGE: s3:\/\/\S+ cannot be used|GRANARY_CACHE:/);
  expect(stderr).not.toMatch(/a-wrong-secret|throwaway/);
  expect(stderr).not.toContain("    at ");
});

test("stores tables in S3 and starts again while it is down", async () => {
  expect((await site.admin(["create-admin", "--email", EMAIL, "--password-stdin"], { input: PASSWORD, env })).code).toBe(0);
  {
    await using served = await serve(site, env);
    await upload(served, "orders", "id,name\n00501,Ada\n");
    expect(await rowsOf(served, "orders")).toEqual([["00501", "Ada"]]);
  }
  stopEverything();
  await using served = await serve(site, { ...env, GRANARY_CACHE: site.path("empty-cache") });
  const rows = await served.call("GET", "/datasets/orders/rows");
  expect([rows.status, ((await rows.json()) as { code: string }).code]).toEqual([503, "storage.unavailable"]);
  expect((await served.call("GET", "/datasets/orders")).status).toBe(200);
  s3.heal();
  expect(await rowsOf(served, "orders")).toEqual([["00501", "Ada"]]);
});

test("backs up what is here and says where the tables are", async () => {
  const backup = await site.admin(["backup", site.path("backup"), "--include-secrets"], { env });
  expect([backup.code, backup.stderr]).toEqual([0, expect.stringContaining(`stored at s3://${s3.bucket}/lake and are not in this backup`)]);
  expect(await readdir(site.path("backup"))).toEqual(["backup.json", "database", "files", "files.jsonl", "secrets"]);
  expect(await readdir(site.path("backup/files/data"))).toEqual(["uploads"]);
});

test("says when the storage lacks files of tables, or cannot tell", async () => {
  const [key = "", object] = [...s3.objects].find(([name]) => name.endsWith(".parquet")) ?? [];
  if (object === undefined) throw new Error("there is no data file");
  s3.objects.delete(key);
  const lacking = await site.admin(["backup", site.path("lacking")], { env });
  expect([lacking.code, lacking.stderr]).toEqual([
    1,
    expect.stringContaining(`1 files that tables need are not at s3://${s3.bucket}/lake, the first: ${key.slice("lake/".length)}`),
  ]);
  s3.objects.set(key, object);
  stopEverything();
  const unknown = await site.admin(["backup", site.path("unknown")], { env });
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining("could not be found out. The storage does not answer")]);
  expect(await readdir(site.path("unknown"))).toContain("backup.json");
});

test("restores what is here beside the tables that are still there", async () => {
  const elsewhere = { ...env, GRANARY_DATA: site.path("new") };
  const refused = await site.admin(["restore", site.path("backup")], { env: { GRANARY_DATA: site.path("new") } });
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(`Set GRANARY_STORAGE to s3://${s3.bucket}/lake`)]);
  const restored = await site.admin(["restore", site.path("backup")], { env: elsewhere });
  expect([restored.code, restored.stderr]).toEqual([0, expect.stringContaining(`All files of the tables were found at s3://${s3.bucket}/lake.`)]);
  await using served = await serve(site, elsewhere);
  expect(await rowsOf(served, "orders")).toEqual([["00501", "Ada"]]);
});
