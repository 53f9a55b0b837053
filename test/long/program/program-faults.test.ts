import { mkdtemp, readdir, rm } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { partOf, processesOfProgram } from "@granary/testkit/processes";
import { PROGRAM_ADMIN, type RunningProgram, startProgram } from "@granary/testkit/program";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** The load of these tests would be refused by the usual limits. */
const GENEROUS = { GRANARY_RATE_READ: "1000000", GRANARY_RATE_WRITE: "1000000" };

let dataDir: string;
let program: RunningProgram;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "granary-faults-"));
  program = await startProgram({ dataDir, env: GENEROUS });
});
afterEach(async () => {
  await program.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function signIn(): Promise<string> {
  const response = await fetch(`${program.url}/api/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(PROGRAM_ADMIN),
  });
  expect(response.status).toBe(200);
  const body = (await response.json()) as { accessToken: string };
  return body.accessToken;
}

async function call(token: string, method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${program.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Kills every process of one part of the program, without a chance to clean up. */
function kill(part: ReturnType<typeof partOf>): void {
  for (const { pid } of processesOfProgram(program.child.pid ?? 0, dataDir).filter((process) => partOf(process) === part)) process.kill(pid, "SIGKILL");
}

async function killProgramAndStartAgain(): Promise<void> {
  kill("server");
  await delay(1_500);
  await program.stop();
  program = await startProgram({ dataDir, env: GENEROUS });
}

const BOUNDARY = "granary-fault-test";
const formHead = (name: string): string =>
  `--${BOUNDARY}\r\ncontent-disposition: form-data; name="name"\r\n\r\n${name}\r\n--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="x.csv"\r\ncontent-type: text/csv\r\n\r\n`;

function importRows(token: string, name: string, count: number, query = ""): Promise<Response> {
  const rows = Array.from({ length: count }, (_, i) => `${i},name ${i},${i * 1.5}`).join("\n");
  return fetch(`${program.url}/api/v1/datasets${query}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
    body: new Blob([formHead(name), `id,name,value\n${rows}\n`, `\r\n--${BOUNDARY}--\r\n`]),
  });
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("a killed server", () => {
  it("keeps everything it had acknowledged and nothing of a half upload", async () => {
    const token = await signIn();
    const acknowledged: string[] = [];
    for (let i = 0; i < 20; i += 1) {
      const { status, body } = await call(token, "POST", "/workspaces", { name: `Acknowledged ${i}` });
      if (status === 201) acknowledged.push(String(body["id"]));
    }
    const upload = httpRequest(`${program.url}/api/v1/datasets`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
    });
    upload.on("error", () => undefined);
    upload.write(`${formHead("Half")}a,b\n`);
    for (let i = 0; i < 2_000; i += 1) upload.write(`${i},${"x".repeat(1_000)}\n`);
    await expect.poll(async () => (await readdir(join(dataDir, "uploads")).catch(() => [])).length, { timeout: 10_000 }).toBeGreaterThan(0);

    await killProgramAndStartAgain();

    const again = await signIn();
    const { body } = await call(again, "GET", "/workspaces?limit=200");
    const present = new Set((body["items"] as { id: string }[]).map((item) => item.id));
    expect(acknowledged.filter((id) => !present.has(id))).toEqual([]);
    expect((await call(again, "GET", "/datasets")).body["items"]).toEqual([]);
    expect((await readdir(join(dataDir, "uploads"))).filter((name) => !name.endsWith(".part"))).toEqual([]);
  });
});

describe("a killed worker", () => {
  it("has its import taken over, which loads every row once", async () => {
    const token = await signIn();
    const created = await importRows(token, "Big", 200_000);
    expect(created.status).toBe(202);
    const { jobId } = (await created.json()) as { jobId: string };
    await expect.poll(async () => (await call(token, "GET", `/jobs/${jobId}`)).body["state"], { timeout: 20_000 }).toBe("running");
    kill("worker");
    await expect.poll(async () => (await call(token, "GET", "/datasets/big")).body["status"], { timeout: 90_000, interval: 500 }).toBe("ready");
    expect((await call(token, "GET", "/datasets/big")).body).toMatchObject({ rows: 200_000, dataVersion: 1 });
    expect(((await call(token, "GET", "/datasets/big/batches")).body["items"] as unknown[]).length).toBe(1);
  });
});

describe("a killed database server", () => {
  it("is started again under load: requests say what happened and nothing acknowledged is lost", async () => {
    const token = await signIn();
    const acknowledged: string[] = [];
    const codes = new Set<string>();
    let stopped = false;
    const writer = async (): Promise<void> => {
      while (!stopped) {
        const answer = await call(token, "POST", "/workspaces", { name: "Under load" });
        if (answer.status === 201) acknowledged.push(String(answer.body["id"]));
        else codes.add(`${answer.status} ${String(answer.body["code"])}`);
        await delay(10);
      }
    };
    const writers = Array.from({ length: 4 }, writer);
    for (let round = 0; round < 3; round += 1) {
      await delay(1_500);
      kill("database");
    }
    await delay(6_000);
    stopped = true;
    await Promise.all(writers);
    expect([...codes].filter((code) => code !== "503 database.unavailable")).toEqual([]);
    const before = acknowledged.length;
    expect((await call(token, "POST", "/workspaces", { name: "Afterwards" })).status).toBe(201);
    const present = new Set<string>();
    for (let next: string | null = ""; next !== null; ) {
      const page: Record<string, unknown> = (await call(token, "GET", `/workspaces?limit=200${next === "" ? "" : `&cursor=${next}`}`)).body;
      for (const item of page["items"] as { id: string }[]) present.add(item.id);
      next = page["next"] as string | null;
    }
    expect(before).toBeGreaterThan(20);
    expect(acknowledged.filter((id) => !present.has(id))).toEqual([]);
  });
});

describe("a stop", () => {
  it("ends every process within ten seconds, whatever is running, and answers whoever waits", async () => {
    const token = await signIn();
    const slow = httpRequest(`${program.url}/api/v1/datasets`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
    });
    slow.on("error", () => undefined);
    slow.write(`${formHead("Never ends")}a,b\n`);
    const waiting = importRows(token, "Waited for", 400_000, "?wait=true");
    await expect.poll(async () => ((await call(token, "GET", "/jobs")).body["items"] as unknown[]).length, { timeout: 20_000 }).toBe(1);
    const pids = processesOfProgram(program.child.pid ?? 0, dataDir).map(({ pid }) => pid);
    const began = performance.now();
    await program.stop();
    expect(performance.now() - began).toBeLessThan(10_000);
    expect([201, 503]).toContain((await waiting).status);
    expect(program.child.exitCode).toBe(0);
    await expect.poll(() => pids.filter(isAlive), { timeout: 3_000 }).toEqual([]);
  });

  it("is refused a second program on the same data, with the name of the first", async () => {
    await expect(startProgram({ dataDir })).rejects.toThrow("ended with 1");
    expect((await fetch(`${program.url}/health/ready`)).status).toBe(200);
  });
});
