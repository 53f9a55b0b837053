import { rm } from "node:fs/promises";
import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import type { Readable } from "../reading/open-version.ts";
import type { CheckedQuery } from "../reading/row-request.ts";
import { exportFormat, type FileOptions, hasByteOrderMark } from "./formats.ts";
import { MAX_SHEET_COLUMNS, MAX_SHEET_ROWS } from "./xlsx/sheet-cells.ts";
import { writeWorkbook } from "./xlsx/write-workbook.ts";

/** Which rows go into which file. */
export interface FileRequest {
  readonly id: string;
  readonly readable: Readable;
  readonly checked: CheckedQuery;
  readonly options: FileOptions;
}

/** The columns of the file, in its order. */
export const columnsOf = ({ readable, checked }: Pick<FileRequest, "readable" | "checked">): readonly string[] =>
  checked.choice.columns ?? readable.columns.map((item) => item.name);

/** Refuses before anything is written what no sheet can hold. */
export async function refuseTooLarge(ctx: Ctx, { readable, checked, options }: Omit<FileRequest, "id">): Promise<void> {
  if (options.format !== "xlsx") return;
  const columns = columnsOf({ readable, checked });
  if (columns.length > MAX_SHEET_COLUMNS) throw problem("download.too_large", { reason: `it has ${columns.length} columns, more than ${MAX_SHEET_COLUMNS}` });
  const { columns: _shown, ...choice } = checked.choice;
  const searched = choice.search === undefined ? {} : { search: { ...choice.search, columns } };
  const rows = await ctx.services.lake.count(readable.table, { ...choice, ...searched, signal: ctx.signal });
  if (rows >= MAX_SHEET_ROWS) throw problem("download.too_large", { reason: `it has ${rows} rows, more than ${MAX_SHEET_ROWS - 1} below the names` });
}

interface WriteOptions {
  readonly path: string;
  readonly signal: AbortSignal;
  /** Puts the byte order mark into the file, where one is asked for; without it the sender does. */
  readonly withMark?: boolean;
  readonly onRows?: (rows: number) => void;
}

/** A warm process writes so many values in some seconds, a tenth of its time; more of them get a process of their own. */
const MAX_QUICK_VALUES = { stored: 20_000_000, sorted: 2_000_000 } as const;

function workFor(request: FileRequest): "read" | "job" {
  const values = request.readable.table.rows * columnsOf(request).length;
  const isSheet = request.options.format === "xlsx";
  return values <= MAX_QUICK_VALUES[isSheet || request.checked.orderBy.length > 0 ? "sorted" : "stored"] ? "read" : "job";
}

async function writeSheet(ctx: Ctx, request: FileRequest, { path, signal, onRows }: WriteOptions): Promise<number> {
  const { readable, checked, id } = request;
  const columns = columnsOf(request).flatMap((name) =>
    readable.columns.filter((item) => item.name === name).map(({ sqlType }) => ({ name, sqlType, isKey: readable.keys.includes(name) })),
  );
  const { choice, orderBy } = checked;
  try {
    return await ctx.services.lake.stream(readable.table, { ...choice, orderBy, work: workFor(request), signal }, ({ batches }) =>
      writeWorkbook({ path, title: readable.dataset.name, identifier: id, columns, batches, ...(onRows === undefined ? {} : { onRows }) }),
    );
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** Writes the rows into a new file and answers how many there were. Removes the file when it fails. */
export async function writeFile(ctx: Ctx, request: FileRequest, options: WriteOptions): Promise<number> {
  const format = exportFormat(request.options);
  if (format === undefined) return writeSheet(ctx, request, options);
  const { choice, orderBy } = request.checked;
  const marked = format.kind === "csv" && options.withMark === true && hasByteOrderMark(request.options) ? { ...format, byteOrderMark: true } : format;
  const destination = { format: marked, to: options.path, work: workFor(request), signal: options.signal };
  const { rows } = await ctx.services.lake.export(request.readable.table, { ...choice, orderBy, ...destination });
  return rows;
}
