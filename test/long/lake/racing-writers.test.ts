import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createLocalFileIo } from "@granary/lake";
import { afterAll, beforeAll, expect, test } from "vitest";
import { everything, type TestLake, testLake } from "../../../packages/lake/test/lake.ts";
import { warehouseLake } from "../../../packages/lake/test/warehouse-lake.ts";
import type { RaceOrder } from "./race.ts";
import { applyRaceChange, RACE_SCHEMA, raceChange, type RaceReport } from "./race-changes.ts";

let bed: TestLake;
const children: ChildProcess[] = [];
beforeAll(async () => {
  bed = await testLake();
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await bed[Symbol.asyncDispose]();
});

interface Racer {
  /** Everything it said; rejects when it failed. */
  readonly said: Promise<string>;
  /** Ends its input. */
  stop(): void;
}

function startRacer(tableName: string, writer?: RaceOrder["writer"]): Racer {
  const { connection, warehouse, workspaceId } = bed;
  const order: RaceOrder = { connection, warehouse, workspaceId, tableName, engineDir: join(bed.dir, "racers"), ...(writer === undefined ? {} : { writer }) };
  const child = spawn(process.execPath, [join(import.meta.dirname, "race.ts"), JSON.stringify(order)], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const ended = once(child, "exit");
  const said = text(child.stdout).then(async (output) => {
    const [code] = (await ended) as [number | null];
    if (code !== 0) throw new Error(`a racing process ended with ${code}`);
    return output;
  });
  return { said, stop: () => child.stdin.end() };
}

const lines = (output: string): readonly RaceReport[] =>
  output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RaceReport);
const byOrder = (left: RaceReport, right: RaceReport): number => Number(left.sequenceNumber) - Number(right.sequenceNumber);
const printed = (rows: readonly (readonly unknown[])[]): readonly string[] => rows.map((row) => row.join(" ")).toSorted();

/** Every row of the newest snapshot, read by a process that remembers nothing. */
async function readAll(tableName: string): Promise<readonly (readonly unknown[])[]> {
  const lake = warehouseLake(bed.warehouse, bed.engine, createLocalFileIo({ root: bed.warehouse }));
  const table = await bed.tx((tx) => lake.open(tx, { workspaceId: bed.workspaceId, tableName }));
  const rows: (readonly unknown[])[] = [];
  for (let after: string | undefined; ; ) {
    const page = await lake.rows(table, { plan: everything(table), limit: 500, ...(after === undefined ? {} : { after }) });
    rows.push(...page.rows);
    if (page.next === null) break;
    after = page.next;
  }
  expect(table.rows).toBe(rows.length);
  return rows;
}

test.each([
  { writers: 2, changes: 110, mode: "merge-on-read" },
  { writers: 4, changes: 55, mode: "copy-on-write" },
])("$writers processes that change the same rows $changes times each beside compaction lose and double none, $mode", async ({ writers, changes, mode }) => {
  const tableName = `race_${writers}`;
  const properties = { "write.merge.mode": mode, "write.delete.mode": mode };
  await bed.tx((tx) => bed.lake.createTable(tx, { workspaceId: bed.workspaceId, tableName, schema: RACE_SCHEMA, definition: { properties } }));
  const compactor = startRacer(tableName);
  const racers = Array.from({ length: writers }, (_, number) => startRacer(tableName, { number, changes }));
  const reports = (await Promise.all(racers.map((racer) => racer.said))).flatMap(lines).toSorted(byOrder);
  compactor.stop();
  const compactions = Number(await compactor.said);
  expect(reports.length).toBe(writers * changes);
  expect(new Set(reports.map((report) => report.sequenceNumber)).size).toBe(reports.length);
  let expected: ReturnType<typeof applyRaceChange> = [];
  for (const { writer, number } of reports) expected = applyRaceChange(expected, raceChange(writer, number));
  expect(printed(await readAll(tableName))).toEqual(printed(expected));
  // Otherwise nobody raced.
  expect(reports.filter((report) => report.attempts > 1).length).toBeGreaterThan(0);
  expect(compactions).toBeGreaterThan(0);
  const { total } = await bed.tx((tx) => bed.lake.snapshots(tx, { workspaceId: bed.workspaceId, tableName, limit: 1 }));
  expect(total).toBeGreaterThanOrEqual(reports.length);
});
