import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase, type Writer } from "@granary/db";
import { createEngine, type Engine } from "@granary/engine";
import { silentLogger } from "@granary/kernel";
import {
  createLocalFileIo,
  type FileIo,
  type Lake,
  type OpenTable,
  type Published,
  type PublishOptions,
  type ReadPlan,
  type StagedChange,
  type StagedImport,
} from "@granary/lake";
import { createTestDatabase } from "@granary/testkit/postgres";
import { type S3Bed, s3Bed } from "./s3.ts";
import { warehouseLake } from "./warehouse-lake.ts";

/** A lake over real parts: engine processes, files in a directory, a database of its own. */
export interface TestLake extends AsyncDisposable {
  readonly lake: Lake;
  readonly engine: Engine;
  readonly fileIo: FileIo;
  readonly database: Database;
  readonly connection: { readonly host: string; readonly user: string; readonly database: string };
  readonly dir: string;
  /** A directory, or a URI elsewhere. */
  readonly warehouse: string;
  /** The storage in S3, for lakes that lie there. */
  readonly storage: S3Bed | undefined;
  readonly workspaceId: string;
  tx<T>(work: (tx: Writer) => Promise<T>): Promise<T>;
  /** Writes a file and stages it. */
  stage(tableName: string, content: string, target?: OpenTable): Promise<StagedImport>;
  publish(staged: StagedChange, options?: PublishOptions): Promise<Published>;
  open(tableName: string, snapshotId?: string): Promise<OpenTable>;
}

export const newWorkspaceId = (): string => `ws_${randomBytes(8).toString("hex")}`;

const localStorage = (warehouse: string) => ({ warehouse, fileIo: createLocalFileIo({ root: warehouse }) });

/** Where the lakes of a test file keep their files; a file that runs the tests of another one may choose S3. */
export const testStorage: { kind: "local" | "s3" } = { kind: "local" };

export async function testLake(): Promise<TestLake> {
  const dir = mkdtempSync(join(tmpdir(), "granary-lake-"));
  const stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(dir, { recursive: true, force: true }));
  const testDatabase = stack.use(await createTestDatabase());
  const database = stack.use(openDatabase({ connection: testDatabase.connection, log: silentLogger }));
  const engine = stack.use(createEngine({ tempRoot: join(dir, "engine") }));
  const storage = testStorage.kind === "s3" ? stack.use(await s3Bed()) : undefined;
  const { warehouse, fileIo } = storage ?? localStorage(join(dir, "lake"));
  const lake = warehouseLake(warehouse, engine, fileIo);
  const workspaceId = newWorkspaceId();
  const tx = <T>(work: (handle: Writer) => Promise<T>): Promise<T> => database.tx({ workspaceId }, work);
  const { host = "", user = "", database: name = "" } = testDatabase.connection;
  let counter = 0;
  return {
    connection: { host, user, database: name },
    lake,
    engine,
    fileIo,
    database,
    dir,
    warehouse,
    storage,
    workspaceId,
    tx,
    stage: (tableName, content, target) => {
      counter += 1;
      const path = join(dir, `${counter}.csv`);
      writeFileSync(path, content);
      return lake.stageFile({ path, workspaceId, tableName, ...(target === undefined ? {} : { target }) });
    },
    publish: (staged, options) => tx((handle) => lake.publish(handle, staged, options)),
    open: (tableName, snapshotId) => tx((handle) => lake.open(handle, { workspaceId, tableName, ...(snapshotId === undefined ? {} : { at: { snapshotId } }) })),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** A plan that shows everything. */
export const everything = (table: OpenTable): ReadPlan => ({ columns: table.columns.map(({ name, fieldId }) => ({ name, fieldId })) });
