import type { Column } from "@granary/protocol";
import { useState } from "react";
import type { CellAt } from "../../kit/grid/index.ts";
import { type CellEdit, editCells, type Edits } from "./edit-state.ts";
import type { EditedRow, EditedSource } from "./edited-source.ts";
import { parseTsv } from "./parse-tsv.ts";

/** A cell whose value is being typed. */
export interface Typing extends CellAt {
  readonly text: string;
}

/** Why a cell cannot be edited; undefined when it can. */
function refusalOf(row: EditedRow | undefined, column: Column | undefined, at: number, keys: readonly string[]): string | undefined {
  if (row === undefined || column === undefined) return "This row is not read yet.";
  if (row.target === undefined) return "This row has no key, so that it cannot be edited here.";
  if (row.op === "delete") return "This row is deleted. Take that back first.";
  if (column.masked) return `${column.name} is masked for you, so that you cannot edit it.`;
  if (keys.includes(column.name) && row.op !== "add") return "Key columns stay. Delete the row and add one with another key instead.";
  return row.cut?.has(at) === true ? "This value is too long to be edited here. Propose a file instead." : undefined;
}

interface SheetOptions {
  readonly source: EditedSource;
  readonly columns: readonly Column[];
  readonly keys: readonly string[];
  readonly change: (act: (before: Edits) => Edits) => void;
}

/** What is typed, set and pasted into cells, and what is said of cells that cannot be edited. */
export function useSheet({ source, columns, keys, change }: SheetOptions) {
  const [typing, setTyping] = useState<Typing>();
  const [said, setSaid] = useState("");
  const cellOf = ({ row, column }: CellAt, value: string | null): CellEdit | undefined => {
    const found = source.row(row);
    const name = columns[column]?.name;
    if (found?.target === undefined || name === undefined || refusalOf(found, columns[column], column, keys) !== undefined) return undefined;
    return { target: found.target, column: name, value, original: found.original[column] ?? null };
  };
  const begin = (to: CellAt, text?: string) => {
    const refusal = refusalOf(source.row(to.row), columns[to.column], to.column, keys);
    setSaid(refusal ?? "");
    if (refusal === undefined) setTyping({ ...to, text: text ?? source.row(to.row)?.cells[to.column] ?? "" });
  };
  const set = (to: CellAt, value: string | null) => {
    const cell = cellOf(to, value);
    setSaid(cell === undefined ? (refusalOf(source.row(to.row), columns[to.column], to.column, keys) ?? "") : "");
    if (cell !== undefined) change((before) => editCells(before, [cell]));
  };
  const paste = (text: string, to: CellAt) => {
    const block = parseTsv(text);
    const cells = block.flatMap((line, down) => line.flatMap((value, right) => cellOf({ row: to.row + down, column: to.column + right }, value) ?? []));
    change((before) => editCells(before, cells));
    const left = block.reduce((sum, line) => sum + line.length, 0) - cells.length;
    setSaid(left === 0 ? `${cells.length} cells pasted` : `${cells.length} cells pasted; ${left} do not fit or cannot be edited`);
  };
  return { typing, setTyping, said, begin, set, paste };
}
