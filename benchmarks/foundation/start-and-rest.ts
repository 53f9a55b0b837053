import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ProcessInfo, partOf, processesOfProgram } from "@granary/testkit/processes";
import { startProgram } from "@granary/testkit/program";
import { type Figure, median } from "./report.ts";

const ROUNDS = 5;
/** Long enough for idle connections and engine processes to go. */
const REST_MS = 45_000;

/** Start of an installed checkout with existing data to the first answer, and memory after it has rested. */
export async function startAndRest(): Promise<Figure[]> {
  const dataDir = mkdtempSync(join(tmpdir(), "granary-bench-"));
  try {
    const first = await startProgram({ dataDir });
    await first.stop();
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const program = await startProgram({ dataDir });
      times.push(program.startMs);
      if (round < ROUNDS - 1) await program.stop();
      else {
        await new Promise((resolve) => setTimeout(resolve, REST_MS));
        const memory = processesOfProgram(program.child.pid ?? 0, dataDir);
        await program.stop();
        return [startFigure(times), firstFigure(first.startMs), ...memoryFigures(memory)];
      }
    }
    throw new Error("no round was run");
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function startFigure(times: readonly number[]): Figure {
  const seconds = times.map((ms) => ms / 1_000);
  return {
    name: "cold start to first answer",
    value: median(seconds),
    unit: "s",
    goal: { max: 3 },
    note: `median of ${times.length}, ${Math.min(...seconds).toFixed(2)} to ${Math.max(...seconds).toFixed(2)}`,
  };
}

function firstFigure(ms: number): Figure {
  return { name: "first start with an empty data directory", value: ms / 1_000, unit: "s", note: "creates the database and the first administrator" };
}

function memoryFigures(memory: readonly ProcessInfo[]): Figure[] {
  const server = memory.filter((process) => partOf(process) === "server");
  const worker = memory.filter((process) => partOf(process) === "worker");
  const sum = (key: "rssMb" | "pssMb", processes = memory) => processes.reduce((total, process) => total + process[key], 0);
  return [
    { name: "resident memory at rest: server", value: sum("rssMb", server), unit: "MB", goal: { max: 180 } },
    { name: "resident memory at rest: worker", value: sum("rssMb", worker), unit: "MB" },
    {
      name: "resident memory at rest: whole program",
      value: sum("rssMb"),
      unit: "MB",
      goal: { max: 450 },
      note: `${memory.length} processes; ${sum("pssMb").toFixed(0)} MB with shared pages counted once`,
    },
  ];
}
