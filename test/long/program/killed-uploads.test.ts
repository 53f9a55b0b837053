import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { partOf, processesOfProgram } from "@granary/testkit/processes";
import { PROGRAM_ADMIN, type RunningProgram, startProgram } from "@granary/testkit/program";
import { afterEach, beforeEach, expect, it } from "vitest";

const PART = 2_000_000;

let dataDir: string;
let program: RunningProgram;
let token: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "granary-uploads-"));
  program = await startProgram({ dataDir });
  token = await signIn();
});
afterEach(async () => {
  await program.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function signIn(): Promise<string> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${program.url}/api/v1/auth/login`, { method: "POST", headers, body: JSON.stringify(PROGRAM_ADMIN) });
  const body = (await response.json()) as { accessToken: string };
  return body.accessToken;
}

interface Upload {
  readonly id: string;
  readonly offset: number;
  readonly status: string;
  readonly sha256: string | null;
}

async function call(method: string, path: string, body?: string | Blob): Promise<Upload> {
  const type = typeof body === "string" ? "application/json" : "application/octet-stream";
  const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": type }) };
  const response = await fetch(`${program.url}/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  expect(response.ok, `${method} ${path} answered ${response.status}`).toBe(true);
  return (await response.json()) as Upload;
}

/** Sends the first half of a part and waits until it lies on disk. */
async function sendHalf(id: string, offset: number, part: Buffer): Promise<void> {
  const sending = httpRequest(`${program.url}/api/v1/uploads/${id}?offset=${offset}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/octet-stream", "content-length": part.length },
  });
  sending.on("error", () => undefined);
  sending.write(part.subarray(0, part.length / 2));
  await expect.poll(async () => (await readdir(join(dataDir, "uploads"))).some((name) => name.endsWith(".scratch")), { timeout: 30_000 }).toBe(true);
}

async function killAndStartAgain(): Promise<void> {
  for (const process_ of processesOfProgram(program.child.pid ?? 0, dataDir).filter((item) => partOf(item) === "server")) process.kill(process_.pid, "SIGKILL");
  await program.stop();
  program = await startProgram({ dataDir });
  token = await signIn();
}

it("goes on from the last whole part after the server was killed in the middle of one", async () => {
  const content = randomBytes(3 * PART);
  const { id } = await call("POST", "/uploads", JSON.stringify({ fileName: "big.bin", bytes: content.length }));
  await call("PATCH", `/uploads/${id}?offset=0`, new Blob([content.subarray(0, PART)]));
  await sendHalf(id, PART, content.subarray(PART, 2 * PART));
  await killAndStartAgain();
  expect(await call("GET", `/uploads/${id}`)).toMatchObject({ offset: PART, status: "receiving" });
  await call("PATCH", `/uploads/${id}?offset=${PART}`, new Blob([content.subarray(PART, 2 * PART)]));
  const done = await call("PATCH", `/uploads/${id}?offset=${2 * PART}`, new Blob([content.subarray(2 * PART)]));
  expect(done).toMatchObject({ offset: 3 * PART, status: "complete", sha256: createHash("sha256").update(content).digest("hex") });
  expect((await readFile(join(dataDir, "uploads", id))).equals(content)).toBe(true);
});
