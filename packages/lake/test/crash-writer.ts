import { openDatabase } from "@granary/db";
import { createEngine } from "@granary/engine";
import { silentLogger } from "@granary/kernel";
import { createLocalFileIo, type FileIo } from "@granary/lake";
import { warehouseLake } from "./warehouse-lake.ts";

/** What the test tells its writer. */
export interface CrashOrder {
  readonly connection: { readonly host: string; readonly user: string; readonly database: string };
  readonly warehouse: string;
  readonly engineDir: string;
  readonly workspaceId: string;
  readonly tableName: string;
  readonly path: string;
  /** The step at which the writer is killed; a number beyond the last one lets it finish. */
  readonly killAt: number;
}

const order = JSON.parse(process.argv[2] ?? "{}") as CrashOrder;
let step = 0;

/** One step of the commit; the process dies here when it is its turn. */
function pass(): void {
  if (step === order.killAt) process.kill(process.pid, "SIGKILL");
  step += 1;
}

async function around<T>(work: () => Promise<T>): Promise<T> {
  pass();
  const result = await work();
  pass();
  return result;
}

const disk = createLocalFileIo({ root: order.warehouse });
const fileIo: FileIo = {
  scratchPath: (name) => around(() => disk.scratchPath(name)),
  write: (uri, content) => around(() => disk.write(uri, content)),
  publish: (path, uri) => around(() => disk.publish(path, uri)),
  read: (uri, expected) => disk.read(uri, expected),
  open: (expected) => disk.open(expected),
  list: (prefix) => disk.list(prefix),
  delete: (uri) => disk.delete(uri),
  sweepScratch: (before) => disk.sweepScratch(before),
};

await using engine = createEngine({ tempRoot: order.engineDir });
await using database = openDatabase({ connection: order.connection, log: silentLogger });
const lake = warehouseLake(order.warehouse, engine, fileIo);
const { workspaceId, tableName, path } = order;
const target = await database.tx({ workspaceId }, (tx) => lake.open(tx, { workspaceId, tableName }));
const staged = await lake.stageFile({ workspaceId, tableName, path, target });
await database.tx({ workspaceId }, async (tx) => {
  await around(() => lake.publish(tx, staged, { mode: "change" }));
});
pass();
