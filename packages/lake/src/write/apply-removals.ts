import type { EngineSession } from "@granary/engine";
import type { RemovedFile } from "../change/index.ts";
import type { HeldFiles, LiveDataFile } from "../files/index.ts";
import type { IcebergField } from "../iceberg/index.ts";
import type { LiveEntry, OpenTable } from "../table/index.ts";
import { isPartitioned, type Layout } from "./layout.ts";
import { liveRows } from "./live-rows.ts";
import { narrowed } from "./parquet-columns.ts";
import { countLosses, type FileLoss, planRemovals, type RemovalPlan, writeModeOf } from "./removals.ts";
import { type Incoming, incomingRows, inOrder, KEPT, keptQuery, rowsAnew } from "./replaced-rows.ts";
import { removedFile } from "./staged-change.ts";
import type { Staging } from "./staging.ts";
import { writeDataFiles } from "./write-data-files.ts";
import { writeDeletes } from "./write-deletes.ts";

export interface RemovalInput {
  readonly table: OpenTable;
  readonly layout: Layout;
  /** All data files of the table; those that lose rows are among the opened ones. */
  readonly live: readonly LiveDataFile[];
  /** Files that may lose rows; of a small table all of them. */
  readonly held: HeldFiles;
  readonly incoming?: Incoming | undefined;
  /** Whether any row comes, and how many are replaced. */
  readonly coming: { readonly rows: number; readonly replaced: number };
  /** About how many bytes the rows that come take. */
  readonly expectedBytes: number;
}

export interface Removal {
  readonly removed: readonly RemovedFile[];
  /** Data files the change relies on: those it takes away and those its delete files refer to. */
  readonly touched: readonly string[];
  readonly removedRows: number;
  readonly rewrittenFiles: number;
}

/** Delete files that concern a file alone leave with it; others may concern files that stay. */
function leaving(files: readonly LiveDataFile[]): readonly RemovedFile[] {
  const own = (file: LiveDataFile): readonly LiveEntry[] => file.positionDeletes.filter((item) => item.file.referencedDataFile === file.file.uri);
  return files.flatMap((file) => [file, ...own(file)]).map(removedFile);
}

async function keepOldValues(session: EngineSession, input: RemovalInput, losses: readonly FileLoss[], kept: readonly IcebergField[]): Promise<void> {
  if (kept.length === 0) return;
  const files = losses.map((loss) => loss.file);
  const live = liveRows(
    input.held,
    files,
    kept.map((field) => field.id),
  );
  await session.run({ kind: "createTable", name: KEPT, query: keptQuery(live, kept) });
}

/** Columns the written rows have, in the table's order: those the source gives, and those replaced rows keep. */
function incomingFields(table: OpenTable, { given, kept }: Incoming): readonly IcebergField[] {
  const ids = new Set([...given, ...kept].map((field) => field.id));
  return table.schema.fields.filter((field) => ids.has(field.id));
}

/**
 * Writes files anew without their lost rows; in tables without partitions with new rows in the places of those they replace.
 * Answers the ordinals of the files for which that was done.
 */
async function rewrite(session: EngineSession, files: Staging, input: RemovalInput, plan: RemovalPlan): Promise<readonly number[]> {
  const { table, layout, incoming } = input;
  const { fields } = table.schema;
  const placed: number[] = [];
  const inPlace = incoming !== undefined && input.coming.replaced > 0 && !isPartitioned(layout) ? incoming : undefined;
  for (const group of plan.rewritten) {
    const live = liveRows(
      input.held,
      group,
      fields.map((field) => field.id),
    );
    const ordinals = group.map((file) => file.ordinal);
    const rows = rowsAnew({ live, ordinals, fields, ...(inPlace === undefined ? {} : { inPlace }) });
    if (inPlace !== undefined) placed.push(...ordinals);
    const expectedBytes = group.reduce((sum, file) => sum + file.file.bytes, 0);
    await writeDataFiles(session, files, { query: inOrder(fields, rows), schema: table.schema, layout, expectedBytes });
  }
  return placed;
}

async function writeIncoming(session: EngineSession, files: Staging, input: RemovalInput, placedIn: readonly number[]): Promise<void> {
  const { table, layout, incoming, expectedBytes } = input;
  if (incoming === undefined || input.coming.rows === 0) return;
  const fields = incomingFields(table, incoming);
  const query = inOrder(fields, [incomingRows(incoming, placedIn)]);
  await writeDataFiles(session, files, { query, schema: narrowed(table.schema, fields), layout, expectedBytes });
}

/** Sees to it that the old values that stay are at hand. */
async function prepare(session: EngineSession, input: RemovalInput, losses: readonly FileLoss[]): Promise<RemovalInput> {
  const { incoming, coming } = input;
  if (incoming === undefined) return input;
  const kept = coming.replaced > 0 ? incoming.kept : [];
  await keepOldValues(session, input, losses, kept);
  return { ...input, incoming: { ...incoming, kept } };
}

/**
 * Takes the rows named in the session's table `granary_removed` out of a table's files, and brings in those that come: by
 * delete files where few rows of a large file go, by writing the file anew otherwise, and by dropping files that lose all.
 */
export async function applyRemovals(session: EngineSession, files: Staging, input: RemovalInput): Promise<Removal> {
  const losses = await countLosses(session, input.held.files);
  const plan = planRemovals(losses, input.live, writeModeOf(input.table.properties, input.incoming === undefined ? "delete" : "merge"));
  const prepared = await prepare(session, input, losses);
  await writeDeletes(session, files, plan.marked);
  const placedIn = await rewrite(session, files, prepared, plan);
  await writeIncoming(session, files, prepared, placedIn);
  const rewritten = plan.rewritten.flat();
  const gone = [...plan.dropped.map((loss) => loss.file), ...rewritten];
  return {
    removed: leaving(gone),
    touched: [...gone, ...plan.marked.map((loss) => loss.file)].map((file) => file.file.uri),
    removedRows: losses.reduce((sum, loss) => sum + loss.rows, 0),
    rewrittenFiles: rewritten.length,
  };
}
