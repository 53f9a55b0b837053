import type { Run } from "@granary/protocol";
import { type Figure, percentile } from "../foundation/report.ts";
import { edges, programBed } from "./bed.ts";

const RUNS = Number(process.env["RUNS"] ?? 40);
const CHAIN = 20;

const written = { columns: [{ name: "n", type: "integer" }], rows: [["1"]] };

/** From the request that starts a run to its first step, and what a node costs the scheduler. */
export async function trigger(): Promise<Figure[]> {
  await using bed = await programBed();
  const names = Array.from({ length: CHAIN }, (_, index) => `step_${index}`);
  const make = (name: string, steps: readonly string[]): Promise<string> =>
    bed.makePipeline({
      name,
      nodes: [
        { id: "rows", kind: "source_rows", settings: written },
        ...steps.map((id) => ({ id, kind: "filter" as const, settings: { condition: "n > 0" } })),
        { id: "into", kind: "to_dataset", settings: { dataset: name } },
      ],
      edges: edges("rows", ...steps, "into"),
    });
  const short = await make("short", []);
  const long = await make("long", names);
  await bed.run(short);
  await bed.run(long);
  const waits: number[] = [];
  const took = { short: [] as number[], long: [] as number[] };
  for (let index = 0; index < RUNS; index += 1) {
    const asked = Date.now();
    const run: Run = await bed.run(short);
    const first = Math.min(...run.steps.map(({ startedAt }) => Date.parse(startedAt ?? "")));
    waits.push(first - asked);
    took.short.push(Date.parse(run.endedAt ?? "") - Date.parse(run.startedAt ?? ""));
    const chain = await bed.run(long);
    took.long.push(Date.parse(chain.endedAt ?? "") - Date.parse(chain.startedAt ?? ""));
  }
  const perNode = (percentile(took.long, 0.5) - percentile(took.short, 0.5)) / CHAIN;
  return [
    { name: "from the request to the first step, p95", value: percentile(waits, 0.95), unit: "ms", goal: { max: 300 }, note: `${RUNS} runs` },
    { name: "a run of two nodes, median", value: percentile(took.short, 0.5), unit: "ms" },
    { name: "each node more", value: perNode, unit: "ms", goal: { max: 50 }, note: `a chain of ${CHAIN} filters` },
  ];
}
