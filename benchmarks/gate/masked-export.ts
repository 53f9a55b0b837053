import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Figure, median } from "../foundation/report.ts";
import { COLUMNS, gateBed } from "./bed.ts";

const ROWS = Number(process.env["BENCH_ROWS"] ?? 1_000_000);
const RUNS = 5;

async function take(url: string, token: string): Promise<number> {
  const client = fileURLToPath(new URL("../datasets/take-all.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [client, `${url}/download?format=csv&columns=${COLUMNS.join(",")}`, token]);
  return (JSON.parse(stdout) as { readonly seconds: number }).seconds;
}

/** The same ten columns as CSV over HTTP by somebody for whom five are masked and by somebody for whom none is, in turns. */
export async function maskedExport(): Promise<Figure[]> {
  await using gate = await gateBed(ROWS, false);
  const masked: number[] = [];
  const plain: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    plain.push(await take(gate.bed.url, gate.plain));
    masked.push(await take(gate.bed.url, gate.masked));
  }
  return [
    { name: `download of ${ROWS} x ${COLUMNS.length} as CSV, five columns masked`, value: median(masked), unit: "s" },
    { name: "the same without masks", value: median(plain), unit: "s" },
    { name: "masked / without masks", value: median(masked) / median(plain), unit: "x", goal: { max: 1.5 } },
  ];
}
