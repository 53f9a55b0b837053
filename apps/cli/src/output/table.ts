import { displayWidth, fit, pad, plain } from "./cells.ts";
import type { Terminal } from "./terminal.ts";

/** One column of a list, or one line of a record. */
export interface Column<T> {
  readonly title: string;
  /** Null shows as nothing. */
  of(item: T): string | number | boolean | null | undefined;
  /** An instant is shown in local time to people and as it came to programs. */
  readonly kind?: "instant" | "number";
}

const GAP = 2;
const NARROWEST_COLUMN = 6;

const two = (value: number): string => String(value).padStart(2, "0");

function localTime(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function cellOf<T>(column: Column<T>, item: T, forPeople: boolean): string {
  const value = column.of(item);
  if (value === null || value === undefined) return "";
  const text = plain(String(value));
  return forPeople && column.kind === "instant" ? localTime(text) : text;
}

/** Takes width from the widest column, one place at a time, until the row fits. */
function shrink(widths: readonly number[], available: number): readonly number[] {
  const result = [...widths];
  const total = (): number => result.reduce((sum, width) => sum + width + GAP, -GAP);
  while (total() > available) {
    const widest = Math.max(...result);
    if (widest <= NARROWEST_COLUMN) break;
    result[result.indexOf(widest)] = widest - 1;
  }
  return result;
}

/** Rows for people, aligned and cut to the terminal; for programs, one line each with tabs between and no heading. */
export function tableText<T>(items: readonly T[], columns: readonly Column<T>[], terminal: Terminal): string {
  const { width } = terminal;
  const rows = items.map((item) => columns.map((column) => cellOf(column, item, width !== undefined)));
  if (width === undefined) return rows.map((row) => `${row.join("\t")}\n`).join("");
  const natural = columns.map((column, index) => Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(row[index] ?? ""))));
  const widths = shrink(natural, width);
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => pad(fit(cell, widths[index] ?? 0), widths[index] ?? 0, columns[index]?.kind === "number" ? "right" : "left"))
      .join(" ".repeat(GAP))
      .trimEnd();
  const heading = terminal.paint("bold", line(columns.map((column) => column.title)));
  return [heading, ...rows.map(line)].map((text) => `${text}\n`).join("");
}

/** One thing with all its fields: a line each. */
export function recordText<T>(item: T, fields: readonly Column<T>[], terminal: Terminal): string {
  const forPeople = terminal.width !== undefined;
  const cells = fields.map((field) => [field.title, cellOf(field, item, forPeople)] as const);
  if (!forPeople) return cells.map(([title, cell]) => `${title}\t${cell}\n`).join("");
  const titleWidth = Math.max(...cells.map(([title]) => displayWidth(title)));
  return cells.map(([title, cell]) => `${terminal.paint("bold", pad(title, titleWidth))}  ${cell}`.trimEnd()).join("\n") + "\n";
}
