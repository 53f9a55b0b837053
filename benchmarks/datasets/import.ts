import { execFile } from "node:child_process";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { partOf, processesOfProgram } from "@granary/testkit/processes";
import { PROGRAM_ADMIN, type RunningProgram, startProgram } from "@granary/testkit/program";
import { type Figure, median } from "../foundation/report.ts";

const ROWS = Number(process.env["BENCH_ROWS"] ?? 1_000_000);
const ROUNDS = Number(process.env["ROUNDS"] ?? 3);
/** How many times as many rows the large file has. */
const LARGE = 7;
const SAMPLE_MS = 50;
const CITIES = ["Łódź", "München", "São Paulo", "Kraków", "Leeds", "Osaka", "Lagos", "Lima"];

function lineOf(index: number): string {
  const hash = Math.imul(index + 1, 2_654_435_761) >>> 0;
  const day = new Date(Date.UTC(2020, 0, 1) + (hash % 2_000) * 86_400_000).toISOString();
  const code = String(hash % 100_000).padStart(5, "0");
  const name = `customer ${hash.toString(36)} of the year ${index % 97}`;
  const note = index % 3 === 0 ? `"asked for ""express"", twice, on line ${index}"` : `delivered to the door number ${hash % 500}`;
  return `${index},${code},${name},${CITIES[hash % CITIES.length]},${day.slice(0, 10)},${day.slice(0, 10)} 12:${String(hash % 60).padStart(2, "0")}:00,${(hash % 1_000_000) / 100},${hash % 50},${hash % 2 === 0},${note}\n`;
}

async function writeFile(path: string, rows: number): Promise<void> {
  const file = createWriteStream(path);
  file.write("id,code,name,city,day,at,amount,items,express,note\n");
  for (let index = 0; index < rows; index += 1_000) {
    const lines = Array.from({ length: Math.min(1_000, rows - index) }, (_, offset) => lineOf(index + offset)).join("");
    if (!file.write(lines)) await new Promise((resolve) => file.once("drain", resolve));
  }
  file.end();
  await finished(file);
}

async function signIn({ url }: RunningProgram): Promise<string> {
  const body = JSON.stringify(PROGRAM_ADMIN);
  const response = await fetch(`${url}/api/v1/auth/login`, { method: "POST", headers: { "content-type": "application/json" }, body });
  return ((await response.json()) as { accessToken: string }).accessToken;
}

/** Runs a script of this folder in a process of its own and answers what it printed. */
async function inProcess(script: URL, ...args: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(script), ...args]);
  return JSON.parse(stdout);
}

/** The most a process has taken so far, in megabytes; 0 for one that is gone. */
function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
}

interface Imported {
  readonly seconds: number;
  /** The most the worker and its engine processes took: the sum of each one's own peak. */
  readonly peakMb: number;
}

interface Bed {
  readonly program: RunningProgram;
  readonly token: string;
  readonly worker: number;
}

/** From the HTTP request to the answer that tells of a version everybody can query. */
async function importOnce({ program, token, worker }: Bed, input: { readonly path: string; readonly name: string; readonly rows: number }): Promise<Imported> {
  let peakMb = 0;
  const timer = setInterval(() => {
    const sum = [worker, ...childrenOf(worker)].reduce((all, pid) => all + peakOf(pid), 0);
    peakMb = Math.max(peakMb, sum);
  }, SAMPLE_MS);
  try {
    const answer = (await inProcess(new URL("send-file.ts", import.meta.url), program.url, token, input.path, input.name)) as {
      seconds: number;
      rows?: number;
      rejected?: number;
    };
    if (answer.rows !== input.rows || answer.rejected !== 0) throw new Error(`the import answered ${JSON.stringify(answer)}`);
    return { seconds: answer.seconds, peakMb };
  } finally {
    clearInterval(timer);
  }
}

/** A delimited file through the whole program, beside the engine alone, which guesses types from a sample and proves nothing. */
export async function importCsv(): Promise<Figure[]> {
  const dir = mkdtempSync(join(tmpdir(), "granary-bench-import-"));
  const dataDir = join(dir, "data");
  const [small, large] = [join(dir, "rows.csv"), join(dir, "large.csv")];
  try {
    await writeFile(small, ROWS);
    await writeFile(large, ROWS * LARGE);
    await using program = await startProgram({ dataDir });
    const worker = processesOfProgram(program.child.pid ?? 0, dataDir).find((item) => partOf(item) === "worker")?.pid;
    if (worker === undefined) throw new Error("the program has no worker");
    const bed = { program, worker, token: await signIn(program) };
    const [alone, ours]: [number[], Imported[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      alone.push(Number(await inProcess(new URL("sniff-and-copy.ts", import.meta.url), small)));
      ours.push(await importOnce(bed, { path: small, name: `rows ${round}`, rows: ROWS }));
    }
    const most = await importOnce(bed, { path: large, name: "large", rows: ROWS * LARGE });
    const seconds = median(ours.map((run) => run.seconds));
    const peakMb = Math.max(...ours.map((run) => run.peakMb));
    const megabytes = (path: string): string => `${(statSync(path).size / 1e6).toFixed(0)} MB`;
    return [
      { name: `import of ${ROWS} x 10 from the request to a version`, value: seconds, unit: "s", note: megabytes(small) },
      { name: "the engine alone: sniff and copy", value: median(alone), unit: "s" },
      { name: "import / sniff and copy", value: seconds / median(alone), unit: "x", goal: { max: 2.3 } },
      { name: "memory of worker and engine", value: peakMb, unit: "MB", goal: { max: 512 * 1.048576 } },
      { name: `the same for a file ${LARGE} times as large`, value: most.peakMb, unit: "MB", note: `${megabytes(large)} in ${most.seconds.toFixed(1)} s` },
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
