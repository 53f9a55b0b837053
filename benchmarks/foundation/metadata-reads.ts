import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import autocannon from "autocannon";
import { type Figure, median } from "./report.ts";

const ROUNDS = 5;
const SECONDS = 4;
const CONNECTIONS = 32;

interface Target {
  readonly url: string;
  readonly token: string;
  readonly workspaceId: string;
}

async function load(url: string, token: string, seconds: number) {
  const result = await autocannon({ url, connections: CONNECTIONS, duration: seconds, headers: { authorization: `Bearer ${token}` } });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${url}: ${result.non2xx} bad answers, ${result.errors} errors`);
  return { perSecond: result.requests.average, p99: result.latency.p99 };
}

async function statementsPerRead(target: Target, path: string): Promise<number> {
  const reads = 200;
  const get = (url: string) => fetch(target.url + url, { headers: { authorization: `Bearer ${target.token}` } });
  await get(path);
  await get("/bench/statements");
  for (let i = 0; i < reads; i += 1) await (await get(path)).arrayBuffer();
  const { since } = (await (await get("/bench/statements")).json()) as { since: number };
  return since / reads;
}

/** An authenticated metadata read with its permission check, beside a route of the same server that makes one SQL query. */
export async function metadataReads(): Promise<Figure[]> {
  const dataDir = mkdtempSync(join(tmpdir(), "granary-bench-"));
  const child = fork(fileURLToPath(new URL("metadata-server.ts", import.meta.url)), [dataDir], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  try {
    const target = await new Promise<Target>((resolve, reject) => {
      child.once("message", (message) => resolve(message as Target));
      child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    });
    const path = `/api/v1/workspaces/${target.workspaceId}`;
    const statements = await statementsPerRead(target, path);
    const read: number[] = [];
    const p99: number[] = [];
    const limit: number[] = [];
    await load(target.url + path, target.token, 2);
    for (let round = 0; round < ROUNDS; round += 1) {
      const one = async () => limit.push((await load(`${target.url}/bench/one-query`, target.token, SECONDS)).perSecond);
      const two = async () => {
        const result = await load(target.url + path, target.token, SECONDS);
        read.push(result.perSecond);
        p99.push(result.p99);
      };
      for (const step of round % 2 === 0 ? [one, two] : [two, one]) await step();
    }
    return [
      {
        name: "metadata read / one-query route, requests a second",
        value: median(read.map((value, i) => value / (limit[i] ?? Number.NaN))),
        unit: "x",
        goal: { min: 0.5 },
        note: `${median(read).toFixed(0)}/s beside ${median(limit).toFixed(0)}/s`,
      },
      { name: "SQL round trips of a metadata read", value: statements, unit: "", goal: { max: 3 } },
      { name: `p99 of a metadata read at ${CONNECTIONS} connections`, value: median(p99), unit: "ms", goal: { max: 50 } },
    ];
  } finally {
    child.disconnect();
    await new Promise((resolve) => child.once("exit", resolve));
    rmSync(dataDir, { recursive: true, force: true });
  }
}
