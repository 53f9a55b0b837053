import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { TestResponse } from "@granary/testkit";
import { partOf, processesOfProgram } from "@granary/testkit/processes";
import { PROGRAM_ADMIN, type RunningProgram, startProgram } from "@granary/testkit/program";
import { afterAll, beforeAll, expect, it } from "vitest";

const GENEROUS = { GRANARY_RATE_READ: "1000000", GRANARY_RATE_WRITE: "1000000" };
const ROWS = 20_000;
const EDITED = 2_000;
/** What is killed in each round, and how long after the merge began. */
const ROUNDS = [
  ["worker", 0],
  ["worker", 60],
  ["database", 120],
  ["worker", 180],
  ["worker", 260],
  ["server", 200],
  ["database", 300],
  ["worker", 400],
  ["worker", 550],
  ["server", 500],
  ["worker", 700],
  ["database", 650],
] as const;

let dataDir: string;
let program: RunningProgram;
let token: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "granary-merges-"));
  program = await startProgram({ dataDir, env: GENEROUS });
  token = await signIn();
});
afterAll(async () => {
  await program.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function signIn(): Promise<string> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${program.url}/api/v1/auth/login`, { method: "POST", headers, body: JSON.stringify(PROGRAM_ADMIN) });
  return ((await response.json()) as { accessToken: string }).accessToken;
}

type Body = TestResponse["body"];

async function call(method: string, path: string, body?: unknown, version?: unknown): Promise<Body> {
  const response = await fetch(`${program.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined || body instanceof FormData ? {} : { "content-type": "application/json" }),
      ...(version === undefined ? {} : { "if-match": `"${String(version)}"` }),
    },
    ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Body;
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

/** Asks again while the program or its database is coming back. */
async function whenBack<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 120) throw error;
      await delay(250);
    }
  }
}

function formOf(fields: Readonly<Record<string, string>>, fileName: string, lines: readonly string[]): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set("file", new Blob([`${lines.join("\n")}\n`]), fileName);
  return form;
}

async function kill(part: (typeof ROUNDS)[number][0]): Promise<void> {
  for (const { pid } of processesOfProgram(program.child.pid ?? 0, dataDir).filter((process) => partOf(process) === part)) process.kill(pid, "SIGKILL");
  if (part !== "server") return;
  await delay(1_500);
  await program.stop();
  program = await startProgram({ dataDir, env: GENEROUS });
  token = await whenBack(signIn);
}

/** Sees a merge to its end, asking for it again where it was given back. */
async function merged(id: string): Promise<Body> {
  for (let tries = 0; tries < 240; tries += 1) {
    const change = await whenBack(() => call("GET", `/changes/${id}`));
    if (change["state"] === "merged") return change;
    if (change["state"] !== "merging") await call("POST", `/changes/${id}/merge`, {}).catch(() => undefined);
    await delay(500);
  }
  throw new Error("the merge did not end");
}

it("a merge that is killed at any moment is carried out once, whole", { timeout: 900_000 }, async () => {
  const lines = Array.from({ length: ROWS }, (_, id) => `${id},name ${id},0`);
  const created = await call("POST", "/datasets?wait=true", formOf({ name: "Counted" }, "counted.csv", ["id,name,round", ...lines]));
  const dataset = created["dataset"].id as string;
  const { version } = await call("GET", `/datasets/${dataset}/schema`);
  await call("PATCH", `/datasets/${dataset}/schema`, { changes: [{ kind: "keys", columns: ["id"] }] }, version);
  await call("PUT", `/datasets/${dataset}/change-rules`, { approvals: 0 }, (await call("GET", `/datasets/${dataset}/change-rules`))["version"]);
  for (const [index, [part, afterMs]] of ROUNDS.entries()) {
    const round = index + 1;
    const before = await whenBack(() => call("GET", `/datasets/${dataset}`));
    const edits = Array.from({ length: EDITED }, (_, at) => `${(at * 7 + index) % ROWS},${round}`);
    const form = formOf({ dataset, title: `Round ${round}` }, "edits.csv", ["id,round", ...edits, `${ROWS + index},${round}`]);
    const change = await call("POST", "/changes?wait=true", form);
    expect(change["counts"]).toMatchObject({ added: 1, modified: EDITED, removed: 0 });
    await call("POST", `/changes/${change["id"]}/merge`, {});
    await delay(afterMs);
    await kill(part);
    const done = await merged(change["id"]);
    const after = await whenBack(() => call("GET", `/datasets/${dataset}`));
    expect([after["dataVersion"], after["rows"]]).toEqual([before["dataVersion"] + 1, before["rows"] + 1]);
    expect(done["merged"].version).toBe(after["dataVersion"]);
    const filter = encodeURIComponent(JSON.stringify({ column: "round", op: "eq", value: String(round) }));
    const { rows } = await call("GET", `/datasets/${dataset}/rows/count?filter=${filter}`);
    expect(rows).toBe(EDITED + 1);
  }
  const { items } = await call("GET", `/datasets/${dataset}/versions?limit=50`);
  expect((items as Body[]).filter((item) => item["operation"] === "merged")).toHaveLength(ROUNDS.length);
});
