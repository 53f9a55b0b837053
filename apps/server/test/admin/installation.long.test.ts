import { chmod, stat } from "node:fs/promises";
import { connectOwner } from "@granary/db";
import type { RunningChild } from "@granary/testkit";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openInstallation } from "../../src/admin/installation.ts";
import { readConfig } from "../../src/config.ts";
import { createSite, PATIENCE_MS, type Site } from "./run-admin.ts";

vi.setConfig({ testTimeout: PATIENCE_MS });

let site: Site;

beforeAll(async () => {
  site = await createSite();
});

afterAll(() => site[Symbol.asyncDispose]());

async function ready(program: RunningChild): Promise<string> {
  const [, url = ""] = await program.sees("stdout", /Address\s+(http:\S+)/);
  return url;
}

async function signIn(url: string, email: string, password: string): Promise<number> {
  const headers = { "content-type": "application/json" };
  return (await fetch(`${url}/api/v1/auth/login`, { method: "POST", headers, body: JSON.stringify({ email, password, client: "api" }) })).status;
}

interface Finding {
  readonly name: string;
  readonly state: string;
  readonly detail: string;
}

async function doctor(): Promise<{ code: number | null; findings: readonly Finding[] }> {
  const { code, stdout } = await site.admin(["doctor", "--json"]);
  return { code, findings: JSON.parse(stdout) as Finding[] };
}

test("refuses to look after what is not there, and creates nothing by looking", async () => {
  for (const args of [["unlock", "ada@example.com"], ["backup", site.path("nothing")], ["verify-audit"]]) {
    const answer = await site.admin(args);
    expect(answer).toMatchObject({ code: 1, stdout: "" });
    expect(answer.stderr).toContain(`There is no installation in ${site.path("data")}`);
  }
  expect((await doctor()).findings.find((finding) => finding.name === "database server")?.detail).toContain("none yet");
  await expect(stat(site.path("data"))).rejects.toThrow(/ENOENT/);
});

test("creates the first administrator with a password that is shown once and works", async () => {
  const created = await site.admin(["create-admin", "--email", "Ada@Example.com"]);
  expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[a-z2-9]{4}(-[a-z2-9]{4}){4}\n$/) });
  expect(created.stderr).toContain("ada@example.com is the first administrator");
  expect(await site.admin(["create-admin", "--email", "ada@example.com"])).toMatchObject({ code: 1, stdout: "" });
  const program = site.startServer();
  const url = await ready(program);
  expect(await signIn(url, "ada@example.com", created.stdout.trim())).toBe(200);
  const held = await site.admin(["doctor"]);
  expect(held.stdout).toMatch(/run by process \d+ \(.*main\.ts/);
  const another = await site.admin(["create-admin", "--email", "bob@example.com", "--password-stdin"], { input: "lantern quiver moss 56\n" });
  expect(another).toMatchObject({ code: 0, stdout: "" });
  expect(await signIn(url, "bob@example.com", "lantern quiver moss 56")).toBe(200);
  program.child.kill("SIGTERM");
  expect((await program.finished).code).toBe(0);
});

test("refuses a weak password and a wrong address", async () => {
  const weak = await site.admin(["create-admin", "--email", "carl@example.com", "--password-stdin"], { input: "password1" });
  expect(weak.code).toBe(1);
  expect(weak.stderr).toContain("too easy to guess");
  expect(await site.admin(["create-admin", "--email", "carl"])).toMatchObject({ code: 2 });
  expect(await site.admin(["create-admin"])).toMatchObject({ code: 2 });
});

test("unlocks an account beside the running program", async () => {
  const program = site.startServer();
  const url = await ready(program);
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 6; attempt += 1) statuses.push(await signIn(url, "bob@example.com", "wrong"));
  expect(statuses.at(-1)).toBe(429);
  expect(await signIn(url, "bob@example.com", "lantern quiver moss 56")).toBe(429);
  expect((await site.admin(["unlock", "bob@example.com"])).stdout).toBe("bob@example.com is unlocked.\n");
  expect(await signIn(url, "bob@example.com", "lantern quiver moss 56")).toBe(200);
  expect((await site.admin(["unlock", "bob@example.com"])).stdout).toBe("bob@example.com was not locked.\n");
  expect(await site.admin(["unlock", "nobody@example.com"])).toMatchObject({ code: 1, stderr: expect.stringContaining("No account has the address") });
  expect(await site.admin(["migrate"])).toMatchObject({ code: 0, stdout: "The database is up to date.\n" });
  program.child.kill("SIGTERM");
  await program.finished;
});

test("finds what is wrong with an installation and fails for it", async () => {
  expect(await doctor()).toMatchObject({ code: 0 });
  await chmod(site.path("data/secrets/secret.key"), 0o644);
  const open = await doctor();
  expect(open.code).toBe(1);
  expect(open.findings.find((finding) => finding.state === "failed")).toMatchObject({ name: "secrets", detail: expect.stringContaining("secret.key") });
  await chmod(site.path("data/secrets/secret.key"), 0o600);
  const wrong = await site.admin(["doctor"], { env: { GRANARY_PORT: "many" } });
  expect(wrong).toMatchObject({ code: 1, stdout: expect.stringMatching(/^failed +configuration +GRANARY_PORT/) });
});

test("tells an intact history from one that was changed", async () => {
  const intact = await site.admin(["verify-audit", "--json"]);
  expect(intact.code).toBe(0);
  expect(JSON.parse(intact.stdout)).toMatchObject({ ok: true, broken: null, head: expect.stringMatching(/^[0-9a-f]{64}$/) });
  {
    await using installation = await openInstallation(readConfig({ GRANARY_DATA: site.path("data") }), { use: "alone" });
    await using client = await connectOwner(installation.connection, "test");
    await client.query("update events set actor_label = 'Somebody else' where id = (select event_id from event_positions where position = 2)");
  }
  const changed = await site.admin(["verify-audit"]);
  expect(changed).toMatchObject({ code: 1, stderr: expect.stringContaining("entry 2 is changed") });
});

test("says how it is used and what is no command", async () => {
  expect((await site.admin(["--help"])).stdout).toContain("create-admin");
  expect(await site.admin(["destroy"])).toMatchObject({ code: 2, stdout: "" });
});
