import type { SaxesTagPlain } from "saxes";
import { xmlParser } from "../xml/index.ts";
import type { CellKind } from "./number-formats.ts";
import { serialClock, serialTime } from "./serial-time.ts";
import { TextRuns, unescaped } from "./shared-strings.ts";
import { attribute, localName, type Workbook } from "./workbook.ts";

/** A cell that holds something. */
export interface Cell {
  /** From 0. */
  readonly column: number;
  readonly kind: CellKind | "text" | "boolean" | "error";
  /** Numbers shortest, times as `YYYY-MM-DD HH:MM:SS`, errors as Excel shows them. */
  readonly text: string;
  /** The value was computed by a formula when the workbook was saved. */
  readonly isFormula: boolean;
}

export interface SheetRow {
  /** As Excel shows it, from 1. */
  readonly number: number;
  readonly cells: readonly Cell[];
}

/** A formula without a saved value: the workbook was written by a program that does not compute. */
const NO_VALUE = "a formula without a saved value";

/** The zero-based column of a reference such as `AB12`. */
function columnOf(reference: string): number {
  let column = 0;
  for (let at = 0; at < reference.length; at += 1) {
    const code = reference.charCodeAt(at) & ~0x20;
    if (code < 0x41 || code > 0x5a) break;
    column = column * 26 + (code - 0x40);
  }
  return column - 1;
}

function numberCell(value: string, kind: CellKind, is1904: boolean): Pick<Cell, "kind" | "text"> {
  const number = Number(value);
  if (!Number.isFinite(number) || value.trim() === "") return { kind: "text", text: value };
  if (kind === "time" && number < 1) return { kind, text: serialClock(number) };
  if (kind !== "number") {
    const time = kind === "time" ? serialClock(number) : serialTime(number, is1904);
    return time === undefined ? { kind: "number", text: String(number) } : { kind, text: time };
  }
  // A workbook keeps 17 digits of a double; the shortest text that stands for the same double is what Excel shows.
  return { kind, text: Object.is(number, -0) ? "0" : String(number) };
}

/** Cells that say themselves what they are, by the letters they say it with; all others are numbers. */
const TYPED_CELLS: Readonly<Record<string, (value: string, workbook: Workbook) => Pick<Cell, "kind" | "text">>> = {
  s: (value, workbook) => ({ kind: "text", text: workbook.strings.at(Number(value)) ?? "" }),
  str: (value) => ({ kind: "text", text: unescaped(value) }),
  b: (value) => ({ kind: "boolean", text: value === "1" ? "true" : "false" }),
  e: (value) => ({ kind: "error", text: value }),
  d: (value) => ({ kind: "timestamp", text: value.replace("T", " ").replace(/Z$/, "") }),
};

/** Reads the rows of one sheet, piece by piece. */
class SheetReader {
  /** Ranges that are shown as one cell, such as `A1:C1`. */
  readonly merged: string[] = [];
  readonly #parser = xmlParser();
  readonly #workbook: Workbook;
  readonly #onRow: (row: SheetRow) => void;
  readonly #runs = new TextRuns();
  #row = 0;
  #cells: Cell[] = [];
  #column = -1;
  #type = "n";
  #style = 0;
  #value: string | undefined;
  #isValue = false;
  #isFormula = false;

  constructor(workbook: Workbook, onRow: (row: SheetRow) => void) {
    this.#workbook = workbook;
    this.#onRow = onRow;
    this.#parser.on("opentag", (tag) => this.#opened(tag));
    this.#parser.on("closetag", (tag) => this.#closed(localName(tag)));
    const onText = (text: string): void => this.#texted(text);
    this.#parser.on("text", onText);
    this.#parser.on("cdata", onText);
  }

  push(text: string): void {
    this.#parser.write(text);
  }

  finish(): void {
    this.#parser.close();
  }

  #opened(tag: SaxesTagPlain): void {
    const name = localName(tag);
    if (name === "row") {
      this.#row = Number(attribute(tag, "r") ?? this.#row + 1);
      this.#cells = [];
      this.#column = -1;
    } else if (name === "c") this.#openCell(tag);
    else if (name === "v") this.#isValue = true;
    else if (name === "f") this.#isFormula = true;
    else if (name === "mergeCell") this.merged.push(attribute(tag, "ref") ?? "");
    else this.#runs.open(name);
  }

  #openCell(tag: SaxesTagPlain): void {
    const reference = attribute(tag, "r");
    this.#column = reference === undefined ? this.#column + 1 : columnOf(reference);
    this.#type = attribute(tag, "t") ?? "n";
    this.#style = Number(attribute(tag, "s") ?? 0);
    this.#value = undefined;
    this.#isFormula = false;
  }

  #texted(text: string): void {
    if (this.#isValue) this.#value = (this.#value ?? "") + text;
    else this.#runs.text(text);
  }

  #closed(name: string): void {
    if (name === "v") this.#isValue = false;
    else if (name === "c") this.#closeCell();
    else if (name === "row") this.#onRow({ number: this.#row, cells: this.#cells });
    else this.#runs.close(name);
  }

  #closeCell(): void {
    const inline = this.#runs.take();
    const cell = this.#cell(inline);
    if (cell !== undefined) this.#cells.push({ ...cell, column: this.#column, isFormula: this.#isFormula });
  }

  #cell(inline: string): Pick<Cell, "kind" | "text"> | undefined {
    if (this.#type === "inlineStr") return inline === "" ? undefined : { kind: "text", text: inline };
    const value = this.#value ?? "";
    if (value === "") return this.#isFormula && this.#type !== "str" ? { kind: "error", text: NO_VALUE } : undefined;
    const read = TYPED_CELLS[this.#type];
    return read === undefined ? numberCell(value, this.#workbook.cellKinds[this.#style] ?? "number", this.#workbook.is1904) : read(value, this.#workbook);
  }
}

/** The rows of a sheet, batch by batch. */
export async function* sheetRows(
  source: AsyncIterable<string>,
  workbook: Workbook,
  onMerged: (ranges: readonly string[]) => void = () => undefined,
): AsyncGenerator<readonly SheetRow[]> {
  let rows: SheetRow[] = [];
  const reader = new SheetReader(workbook, (row) => rows.push(row));
  for await (const text of source) {
    reader.push(text);
    if (rows.length === 0) continue;
    yield rows;
    rows = [];
  }
  reader.finish();
  onMerged(reader.merged);
  if (rows.length > 0) yield rows;
}
