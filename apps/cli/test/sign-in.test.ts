import { createServer } from "node:http";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import { tokenHash } from "@granary/core/identity";
import { startTestServer, type TestServer } from "@granary/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHome, type Home } from "./run-granary.ts";

let server: TestServer;
let url: string;

beforeAll(async () => {
  server = await startTestServer();
  url = await server.listen();
});

afterAll(() => server[Symbol.asyncDispose]());

async function approve(code: string, verb = "approve"): Promise<void> {
  const answer = await server.request("POST", `/auth/device/${code}/${verb}`, { as: server.admin });
  expect(answer.status).toBe(200);
}

/** The device flow without the command, whose first poll waits for the server's interval. */
async function signIn(home: Home, profile = "default"): Promise<void> {
  const { body: device } = await server.request("POST", "/auth/device", { body: {} });
  await approve(device.userCode);
  const { body: signedIn } = await server.request("POST", "/auth/device/token", { body: { deviceCode: device.deviceCode } });
  const { accessToken, refreshToken, expiresIn } = signedIn;
  const accessExpiresAt = new Date(Date.now() + expiresIn * 1_000).toISOString();
  await mkdir(dirname(home.credentials), { recursive: true });
  const profiles = { [profile]: { kind: "session", server: url, accessToken, accessExpiresAt, refreshToken } };
  await writeFile(home.credentials, JSON.stringify({ version: 1, profiles }), { mode: 0o600 });
}

interface Stored {
  profiles: Record<string, { kind: string; server: string; accessToken: string; accessExpiresAt: string; refreshToken: string }>;
}

async function readStored(home: Home): Promise<Stored> {
  return JSON.parse(await readFile(home.credentials, "utf8")) as Stored;
}

async function expireAccess(home: Home): Promise<void> {
  const stored = await readStored(home);
  for (const profile of Object.values(stored.profiles)) profile.accessExpiresAt = new Date(0).toISOString();
  await writeFile(home.credentials, JSON.stringify(stored));
}

test("signs in by a code approved in a browser and keeps the tokens private", async () => {
  await using home = await createHome(url);
  const login = home.start(["login"]);
  const [, code = ""] = await login.sees("stderr", /approve the code {2}([A-Z-]{9})/);
  await approve(code);
  const { code: exit, stdout } = await login.finished;
  expect(exit).toBe(0);
  expect(stdout).toBe(`Signed in to ${url} as Ada Admin (${server.admin.email}) in the workspace Test workspace.\n`);
  expect((await stat(home.credentials)).mode & 0o777).toBe(0o600);
  expect((await home.run(["whoami"])).stdout).toContain(`E-mail\t${server.admin.email}\n`);
});

test("ends with forbidden when the person refuses the code", async () => {
  await using home = await createHome(url);
  const login = home.start(["login", "--json"]);
  const [, code = ""] = await login.sees("stderr", /approve the code {2}([A-Z-]{9})/);
  await approve(code, "deny");
  expect(await login.finished).toMatchObject({ code: 4, stdout: "" });
});

test("ends the session on the server at logout and asks to sign in again", async () => {
  await using home = await createHome(url);
  await signIn(home);
  const { accessToken } = (await readStored(home)).profiles["default"] ?? { accessToken: "" };
  expect((await home.run(["logout"])).code).toBe(0);
  expect((await server.request("GET", "/auth/me", { as: accessToken })).status).toBe(401);
  const after = await home.run(["whoami"]);
  expect(after.code).toBe(3);
  expect(after.stderr).toContain("granary login");
  expect(await readFile(home.credentials, "utf8")).not.toContain(accessToken);
});

test("renews an old token once, however many commands run at the same moment", async () => {
  await using home = await createHome(url);
  await signIn(home);
  const before = (await readStored(home)).profiles["default"];
  await expireAccess(home);
  const results = await Promise.all(Array.from({ length: 4 }, () => home.run(["whoami", "--json"])));
  expect(results.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array.from({ length: 4 }, () => ({ code: 0, stderr: "" })));
  const after = (await readStored(home)).profiles["default"];
  expect(after?.refreshToken).not.toBe(before?.refreshToken);
  await expireAccess(home);
  expect((await home.run(["whoami"])).code).toBe(0);
});

test("renews a token that the server refuses before its time, and repeats the command", async () => {
  await using home = await createHome(url);
  await signIn(home);
  const before = (await readStored(home)).profiles["default"]?.accessToken ?? "";
  await server.services.database.tx("system", (tx) =>
    tx
      .updateTable("session_tokens")
      .set({ expires_at: new Date(0) })
      .where("hash", "=", tokenHash(before))
      .execute(),
  );
  expect(await home.run(["workspaces"])).toMatchObject({ code: 0, stderr: "" });
  expect((await readStored(home)).profiles["default"]?.accessToken).not.toBe(before);
});

test("forgets a sign-in whose session was revoked, and says what to do", async () => {
  await using home = await createHome(url);
  await signIn(home);
  await server.services.database.tx("system", (tx) => tx.updateTable("sessions").set({ revoked_at: new Date() }).where("client", "=", "cli").execute());
  const refused = await home.run(["whoami"]);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain("Your sign-in has ended. Sign in again with: granary login");
  expect((await readStored(home)).profiles["default"]?.kind).toBe("signed_out");
});

test("never sends the secret of one server to another", async () => {
  await using home = await createHome(url);
  await signIn(home);
  const seen: string[] = [];
  const stranger = createServer((request, response) => {
    seen.push(request.url ?? "");
    response.end("{}");
  });
  await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  const answer = await home.run(["whoami", "--server", address]);
  stranger.close();
  expect(answer.code).toBe(3);
  expect(answer.stderr).toContain(`granary login --server ${address}`);
  expect(seen).toEqual([]);
});

test("keeps profiles apart", async () => {
  await using home = await createHome(url);
  await signIn(home, "work");
  expect((await home.run(["whoami"])).code).toBe(3);
  expect((await home.run(["whoami"], { env: { GRANARY_PROFILE: "work" } })).code).toBe(0);
});

test("signs in with an API key from a pipe", async () => {
  await using home = await createHome(url);
  const created = await server.request("POST", "/api-keys", { as: server.admin, body: { name: "cli", scopes: [], expiresAt: null } });
  const login = await home.run(["login", "--key"], { input: `${created.body.secret}\n` });
  expect(login).toMatchObject({ code: 0, stderr: "" });
  expect((await home.run(["whoami"])).stdout).toContain("Signed in by\tAPI key\n");
  expect((await home.run(["login", "--key"], { input: "grk_wrong\n" })).code).toBe(3);
  expect((await home.run(["whoami"])).code).toBe(0);
});

test("does not trust a damaged file of credentials", async () => {
  await using home = await createHome(url);
  await signIn(home);
  await writeFile(home.credentials, "{");
  const answer = await home.run(["whoami"]);
  expect(answer.code).toBe(1);
  expect(answer.stderr).toContain("Delete it and sign in again");
});
