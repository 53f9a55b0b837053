import { execFileSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { type Figure } from "../foundation/report.ts";
import { edges, programBed } from "./bed.ts";

const SCHEDULES = Number(process.env["SCHEDULES"] ?? 1_000);
const SECONDS = 30;

/** Processor seconds that all processes of the program have taken. */
function cpuSeconds(group: number): number {
  const lines = execFileSync("ps", ["-eo", "pid=,ppid=,cputimes="], { encoding: "utf8" }).trim().split("\n");
  const all = new Map(lines.map((line) => line.trim().split(/\s+/).map(Number)).map(([pid = 0, parent = 0, seconds = 0]) => [pid, { parent, seconds }]));
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = all.get(at)?.parent) if (at === group) return true;
    return false;
  };
  return [...all].filter(([pid]) => isBelow(pid)).reduce((sum, [, { seconds }]) => sum + seconds, 0);
}

async function shareOfCore(group: number): Promise<number> {
  await delay(10_000);
  const before = cpuSeconds(group);
  await delay(SECONDS * 1_000);
  return ((cpuSeconds(group) - before) / SECONDS) * 100;
}

/** What a thousand schedules that are not due cost a program that does nothing else. */
export async function idle(): Promise<Figure[]> {
  await using bed = await programBed();
  const group = bed.program.child.pid ?? -1;
  const without = await shareOfCore(group);
  for (let index = 0; index < SCHEDULES; index += 1)
    await bed.makePipeline({
      name: `Yearly ${index}`,
      nodes: [
        { id: "rows", kind: "source_rows", settings: { columns: [{ name: "n", type: "integer" }], rows: [["1"]] } },
        { id: "into", kind: "to_dataset", settings: { dataset: "yearly" } },
      ],
      edges: edges("rows", "into"),
      triggers: [{ id: "yearly", kind: "schedule", cron: ["0 0 1 1 *"], timeZone: "Europe/Berlin" }],
    });
  const withThem = await shareOfCore(group);
  return [
    { name: "idle without schedules", value: without, unit: "% of a core" },
    { name: `what ${SCHEDULES} schedules add`, value: Math.max(0, withThem - without), unit: "% of a core", goal: { max: 1 } },
  ];
}
