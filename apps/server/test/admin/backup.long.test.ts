import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createSite, PATIENCE_MS, type Site } from "./run-admin.ts";
import { EMAIL, PASSWORD, rowsOf, serve, upload } from "./served.ts";

vi.setConfig({ testTimeout: PATIENCE_MS });

let site: Site;

beforeAll(async () => {
  site = await createSite();
});

afterAll(() => site[Symbol.asyncDispose]());

/** The tables of a backup by checksum, without those that a backup or a restore itself writes to. */
async function tablesOf(backup: string): Promise<Readonly<Record<string, string>>> {
  const manifest = JSON.parse(await readFile(join(backup, "database", "manifest.json"), "utf8")) as { tables: { table: string; sha256: string }[] };
  return Object.fromEntries(manifest.tables.filter(({ table }) => !table.startsWith("event")).map(({ table, sha256 }) => [table, sha256]));
}

const filesOf = (backup: string): Promise<string> => readFile(join(backup, "files.jsonl"), "utf8");

test("backs a working installation up with its tables and files", async () => {
  expect((await site.admin(["create-admin", "--email", EMAIL, "--password-stdin"], { input: PASSWORD })).code).toBe(0);
  await using served = await serve(site);
  await upload(served, "orders", "id,name\n00501,Ada\n00502,Grace\n");
  const plain = await site.admin(["backup", site.path("plain")]);
  expect(plain).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Backed up \d+ rows of \d+ tables and \d+ files/) });
  expect(plain.stderr).toContain("The secret keys are not in it");
  expect(await readdir(site.path("plain"))).not.toContain("secrets");
  const backup = await site.admin(["backup", site.path("backup"), "--include-secrets"]);
  expect(backup.code).toBe(0);
  expect((await stat(site.path("backup"))).mode & 0o777).toBe(0o700);
  expect(await filesOf(site.path("backup"))).toMatch(/"lake\/[^"]+\.parquet"/);
  expect(await filesOf(site.path("backup"))).toMatch(/"data\/uploads\/upl_/);
  expect(await site.admin(["backup", site.path("backup")])).toMatchObject({ code: 1, stderr: expect.stringContaining("is not empty") });
  expect(await site.admin(["backup", site.path("data/inside")])).toMatchObject({ code: 1, stderr: expect.stringContaining("lies inside") });
  const refused = await site.admin(["restore", site.path("backup"), "--replace", "--yes"]);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/in use by process \d+/) });
});

test("never replaces data that nobody gave up", async () => {
  const refused = await site.admin(["restore", site.path("backup")]);
  expect(refused).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("--replace") });
  const unconfirmed = await site.admin(["restore", site.path("backup"), "--replace"], { input: "replace\n" });
  expect(unconfirmed).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("not confirmed") });
  expect((await readdir(site.directory)).filter((name) => name.startsWith("granary-before"))).toEqual([]);
});

test("replaces data after keeping it, and can put that back", async () => {
  {
    await using served = await serve(site);
    await upload(served, "later", "x\n1\n");
    expect((await served.call("DELETE", "/datasets/orders")).status).toBe(204);
  }
  const restored = await site.admin(["restore", site.path("backup"), "--replace", "--yes", "--backup-to", site.path("kept")]);
  expect(restored).toMatchObject({ code: 0, stdout: expect.stringContaining("Restored the backup of") });
  {
    await using served = await serve(site);
    expect(await rowsOf(served, "orders")).toEqual([
      ["00501", "Ada"],
      ["00502", "Grace"],
    ]);
    expect((await served.call("GET", "/datasets/later")).status).toBe(404);
    const log = (await (await served.call("GET", "/admin/activity-logs?of=instance")).json()) as { items: { type: string }[] };
    expect(log.items.map((entry) => entry.type)).toContain("instance.restored");
  }
  expect((await site.admin(["restore", site.path("kept"), "--replace", "--yes"])).code).toBe(0);
  await using served = await serve(site);
  expect(await rowsOf(served, "later")).toEqual([["1"]]);
  expect((await served.call("GET", "/datasets/orders")).status).toBe(404);
});

test("makes an equal installation in a new directory, with its tables at the old address", async () => {
  const lake = site.path("data/lake");
  await rename(site.path("data"), site.path("gone"));
  const elsewhere = { GRANARY_DATA: site.path("new") };
  const refused = await site.admin(["restore", site.path("backup")], { env: elsewhere });
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`Set GRANARY_STORAGE to ${pathToFileURL(lake).href}`) });
  const env = { ...elsewhere, GRANARY_STORAGE: pathToFileURL(lake).href };
  expect(await site.admin(["restore", site.path("backup")], { env })).toMatchObject({ code: 0, stderr: expect.not.stringContaining("secret keys") });
  expect((await site.admin(["backup", site.path("again")], { env })).code).toBe(0);
  expect(await tablesOf(site.path("again"))).toEqual(await tablesOf(site.path("backup")));
  expect(await filesOf(site.path("again"))).toBe(await filesOf(site.path("backup")));
  await using served = await serve(site, env);
  expect(await rowsOf(served, "orders")).toHaveLength(2);
});

test("says which secret keys are missing", async () => {
  const env = { GRANARY_DATA: site.path("keyless"), GRANARY_STORAGE: pathToFileURL(site.path("data/lake")).href };
  const restored = await site.admin(["restore", site.path("plain"), "--replace", "--yes", "--backup-to", site.path("kept-files")], { env });
  expect(restored).toMatchObject({ code: 0, stderr: expect.stringContaining("secret.key (or GRANARY_SECRET_KEY) and mask.key") });
});

test("says when files of tables are missing, and still lets them be restored", async () => {
  const env = { GRANARY_DATA: site.path("new"), GRANARY_STORAGE: pathToFileURL(site.path("data/lake")).href };
  const lost = (await filesOf(site.path("backup"))).match(/"lake\/([^"]+\.parquet)"/)?.[1] ?? "";
  await rm(join(site.path("data/lake"), lost));
  const partial = await site.admin(["backup", site.path("partial")], { env });
  expect(partial).toMatchObject({ code: 1, stderr: expect.stringContaining(lost) });
  expect(await site.admin(["restore", site.path("backup"), "--replace", "--yes"], { env })).toMatchObject({ code: 0 });
  expect((await site.admin(["backup", site.path("whole")], { env })).code).toBe(0);
});

test("touches nothing when the backup is damaged", async () => {
  const env = { GRANARY_DATA: site.path("untouched") };
  const [listed] = (await filesOf(site.path("backup"))).split("\n");
  const { path } = JSON.parse(listed ?? "") as { path: string };
  const victim = join(site.path("backup"), "files", path);
  const bytes = await readFile(victim);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  await writeFile(victim, bytes);
  const damaged = await site.admin(["restore", site.path("backup")], { env });
  expect(damaged).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(`${path} is not as it was written`) });
  await mkdir(site.path("no-backup"));
  expect(await site.admin(["restore", site.path("no-backup")], { env })).toMatchObject({ code: 1, stderr: expect.stringContaining("backup.json is missing") });
  await expect(stat(site.path("untouched"))).rejects.toThrow(/ENOENT/);
});
