import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { newId } from "@granary/kernel";
import type { ReadPlan } from "@granary/lake";
import { type Column, problem } from "@granary/protocol";
import { datasetLevel, readPlanFor } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import { findSnapshot } from "../batch-store.ts";
import { presentColumn } from "../present.ts";
import type { DatasetRow, StoredColumn } from "../store.ts";
import { requireDataset } from "./get-dataset.ts";

interface Readable {
  readonly dataset: DatasetRow;
  readonly columns: readonly StoredColumn[];
  readonly plan: ReadPlan;
  readonly table: { readonly workspaceId: string; readonly tableName: string; readonly at: { readonly snapshotId: string } };
  readonly dataVersion: number;
}

/** Finds a version of a dataset and what the caller sees of it. */
async function openVersion(ctx: Ctx, idOrName: string, asked: number | undefined): Promise<Readable> {
  const dataset = await requireDataset(ctx, idOrName);
  if (dataset.data_version === 0) throw problem("dataset.not_ready");
  const dataVersion = asked ?? dataset.data_version;
  const snapshot = await findSnapshot(ctx.db, dataset.id, dataVersion);
  if (snapshot === undefined) throw problem("dataset.version_not_found", { version: dataVersion });
  const plan = readPlanFor(datasetLevel(ctx.principal, dataset), snapshot.columns);
  const table = { workspaceId: ctx.workspaceId, tableName: dataset.table_name, at: { snapshotId: snapshot.snapshotId } };
  return { dataset, columns: snapshot.columns, plan, table, dataVersion };
}

export interface RowsQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly version?: number | undefined;
}

export interface RowsPage {
  readonly columns: Column[];
  readonly rows: (string | null)[][];
  readonly dataVersion: number;
  readonly next: string | null;
}

/** One page of a dataset's rows as the caller may see them. */
export async function readRows(ctx: Ctx, idOrName: string, query: RowsQuery): Promise<RowsPage> {
  const { columns, plan, table, dataVersion } = await openVersion(ctx, idOrName, query.version);
  const { lake } = ctx.services;
  const page = await lake.rows(await lake.open(ctx.db, table), {
    plan,
    limit: query.limit,
    signal: ctx.signal,
    ...(query.cursor === undefined ? {} : { after: query.cursor }),
  });
  return {
    columns: columns.map(presentColumn),
    rows: page.rows.map((row) => row.map((cell) => (cell === null ? null : String(cell)))),
    dataVersion,
    next: page.next,
  };
}

/** A file made for one download; dispose it when it was sent. */
export interface DownloadFile extends AsyncDisposable {
  readonly path: string;
  readonly fileName: string;
}

function fileNameOf(name: string, version: number): string {
  const plain = name
    .normalize("NFKD")
    .replace(/[^\w.-]+/g, "-")
    .replace(/^[-.]+|-+$/g, "");
  return `${plain === "" ? "dataset" : plain}-v${version}.csv`;
}

/** Writes what the caller may see of a version as CSV, registers the download and hands over the file. */
export async function prepareDownload(ctx: Ctx, idOrName: string, version: number | undefined): Promise<DownloadFile> {
  const { dataset, plan, table, dataVersion } = await openVersion(ctx, idOrName, version);
  const directory = join(ctx.services.config.dataDir, "tmp");
  const path = join(directory, `${newId("upload")}.csv`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  try {
    const { lake } = ctx.services;
    const { rows } = await lake.export(await lake.open(ctx.db, table), { plan, to: path, format: { kind: "csv" }, signal: ctx.signal });
    await ctx.tx((ctx) =>
      ctx.record({
        type: "dataset.downloaded",
        subject: { id: dataset.id, label: dataset.name },
        data: { version: dataVersion, format: "csv", rows, columns: plan.columns.map((column) => column.name) },
      }),
    );
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return { path, fileName: fileNameOf(dataset.name, dataVersion), [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}
