import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Services } from "@granary/core/context";
import { migrate, startEmbeddedPostgres } from "@granary/db";
import { newId, silentLogger } from "@granary/kernel";
import { appOptions, buildApp, compose, createLog, createMetrics, readConfig } from "@granary/server";
import { createTestUser, createTestWorkspace } from "@granary/testkit/people";
import { WIDE_SCHEMA, wideRows } from "../lake/wide-rows.ts";

/** A server that listens, with one dataset of 12 columns in its own words and a person who may read it. */
export interface DatasetBed extends AsyncDisposable {
  readonly services: Services;
  readonly workspaceId: string;
  /** The dataset's name in addresses and of its table. */
  readonly dataset: string;
  /** Where the dataset's addresses begin, and what they are asked with. */
  readonly url: string;
  readonly token: string;
  /** Sends a request below `/datasets/{dataset}` and throws unless it is answered well. */
  get(path: string): Promise<Response>;
}

const PEOPLES_TYPES: Readonly<Record<string, string>> = {
  long: "integer",
  int: "integer",
  string: "text",
  timestamp: "timestamp",
  boolean: "boolean",
  double: "number",
  date: "date",
};

const COLUMNS = WIDE_SCHEMA.fields.map(({ id, name, type }) => {
  const storedType = String(type);
  return { fieldId: id, name, type: PEOPLES_TYPES[storedType] ?? "decimal", storedType };
});

async function addDataset(services: Services, owner: { readonly workspaceId: string; readonly userId: string }, rows: number): Promise<string> {
  const id = newId("dataset");
  const { workspaceId: workspace_id, userId } = owner;
  const staged = await services.lake.stageCreate({
    workspaceId: workspace_id,
    tableName: id,
    schema: WIDE_SCHEMA,
    source: { query: wideRows({ from: 0, count: rows }) },
  });
  await services.database.tx({ workspaceId: workspace_id }, async (tx) => {
    const { snapshotId: snapshot_id } = await services.lake.publish(tx, staged, { mode: "create" });
    const versions = { data_version: 1, schema_version: 1, snapshot_id, row_count: rows };
    await tx
      .insertInto("datasets")
      .values({ id, workspace_id, name: "wide", owner_id: userId, table_name: id, ...versions })
      .execute();
    await tx
      .insertInto("schema_versions")
      .values({ workspace_id, dataset_id: id, number: 1, columns: JSON.stringify(COLUMNS) })
      .execute();
    await tx.insertInto("dataset_versions").values({ workspace_id, dataset_id: id, number: 1, snapshot_id, schema_version: 1, row_count: rows }).execute();
  });
  return id;
}

/** Starts the server over a durable PostgreSQL of its own and fills the dataset. */
export async function datasetBed(rows: number): Promise<DatasetBed> {
  const dir = mkdtempSync(join(tmpdir(), "granary-bench-datasets-"));
  const stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(dir, { recursive: true, force: true }));
  const { connection } = stack.use(await startEmbeddedPostgres({ dataDir: join(dir, "postgres"), mode: "durable", stopWithParent: true }));
  await migrate(connection);
  const config = readConfig({ GRANARY_DATA: dir, GRANARY_PUBLIC_URL: "http://localhost", GRANARY_RATE_READ: "100000000" });
  const { services } = stack.use(await compose({ config, url: "http://localhost", connection, log: silentLogger }));
  const log = createLog({ level: "silent", name: "benchmark", directory: undefined });
  const app = await buildApp(appOptions({ config, services, log, metrics: createMetrics(services.database), webRoot: undefined }));
  stack.defer(() => app.server.close());
  const workspace = await createTestWorkspace(services, "Benchmark");
  const person = await createTestUser(services, { workspace, roles: ["contributor"] });
  const dataset = await addDataset(services, { workspaceId: workspace.id, userId: person.id }, rows);
  const address = await app.server.listen({ host: "127.0.0.1", port: 0 });
  const url = `${address}/api/v1/datasets/${dataset}`;
  const headers = { authorization: `Bearer ${person.token}` };
  return {
    services,
    workspaceId: workspace.id,
    dataset,
    url,
    token: person.token,
    get: async (path) => {
      const response = await fetch(`${url}${path}`, { headers });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return response;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
