import { once } from "node:events";
import { writeSync } from "node:fs";
import { openDatabase } from "@granary/db";
import { createEngine } from "@granary/engine";
import { silentLogger } from "@granary/kernel";
import { warehouseLake } from "../../../packages/lake/test/warehouse-lake.ts";
import { raceChange, type RaceReport, stageRaceChange } from "./race-changes.ts";

/** What one of the racing processes is to do. */
export interface RaceOrder {
  readonly connection: { readonly host: string; readonly user: string; readonly database: string };
  readonly warehouse: string;
  readonly engineDir: string;
  readonly workspaceId: string;
  readonly tableName: string;
  /** Commits so many changes as this writer, and tells of each; undefined: keeps the table compact until it is told to stop. */
  readonly writer?: { readonly number: number; readonly changes: number };
}

const order = JSON.parse(process.argv[2] ?? "{}") as RaceOrder;
const { workspaceId, tableName } = order;
await using engine = createEngine({ tempRoot: order.engineDir });
await using database = openDatabase({ connection: order.connection, log: silentLogger });
const lake = warehouseLake(order.warehouse, engine);
const ref = { workspaceId, tableName };

async function write(writer: number, changes: number): Promise<void> {
  for (let number = 0; number < changes; number += 1) {
    const change = raceChange(writer, number);
    let attempts = 0;
    const stage = async (attempt: number) => {
      attempts = attempt;
      return stageRaceChange(lake, await database.tx({ workspaceId }, (tx) => lake.open(tx, ref)), change);
    };
    const { sequenceNumber } = await lake.commit({ transaction: (work) => database.tx({ workspaceId }, work), stage, maxAttempts: 1000 });
    const report: RaceReport = { writer, number, sequenceNumber, attempts };
    writeSync(1, `${JSON.stringify(report)}\n`);
  }
}

async function keepCompact(): Promise<void> {
  let isOver = false;
  const over = once(process.stdin, "end").then(() => {
    isOver = true;
  });
  process.stdin.resume();
  let commits = 0;
  while (!isOver) {
    const done = await lake.compact({ ...ref, transaction: (work) => database.tx({ workspaceId }, work), limits: { minFiles: 3 }, budgetMs: 100 });
    commits += done.commits;
    // Lets the end of the input be seen.
    await new Promise(setImmediate);
  }
  await over;
  writeSync(1, `${commits}\n`);
}

await (order.writer === undefined ? keepCompact() : write(order.writer.number, order.writer.changes));
