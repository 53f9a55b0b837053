import type { TaskContext } from "../../process/tasks.ts";
import { type FileWarning, RejectSink, type RejectOptions, RowSpool, type SpooledColumn, type SpooledRows, TOO_LONG } from "../spool/index.ts";
import { nameColumns } from "../spool/name-columns.ts";
import { type DelimitedDialect, recordText } from "../delimited/index.ts";
import { chooseSheet, type SheetFinding } from "./detect-sheet.ts";
import { type Cell, type SheetRow, sheetRows } from "./read-sheet.ts";
import { type Package, partText, type Workbook } from "./workbook.ts";

export interface SpoolSheetInput {
  readonly pack: Package;
  readonly workbook: Workbook;
  readonly finding: SheetFinding;
  readonly target: string;
  readonly rejects: RejectOptions;
  readonly maxRecords?: number;
}

/** How the text of a row is written: as a sheet is pasted. */
export const SHEET_RECORD: DelimitedDialect = { delimiter: "\t", quote: '"', escape: "double" };

/** What the cells of one column are. */
class ColumnFacts {
  readonly kinds = new Set<Cell["kind"]>();
  header: string | undefined;
  hasClock = false;

  add(cell: Cell): void {
    this.kinds.add(cell.kind);
    if (cell.kind === "timestamp" || (cell.kind === "date" && !cell.text.endsWith(" 00:00:00"))) this.hasClock = true;
  }

  get proof(): SpooledColumn["proof"] {
    return [...this.kinds].every((kind) => kind === "text" || kind === "error") ? "dates" : "any";
  }

  text(cell: Cell): string {
    return cell.kind === "date" && !this.hasClock ? cell.text.slice(0, 10) : cell.text;
  }
}

interface SheetFacts {
  /** By the sheet's own column number; those without any cell are left out. */
  readonly columns: ReadonlyMap<number, ColumnFacts>;
  readonly merged: readonly string[];
  readonly formulas: number;
}

async function* rowsOf(input: SpoolSheetInput, onMerged?: (ranges: readonly string[]) => void): AsyncGenerator<readonly SheetRow[]> {
  const { member } = chooseSheet(input.workbook, input.finding.name);
  let left = input.maxRecords ?? Number.POSITIVE_INFINITY;
  for await (const batch of sheetRows(partText(input.pack, member), input.workbook, onMerged)) {
    const rows = batch.filter((row) => row.cells.length > 0 && row.number >= input.finding.headerRow);
    const data = rows.filter((row) => row.number > input.finding.headerRow).length;
    yield data > left ? rows.slice(0, rows.length - (data - left)) : rows;
    left -= data;
    if (left <= 0) return;
  }
}

async function gatherFacts(input: SpoolSheetInput, context: TaskContext): Promise<SheetFacts> {
  const columns = new Map<number, ColumnFacts>();
  let merged: readonly string[] = [];
  let formulas = 0;
  const factsOf = (column: number): ColumnFacts => {
    const facts = columns.get(column) ?? new ColumnFacts();
    columns.set(column, facts);
    return facts;
  };
  for await (const batch of rowsOf(input, (ranges) => (merged = ranges))) {
    context.signal.throwIfAborted();
    for (const row of batch) {
      const isHeader = row.number === input.finding.headerRow;
      for (const cell of row.cells) {
        const facts = factsOf(cell.column);
        if (isHeader) facts.header = facts.text(cell);
        else facts.add(cell);
        if (cell.isFormula) formulas += 1;
      }
    }
  }
  return { columns: new Map([...columns].toSorted(([left], [right]) => left - right)), merged, formulas };
}

function letters(column: number): string {
  let name = "";
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) name = String.fromCharCode(0x41 + ((rest - 1) % 26)) + name;
  return name;
}

function warningsOf({ merged, formulas }: SheetFacts, finding: SheetFinding): readonly FileWarning[] {
  const inTable = merged.filter((range) => Number(/\d+/.exec(range)?.[0] ?? 0) >= finding.headerRow);
  return [
    ...(inTable.length > 0
      ? [{ code: "cells_merged", message: `${inTable.length} merged ranges (first ${inTable[0]}): the value stands in the first cell, the others are empty.` }]
      : []),
    ...(formulas > 0 ? [{ code: "formulas", message: `${formulas} cells hold formulas; the values they had when the workbook was saved are loaded.` }] : []),
  ];
}

/** Places the cells of rows in the columns of the table. */
class RowWriter {
  records = 0;
  readonly #facts: SheetFacts;
  readonly #errors: "reject" | "null";
  readonly #places: ReadonlyMap<number, number>;

  constructor(facts: SheetFacts, errors: "reject" | "null") {
    this.#facts = facts;
    this.#errors = errors;
    this.#places = new Map([...facts.columns.keys()].map((column, index) => [column, index]));
  }

  write(row: SheetRow, spool: RowSpool, rejects: RejectSink): void {
    this.records += 1;
    const fault = this.#errors === "reject" ? row.cells.find((cell) => cell.kind === "error") : undefined;
    if (fault !== undefined) this.#reject(row, rejects, `cell ${letters(fault.column)}${row.number} shows ${fault.text}`);
    else if (!spool.add(row.number, this.#values(row))) this.#reject(row, rejects, TOO_LONG);
  }

  #reject(row: SheetRow, rejects: RejectSink, reason: string): void {
    const fields = this.#values(row);
    for (const cell of row.cells) if (cell.kind === "error") fields[this.#places.get(cell.column) ?? 0] = cell.text;
    rejects.reject(row.number, reason, recordText(fields, SHEET_RECORD), fields);
  }

  #values(row: SheetRow): (string | null)[] {
    const values = Array.from({ length: this.#places.size }, (): string | null => null);
    for (const cell of row.cells) {
      if (cell.kind !== "error") values[this.#places.get(cell.column) ?? 0] = this.#facts.columns.get(cell.column)?.text(cell) ?? null;
    }
    return values;
  }
}

/** Writes the rows of a sheet; a row with a cell that shows an error is rejected, unless such cells are to be null. */
export async function spoolSheet(input: SpoolSheetInput, context: TaskContext): Promise<SpooledRows> {
  const { finding } = input;
  const facts = await gatherFacts(input, context);
  const columnFacts = [...facts.columns.values()];
  const names = nameColumns(finding.headerRow === 0 ? undefined : columnFacts.map((column) => column.header ?? ""), columnFacts.length);
  await using spool = await RowSpool.create(input.target);
  await using rejects = new RejectSink(input.rejects);
  const writer = new RowWriter(facts, finding.errors);
  for await (const batch of rowsOf(input)) {
    context.signal.throwIfAborted();
    for (const row of batch) if (row.number !== finding.headerRow) writer.write(row, spool, rejects);
    context.onProgress({ bytes: 0, rows: writer.records });
    await spool.flush();
    await rejects.flush();
  }
  await spool.close();
  await rejects.flush();
  const { records } = writer;
  return {
    spool: { kind: "csv", path: input.target },
    columns: names.map((name, index) => ({ ...name, proof: columnFacts[index]?.proof ?? "any" })),
    records,
    loaded: spool.rows,
    rejectedCount: rejects.count,
    rejected: rejects.listed,
    isPartial: records >= (input.maxRecords ?? Number.POSITIVE_INFINITY),
    warnings: warningsOf(facts, finding),
  };
}
