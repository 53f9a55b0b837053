import type { Engine, EngineSession, Row, RowSet, SelectQuery } from "@granary/engine";
import { problem } from "@granary/protocol";
import { type FileIo, openAll } from "../file-io/index.ts";
import { toIcebergType } from "../iceberg/index.ts";
import type { LiveFile, OpenTable } from "../table/index.ts";
import { type Cursor, decodeCursor, encodeCursor } from "./cursor.ts";
import { emptyAnswer } from "./empty-answer.ts";
import { plannedPage, plannedPages } from "./planned-query.ts";
import { type CheckedPlan, checkPlan, type ReadPlan } from "./read-plan.ts";
import { typeOfResult } from "./result-type.ts";

const MAX_PAGE_ROWS = 10_000;
const MAX_FILES_PER_QUERY = 64;

export interface PageRequest {
  readonly plan: ReadPlan;
  /** `next` of the page before. */
  readonly after?: string;
  /** 1 to 10,000. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

export interface PageColumn {
  readonly name: string;
  readonly fieldId: number;
  /** As Iceberg spells it; of a masked column, the type of the mask. */
  readonly type: string;
  readonly isMasked: boolean;
}

/** Rows in stored order. 64-bit integers, decimals, dates and times are texts, so that nothing is lost in JSON. */
export interface Page {
  readonly columns: readonly PageColumn[];
  readonly rows: readonly Row[];
  /** Null at the end. */
  readonly next: string | null;
}

interface Scan {
  readonly engine: Engine;
  readonly fileIo: FileIo;
  readonly table: OpenTable;
  readonly checked: CheckedPlan;
  readonly limit: number;
}

function columnsOf(checked: CheckedPlan, result: RowSet): readonly PageColumn[] {
  return checked.plan.columns.map((item, index) => {
    const isMasked = item.mask !== undefined;
    const type = isMasked ? typeOfResult(result.columns[index]?.type ?? "") : (checked.sources[index]?.type ?? toIcebergType({ kind: "text" }));
    return { name: item.name, fieldId: item.fieldId, type, isMasked };
  });
}

async function queryFiles(session: EngineSession, scan: Scan, start: Cursor, files: readonly LiveFile[]): Promise<RowSet> {
  await using held = await openAll(scan.fileIo, files);
  const pages = files.map((file, index): SelectQuery => {
    const after = index === 0 ? start.position : undefined;
    return plannedPage(scan.checked, { path: held.paths.get(file.uri) ?? "", ordinal: start.ordinal + index, after, limit: scan.limit + 1 });
  });
  return await session.run({ kind: "query", query: plannedPages(scan.checked, pages, scan.limit + 1) });
}

/** Reads on, a growing number of files at a time, until the page is full or the files are through. */
async function collect(session: EngineSession, scan: Scan, start: Cursor): Promise<RowSet> {
  const { files } = scan.table;
  const rows: Row[] = [];
  let result: RowSet | undefined;
  let at = start;
  for (let count = 1; at.ordinal < files.length && rows.length <= scan.limit; count = Math.min(count * 4, MAX_FILES_PER_QUERY)) {
    result = await queryFiles(session, scan, at, files.slice(at.ordinal, at.ordinal + count));
    rows.push(...result.rows);
    at = { snapshotId: at.snapshotId, ordinal: at.ordinal + count, position: undefined };
  }
  return { columns: result?.columns ?? [], rows };
}

function toPage(scan: Scan, found: RowSet): Page {
  const width = scan.checked.plan.columns.length;
  const rows = found.rows.slice(0, scan.limit);
  const last = rows.at(-1);
  const hasMore = found.rows.length > scan.limit && last !== undefined;
  const next = hasMore ? encodeCursor({ snapshotId: scan.table.snapshotId ?? "", ordinal: Number(last[width]), position: Number(last[width + 1]) }) : null;
  return { columns: columnsOf(scan.checked, found), rows: rows.map((row) => row.slice(0, width)), next };
}

/** One page of a table as the plan shows it. Stable while the snapshot is kept, however many rows are added later. */
export async function readPage(parts: { readonly engine: Engine; readonly fileIo: FileIo }, table: OpenTable, request: PageRequest): Promise<Page> {
  if (!Number.isInteger(request.limit) || request.limit < 1 || request.limit > MAX_PAGE_ROWS) {
    throw problem("lake.plan_invalid", { reason: `a page holds 1 to ${MAX_PAGE_ROWS} rows` });
  }
  const checked = checkPlan(table, request.plan);
  const scan: Scan = { ...parts, table, checked, limit: request.limit };
  const start = request.after === undefined ? { snapshotId: table.snapshotId ?? "", ordinal: 0, position: undefined } : decodeCursor(request.after, table);
  const work = { kind: "read", ...(request.signal === undefined ? {} : { signal: request.signal }) } as const;
  return parts.engine.use(work, async (session) =>
    toPage(scan, table.files.length === 0 ? await emptyAnswer(session, checked) : await collect(session, scan, start)),
  );
}
