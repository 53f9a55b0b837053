import { Fault } from "../../fault.ts";
import { type Cell, type SheetRow, sheetRows } from "./read-sheet.ts";
import { type Package, partText, type SheetInfo, type Workbook } from "./workbook.ts";

export interface SheetOptions {
  /** The sheet's name; the first visible one unless said. */
  readonly name?: string;
  /** The row that holds the names, as Excel numbers it; 0 when there is none. */
  readonly headerRow?: number;
  /** What a cell that shows an error does: its row is rejected (unless said), or the cell is null. */
  readonly errors?: "reject" | "null";
}

/** Which sheet of a workbook was taken, and where its table was found to begin. */
export interface SheetFinding {
  readonly name: string;
  readonly sheets: readonly SheetInfo[];
  readonly headerRow: number;
  readonly errors: "reject" | "null";
  readonly confidence: number;
  /** A sentence for people. */
  readonly evidence: string;
}

const LOOKED_AT_ROWS = 50;

async function frontRows(pack: Package, workbook: Workbook, member: string): Promise<readonly SheetRow[]> {
  const rows: SheetRow[] = [];
  for await (const batch of sheetRows(partText(pack, member), workbook)) {
    rows.push(...batch.filter((row) => row.cells.length > 0));
    if (rows.length >= LOOKED_AT_ROWS) break;
  }
  return rows.slice(0, LOOKED_AT_ROWS);
}

const isName = (cell: Cell): boolean => cell.kind === "text";

/** The first row that is about as full as most rows, if nothing but texts stands in it. */
function findHeader(rows: readonly SheetRow[]): { readonly row: number; readonly confidence: number } {
  const counts = rows.map((row) => row.cells.length).toSorted((left, right) => left - right);
  const usual = counts[Math.floor(counts.length / 2)] ?? 0;
  const first = rows.find((row) => row.cells.length >= usual * 0.8) ?? rows[0];
  if (first === undefined || !first.cells.every(isName)) return { row: 0, confidence: 0.7 };
  const below = rows.slice(rows.indexOf(first) + 1);
  const isTelling = below.some((row) => row.cells.some((cell) => !isName(cell)));
  return { row: first.number, confidence: isTelling ? 0.95 : 0.6 };
}

export function chooseSheet(workbook: Workbook, name: string | undefined): Workbook["sheets"][number] {
  const chosen =
    name === undefined ? (workbook.sheets.find((sheet) => !sheet.isHidden) ?? workbook.sheets[0]) : workbook.sheets.find((sheet) => sheet.name === name);
  if (chosen === undefined) throw new Fault("file.sheet_unknown", { name, sheets: workbook.sheets.map((sheet) => sheet.name).join(", ") });
  return chosen;
}

/** Decides which sheet and where its table begins. What `given` says is taken as said. */
export async function detectSheet(pack: Package, workbook: Workbook, given: SheetOptions = {}): Promise<SheetFinding> {
  const sheet = chooseSheet(workbook, given.name);
  const found = findHeader(await frontRows(pack, workbook, sheet.member));
  const headerRow = given.headerRow ?? found.row;
  const visible = workbook.sheets.filter((item) => !item.isHidden).length;
  const sure = given.headerRow === undefined ? found.confidence : 1;
  return {
    name: sheet.name,
    sheets: workbook.sheets.map(({ name, isHidden }) => ({ name, isHidden })),
    headerRow,
    errors: given.errors ?? "reject",
    confidence: given.name === undefined && visible > 1 ? Math.min(0.6, sure) : sure,
    evidence: headerRow === 0 ? `no row of “${sheet.name}” holds names alone` : `row ${headerRow} of “${sheet.name}” holds the names`,
  };
}
