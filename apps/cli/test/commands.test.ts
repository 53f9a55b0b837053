import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type FinishedChild, startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHome, type Home } from "./run-granary.ts";

let server: TestServer;
let home: Home;
let viewer: TestUser;

beforeAll(async () => {
  server = await startTestServer();
  home = await createHome(await server.listen());
  viewer = await server.user({ roles: ["viewer"], name: "Vera Viewer", email: "vera@example.com" });
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

function run(args: readonly string[], options: { as?: TestUser; input?: string; env?: Readonly<Record<string, string>> } = {}): Promise<FinishedChild> {
  const env = { GRANARY_API_KEY: (options.as ?? server.admin).token, ...options.env };
  return home.run(args, { env, ...(options.input === undefined ? {} : { input: options.input }) });
}

async function json(args: readonly string[]) {
  const { stdout, stderr } = await run([...args, "--json"]);
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

test("tells who one is, for people, pipes and programs", async () => {
  const { stdout, stderr, code } = await run(["whoami"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(`E-mail\t${server.admin.email}\n`);
  expect(await json(["whoami"])).toMatchObject({ user: { email: server.admin.email }, workspace: { name: "Test workspace" } });
});

test("lists people as lines of tabs without a heading in a pipe, and as the server's page in JSON", async () => {
  const { stdout } = await run(["users", "list", "--search", "vera"]);
  expect(stdout).toBe(`vera@example.com\tVera Viewer\tactive\tviewer\t\t${viewer.id}\n`);
  const page = await json(["users", "list", "--limit", "1"]);
  expect(page.items).toHaveLength(1);
  expect(page.next).not.toBeNull();
  expect((await json(["users", "list", "--all"])).next).toBeNull();
});

test("says on standard error that there is more, or nothing", async () => {
  expect(await run(["users", "list", "--limit", "1"])).toMatchObject({ stderr: "There is more: add --all, or a larger --limit.\n" });
  expect(await run(["users", "list", "--search", "nobody at all"])).toMatchObject({ code: 0, stdout: "", stderr: "Nobody matches.\n" });
});

test("shows, deactivates, activates and unlocks a person", async () => {
  expect((await run(["users", "show", "vera@example.com"])).stdout).toContain("Roles\tviewer\n");
  expect((await run(["users", "deactivate", "vera@example.com"])).stdout).toBe("vera@example.com is deactivated.\n");
  expect((await json(["users", "show", viewer.id])).status).toBe("inactive");
  expect((await run(["users", "activate", viewer.id])).stdout).toBe("vera@example.com is active.\n");
  expect((await run(["users", "unlock", viewer.id])).code).toBe(0);
});

test("invites people with roles, and knows the roles", async () => {
  const answer = await json(["users", "invite", "one@example.com", "two@example.com", "--role", "viewer,data_analyst"]);
  expect(answer.results.map((result: { result: string }) => result.result)).toEqual(["invited", "invited"]);
  expect(answer.results[0].invitation.roles).toEqual(expect.arrayContaining(["viewer", "data_analyst"]));
  expect(await run(["users", "invite", "three@example.com", "--role", "king"])).toMatchObject({ code: 5, stdout: "" });
});

test("writes the secret of a new key alone to standard output, and revokes the key", async () => {
  const person = await server.user({ roles: ["admin"] });
  const created = await run(["keys", "create", "nightly", "--expires", "30d", "--scope", "user:read"], { as: person });
  expect(created.stdout).toMatch(/^grk_\S+\n$/);
  const use = (): Promise<FinishedChild> => home.run(["users", "list"], { env: { GRANARY_API_KEY: created.stdout.trim() } });
  expect((await use()).code).toBe(0);
  const listed = await run(["keys", "list"], { as: person });
  expect(listed.stdout).toContain("nightly\t");
  const id = listed.stdout.trim().split("\t").at(-1) ?? "";
  expect((await run(["keys", "revoke", id], { as: person })).code).toBe(0);
  expect((await use()).code).toBe(3);
  expect(await run(["keys", "create", "x"])).toMatchObject({ code: 2 });
});

test("lists, shows and cancels jobs", async () => {
  const ctx = await server.ctx();
  const id = await ctx.tx((ctx) => ctx.enqueue("mail.send", { mailId: "mail_none" }, { runAt: new Date(Date.now() + 3_600_000) }));
  expect((await json(["jobs", "list", "--state", "queued"])).items.map((job: { id: string }) => job.id)).toContain(id);
  expect((await run(["jobs", "show", id, "--log"])).stdout).toContain("State\tqueued\n");
  expect((await run(["jobs", "cancel", id])).stdout).toBe(`The job ${id} is cancelled.\n`);
  expect(await run(["jobs", "cancel", id])).toMatchObject({ code: 6, stdout: "" });
});

test("shows the tail of the activity log and goes on with what happens", async () => {
  const name = `Tail ${Date.now()}`;
  await server.request("POST", "/workspaces", { as: server.admin, body: { name } });
  const following = home.start(["activity", "--follow", "--json", "--type", "api_key.created"], { env: { GRANARY_API_KEY: server.admin.token } });
  await server.request("POST", "/api-keys", { as: server.admin, body: { name: "followed", scopes: [], expiresAt: null } });
  await following.sees("stdout", /"api_key.created".*\n/);
  await server.request("POST", "/api-keys", { as: server.admin, body: { name: "followed later", scopes: [], expiresAt: null } });
  const [line] = await following.sees("stdout", /.*followed later.*\n/);
  expect(JSON.parse(line)).toMatchObject({ type: "api_key.created" });
  following.child.kill("SIGTERM");
  const { stdout } = await following.finished;
  expect(stdout.split("\n").filter((text) => text.includes("followed later"))).toHaveLength(1);
});

test("calls any route by its id", async () => {
  const created = await run(["api", "workspaces.create", "--data", "-"], { input: JSON.stringify({ name: "By hand" }) });
  const workspace = JSON.parse(created.stdout) as { slug: string; version: number };
  const update = ["api", "workspaces.update", "--param", `workspace=${workspace.slug}`, "--workspace", workspace.slug, "--data"];
  expect(await run([...update, '{"name":"Again"}'])).toMatchObject({ code: 2 });
  expect(JSON.parse((await run([...update, '{"name":"Again"}', "--if-match", String(workspace.version)])).stdout)).toMatchObject({ name: "Again" });
  expect(await run([...update, '{"name":"Stale"}', "--if-match", String(workspace.version)])).toMatchObject({ code: 6 });
  expect((await run(["api", "--list"])).stdout).toContain("workspaces.list\tGET\t/workspaces\t");
  expect((await run(["api", "activity.export", "--query", "format=csv"])).stdout).toContain(",activity.exported,");
});

test.each([
  ["an unknown command", ["userz"], 2, /Did you mean users\?/],
  ["an unknown option", ["users", "list", "--nope"], 2, /unknown option '--nope'/],
  ["a missing argument", ["users", "show"], 2, /missing required argument 'user'/],
  ["a bad number", ["users", "list", "--limit", "0"], 2, /whole number/],
  ["a route without its parameter", ["api", "users.get"], 2, /--param user=/],
  ["an unknown route", ["api", "no.such"], 2, /granary api --list/],
  ["a body that is no JSON", ["api", "workspaces.create", "--data", "{"], 2, /not JSON/],
  ["an address that is none", ["whoami", "--server", "ftp://x"], 2, /not the address of a server/],
  ["a wrong value", ["users", "invite", "not-an-address"], 1, /body\.emails/],
  ["somebody unknown", ["users", "show", "nobody@example.com"], 5, /no such person/],
  ["another workspace", ["users", "list", "--workspace", "elsewhere"], 5, /no such workspace/],
  ["what cannot be done to oneself", ["users", "deactivate", "ada"], 5, /no such person/],
])("answers %s with its exit code and what is wrong", async (_name, args, code, text) => {
  const answer = await run(args as string[]);
  expect({ code: answer.code, stdout: answer.stdout }).toEqual({ code, stdout: "" });
  expect(answer.stderr).toMatch(text as RegExp);
});

test("answers a missing permission with 4, naming it and the request", async () => {
  const stranger = await server.user({ roles: ["viewer"] });
  const answer = await run(["activity"], { as: stranger });
  expect(answer.code).toBe(4);
  expect(answer.stderr).toMatch(/activity:read[\s\S]*Request req_/);
  const document = JSON.parse((await run(["activity", "--json"], { as: stranger })).stderr);
  expect(document.error).toMatchObject({ code: "access.denied", status: 403, requestId: expect.stringMatching(/^req_/) });
});

test("answers a wrong key with 3 and a silent server with 7", async () => {
  expect(await run(["whoami"], { env: { GRANARY_API_KEY: "grk_wrong" } })).toMatchObject({ code: 3 });
  const silent = await run(["users", "list", "--server", "http://127.0.0.1:9"]);
  expect(silent.code).toBe(7);
  expect(silent.stderr).toContain("Is Granary running at http://127.0.0.1:9?");
});

test("tells whether the server is up", async () => {
  expect((await home.run(["health"])).stdout).toContain("Status\tok\n");
  expect(await home.run(["health", "--server", "http://127.0.0.1:9"])).toMatchObject({ code: 7, stdout: "" });
});

test("shows help without a server and fails for a group without a command", async () => {
  expect((await home.run(["--help"])).stdout).toContain("Usage: granary");
  expect(await home.run(["users"])).toMatchObject({ code: 2, stdout: "" });
  expect((await home.run(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("ends quietly when the reader of its pipe has seen enough", async () => {
  const running = home.start(["api", "--list"]);
  running.child.stdout?.destroy();
  expect(await running.finished).toMatchObject({ code: 0, stderr: "" });
});

test("uploads a file, shows its rows and downloads them", async () => {
  await server.startWorker();
  const file = join(home.directory, "orders.csv");
  await writeFile(file, "id,name\n00501,Ada\n00502,Grace\n");
  const created = await run(["datasets", "upload", file, "--description", "Orders"]);
  expect(created).toMatchObject({ code: 0, stderr: "" });
  expect(created.stdout).toMatch(/^The dataset orders \(ds_\w+\) exists with 2 rows\.\n$/);
  expect((await json(["datasets", "list", "--search", "orders"])).items[0]).toMatchObject({ name: "orders", description: "Orders", rows: 2 });
  expect((await run(["datasets", "rows", "orders"])).stdout).toBe("00501\tAda\n00502\tGrace\n");
  expect(await run(["datasets", "rows", "orders", "--limit", "1"])).toMatchObject({ stdout: "00501\tAda\n", stderr: expect.stringContaining("--all") });
  expect((await run(["datasets", "download", "orders"])).stdout).toContain("00502,Grace");
  const target = join(home.directory, "copy.csv");
  expect((await run(["datasets", "download", "orders", "--output", target])).stdout).toBe("");
  expect(await readFile(target, "utf8")).toContain("00501,Ada");
  expect(await run(["datasets", "upload", file])).toMatchObject({ code: 6 });
  expect(await run(["datasets", "upload", join(home.directory, "missing.csv")])).toMatchObject({ code: 2 });
});

async function completion(shell: string): Promise<string> {
  const file = join(home.directory, `completion.${shell}`);
  await writeFile(file, (await home.run(["completion", shell])).stdout);
  return file;
}

test("makes a completion script that bash reads and uses", async () => {
  const file = await completion("bash");
  expect(spawnSync("bash", ["-n", file]).status).toBe(0);
  const complete = (...words: string[]): string[] => {
    const script = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _granary; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return spawnSync("bash", ["-c", script, file, ...words], { encoding: "utf8" })
      .stdout.trim()
      .split("\n");
  };
  expect(complete("granary", "us")).toEqual(["users"]);
  expect(complete("granary", "--json", "users", "in")).toEqual(["invite"]);
  expect(complete("granary", "users", "list", "--se")).toEqual(["--search", "--server"]);
  expect(complete("granary", "api", "workspaces.l")).toEqual(["workspaces.list"]);
  expect(complete("granary", "completion", "")).toEqual(expect.arrayContaining(["bash", "zsh", "fish"]));
});

test.each(["zsh", "fish"])("makes a completion script for %s that knows every command", async (shell) => {
  const file = await completion(shell);
  // Undefined where the machine has no such shell: then the words alone are checked.
  const syntax = spawnSync(shell, ["-n", file]).status ?? undefined;
  expect([0, undefined]).toContain(syntax);
  const { stdout } = await home.run(["completion", shell]);
  for (const name of ["login", "users", "invite", "--workspace", "workspaces.list"]) expect(stdout).toContain(name);
});
