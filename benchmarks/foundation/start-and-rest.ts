import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ProcessInfo, partOf, processesOfProgram } from "@granary/testkit/processes";
import { startProgram } from "@granary/testkit/program";
import { type Figure, median } from "./report.ts";

const ROUNDS = 5;
/** Long enough for idle connections and engine processes to go. */
const REST_MS = 45_000;
const SAMPLES = 5;
const BETWEEN_SAMPLES_MS = 5_000;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Start of an installed checkout with existing data to the first answer, and memory after it has rested. */
export async function startAndRest(): Promise<Figure[]> {
  const dataDir = mkdtempSync(join(tmpdir(), "granary-bench-"));
  try {
    const first = await startAndStop(dataDir);
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) times.push(await startAndStop(dataDir));
    return [startFigure(times), firstFigure(first), ...memoryFigures(await samplesAtRest(dataDir))];
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function startAndStop(dataDir: string): Promise<number> {
  const program = await startProgram({ dataDir });
  await program.stop();
  return program.startMs;
}

async function samplesAtRest(dataDir: string): Promise<ProcessInfo[][]> {
  await using program = await startProgram({ dataDir });
  const samples: ProcessInfo[][] = [];
  await wait(REST_MS);
  for (let i = 0; i < SAMPLES; i += 1) {
    samples.push(processesOfProgram(program.child.pid ?? 0, dataDir));
    await wait(BETWEEN_SAMPLES_MS);
  }
  return samples;
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

function memoryFigures(samples: readonly (readonly ProcessInfo[])[]): Figure[] {
  const typical = (key: "rssMb" | "pssMb", part?: ReturnType<typeof partOf>): number =>
    median(samples.map((all) => all.filter((one) => part === undefined || partOf(one) === part).reduce((sum, one) => sum + one[key], 0)));
  const note = `${median(samples.map((all) => all.length))} processes with launcher and database; ${typical("pssMb").toFixed(0)} MB with shared pages counted once`;
  return [
    { name: "resident memory at rest: server", value: typical("rssMb", "server"), unit: "MB", goal: { max: 180 } },
    { name: "resident memory at rest: worker", value: typical("rssMb", "worker"), unit: "MB" },
    { name: "resident memory at rest: whole program", value: typical("rssMb"), unit: "MB", goal: { max: 450 }, note },
  ];
}
