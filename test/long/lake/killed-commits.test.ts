import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isAppError } from "@granary/kernel";
import { createLocalFileIo, type OpenTable } from "@granary/lake";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Catalog } from "../../../packages/lake/src/catalog/index.ts";
import { everything, type TestLake, testLake } from "../../../packages/lake/test/lake.ts";
import { warehouseLake } from "../../../packages/lake/test/warehouse-lake.ts";
import type { CrashOrder, Surroundings } from "./commit-and-die.ts";
import { COMMIT_KINDS, type CommitKind, type Place, type TableState } from "./commit-kinds.ts";

let bed: TestLake;
/** So many writers stage at once: none of them changes the table, and each start of one takes longer than its work. */
const STAGING_AT_ONCE = 4;

/** Writers that have started and wait for an order, the next to be used first. */
const waiting = { stage: [] as Promise<ChildProcess>[], commit: [] as Promise<ChildProcess>[] };
beforeAll(async () => {
  bed = await testLake();
  await bed.lake.probeStorage();
  mkdirSync(join(bed.warehouse, bed.workspaceId), { recursive: true });
});
afterAll(async () => {
  for (const child of await Promise.all([...waiting.stage, ...waiting.commit])) child.kill("SIGKILL");
  await bed[Symbol.asyncDispose]();
});

async function spawnWriter(work: CrashOrder["work"]): Promise<ChildProcess> {
  const surroundings: Surroundings = {
    connection: bed.connection,
    warehouse: bed.warehouse,
    engineDir: join(bed.dir, "writers"),
    workspaceId: bed.workspaceId,
    needsEngine: work === "stage",
  };
  const child = spawn(process.execPath, [join(import.meta.dirname, "commit-and-die.ts"), JSON.stringify(surroundings)], {
    // A group of its own, so that the end of its engine processes can be awaited too.
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: { ...process.env, NODE_COMPILE_CACHE: join(bed.dir, "compiled") },
  });
  await once(child, "message");
  return child;
}

/** The next writers start while this one works. */
function nextWriter(work: CrashOrder["work"]): Promise<ChildProcess> {
  const queue = waiting[work];
  while (queue.length < STAGING_AT_ONCE) queue.push(spawnWriter(work));
  return queue.shift() ?? spawnWriter(work);
}

function isGroupAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Lets a writer do its work, and answers whether it lived through it. */
async function survives(order: CrashOrder): Promise<boolean> {
  const child = await nextWriter(order.work);
  const ended = once(child, "exit");
  child.send(order);
  const [code, signal] = (await ended) as [number | null, string | null];
  expect([code, signal], `${order.kind}, ${order.work}, step ${order.killAt}`).toEqual(signal === null ? [0, null] : [null, "SIGKILL"]);
  await expect.poll(() => isGroupAlive(child.pid ?? 0), { interval: 5, timeout: 20_000 }).toBe(false);
  return signal === null;
}

const place = (tableName: string): Place => ({ lake: bed.lake, ref: { workspaceId: bed.workspaceId, tableName }, tx: (work) => bed.tx(work) });

function settingsOf(table: OpenTable): readonly string[] {
  const spec = table.partitionSpecs.find((item) => item["spec-id"] === table.defaultSpecId);
  const note = table.properties["note"];
  return [
    ...(spec?.fields.map((item) => `partition ${item.transform}`) ?? []),
    ...table.sortOrder.fields.map((item) => `sort ${item.transform}`),
    ...(note === undefined ? [] : [`note ${note}`]),
  ];
}

/** What a process that remembers nothing reads; undefined where there is no table. */
async function readAfresh(tableName: string): Promise<TableState | undefined> {
  const { workspaceId } = bed;
  const ref = { workspaceId, tableName };
  const lake = warehouseLake(bed.warehouse, bed.engine, createLocalFileIo({ root: bed.warehouse }));
  try {
    return await bed.tx(async (tx) => {
      const table = await lake.open(tx, ref);
      const { rows } = await lake.rows(table, { plan: everything(table), limit: 100 });
      expect(table.rows).toBe(rows.length);
      const { snapshots } = await lake.snapshots(tx, ref);
      return {
        rows: rows.map((row) => row.join(" ")).toSorted((left, right) => Number.parseInt(left, 10) - Number.parseInt(right, 10)),
        columns: table.columns.map((column) => `${column.name} ${column.type}`),
        refs: (await lake.refs(tx, ref)).map((item) => `${item.name}@${item.sequenceNumber}`),
        versions: snapshots.map((item) => `${item.sequenceNumber} ${item.operation}`).toReversed(),
        settings: settingsOf(table),
      };
    });
  } catch (error) {
    if (isAppError(error, "lake.table_not_found")) return undefined;
    throw error;
  }
}

function storedFiles(): readonly string[] {
  const root = join(bed.warehouse, bed.workspaceId);
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [pathToFileURL(join(entry.parentPath, entry.name)).href] : [])).toSorted();
}

async function registeredFiles(): Promise<readonly string[]> {
  const { rows } = await bed.tx((tx) => sql<{ location: string }>`select location from lake_files`.execute(tx));
  return rows.map((row) => row.location).toSorted();
}

/** Removes what the dead left; afterwards there are the tables' files and no others. */
async function sweep(tableName: string): Promise<void> {
  // The end of a transaction may be on its way to the database although its sender is dead.
  await bed.tx((tx) => new Catalog("granary").lock(tx, { workspaceId: bed.workspaceId, tableName }));
  await bed.tx((tx) => bed.lake.sweepOrphans(tx, { workspaceId: bed.workspaceId, minAgeMs: 0 }));
  expect(readdirSync(join(bed.warehouse, ".staging"))).toEqual([]);
  expect(storedFiles()).toEqual(await registeredFiles());
}

const NO_TABLE: TableState = { rows: [], columns: [], refs: [], versions: [], settings: [] };

/** Kills writers at one step after the other while they stage: whatever they did, nobody sees it. */
async function killStaging(kind: string, tableName: string, before: TableState | undefined): Promise<void> {
  let survivors = 0;
  let killAt = 0;
  for (; survivors === 0; killAt += STAGING_AT_ONCE) {
    const steps = Array.from({ length: STAGING_AT_ONCE }, (_, index) => killAt + index);
    const survived = await Promise.all(steps.map((step) => survives({ kind, tableName, work: "stage", killAt: step })));
    survivors = survived.filter(Boolean).length;
    await sweep(tableName);
    expect(await readAfresh(tableName), `staging, steps from ${killAt}`).toEqual(before);
  }
  expect(killAt - survivors).toBeGreaterThanOrEqual(3);
}

interface Attempt {
  readonly name: string;
  readonly kind: CommitKind;
  readonly tableName: string;
  readonly before: TableState | undefined;
  readonly killAt: number;
}

/** Lets a writer commit until its step, and answers whether the table has the new state then; it has the old one otherwise. */
async function attempt({ name, kind, tableName, before, killAt }: Attempt): Promise<{ readonly survived: boolean; readonly isNew: boolean }> {
  const staged = await kind.stage?.(place(tableName));
  const survived = await survives({ kind: name, tableName, work: "commit", killAt, ...(staged === undefined ? {} : { staged }) });
  await sweep(tableName);
  const found = await readAfresh(tableName);
  const isNew = JSON.stringify(found) !== JSON.stringify(before);
  expect(found, `step ${killAt}`).toEqual(isNew ? kind.after(before ?? NO_TABLE) : before);
  return { survived, isNew };
}

/** A table of the kind as it is before the commit. */
async function prepare(kind: CommitKind, tableName: string): Promise<TableState | undefined> {
  await kind.prepare?.(place(tableName));
  return readAfresh(tableName);
}

test.each(Object.entries(COMMIT_KINDS))(
  "%s: a writer killed at any step leaves the old or the new state, and orphans the sweep removes",
  async (name, kind) => {
    const nameOf = (index: number): string => `${name.replaceAll(/[^a-z]/g, "_")}_${index}`;
    let tables = 0;
    let before = await prepare(kind, nameOf(tables));
    if (kind.stage !== undefined) await killStaging(name, nameOf(tables), before);
    const outcomes: boolean[] = [];
    for (let killAt = 0; ; killAt += 1) {
      const { survived, isNew } = await attempt({ name, kind, tableName: nameOf(tables), before, killAt });
      outcomes.push(isNew);
      if (survived) break;
      if (!isNew) continue;
      tables += 1;
      before = await prepare(kind, nameOf(tables));
    }
    // Old up to the end of the transaction, new from then on: never the other way round.
    expect(outcomes).toEqual(outcomes.toSorted((left, right) => Number(left) - Number(right)));
    expect(outcomes.length).toBeGreaterThan(8);
    expect([outcomes[0], outcomes.at(-1)]).toEqual([false, true]);
  },
);
