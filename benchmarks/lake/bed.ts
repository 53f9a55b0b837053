import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Database, migrate, openDatabase, startEmbeddedPostgres, type Writer } from "@granary/db";
import { createEngine, type Engine } from "@granary/engine";
import { newId, silentLogger } from "@granary/kernel";
import { createLake, createLocalFileIo, type FileIo, type Lake } from "@granary/lake";

/** A lake on the local disk with a durable PostgreSQL of its own, as an installation has it. */
export interface LakeBed extends AsyncDisposable {
  readonly lake: Lake;
  readonly engine: Engine;
  readonly fileIo: FileIo;
  readonly database: Database;
  readonly dir: string;
  readonly warehouse: string;
  readonly workspaceId: string;
  tx<T>(work: (tx: Writer) => Promise<T>): Promise<T>;
}

export async function lakeBed(): Promise<LakeBed> {
  const dir = mkdtempSync(join(tmpdir(), "granary-bench-lake-"));
  const stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(dir, { recursive: true, force: true }));
  const { connection } = stack.use(await startEmbeddedPostgres({ dataDir: join(dir, "postgres"), mode: "durable", stopWithParent: true }));
  await migrate(connection);
  const database = stack.use(openDatabase({ connection, log: silentLogger }));
  const engine = stack.use(createEngine({ tempRoot: join(dir, "engine") }));
  const warehouse = join(dir, "lake");
  const fileIo = createLocalFileIo({ root: warehouse });
  const lake = createLake({ engine, fileIo, warehouseUri: pathToFileURL(warehouse).href, catalogName: "granary" });
  const workspaceId = newId("workspace");
  return {
    lake,
    engine,
    fileIo,
    database,
    dir,
    warehouse,
    workspaceId,
    tx: (work) => database.tx({ workspaceId }, work),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
