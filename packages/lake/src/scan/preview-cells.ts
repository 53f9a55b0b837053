import { arithmetic, call, cast, column, type Expression, type JsonValue, literal, type Row, type SelectItem } from "@granary/engine";
import { jsonText } from "./json-value.ts";
import type { VisibleColumn } from "./row-choice.ts";
import type { ShownColumnType } from "./shown-types.ts";

/** A cell that was cut: row of the page and column, from 0. */
export type CutCell = readonly [row: number, column: number];

const TEXT = { kind: "text" } as const;

function asText(value: Expression, type: ShownColumnType): Expression {
  if (type.kind === "nested") return jsonText(value, type.sqlType);
  return type.kind === "text" ? value : cast(value, TEXT);
}

/** A column for a preview: long texts and binaries are cut in the engine, one character late; nested values are JSON texts. */
export function previewItem(item: VisibleColumn, type: ShownColumnType, maxCharacters: number): SelectItem {
  const value = column(item.key);
  if (type.kind === "single") return { expression: value, as: item.name };
  return { expression: call("left", asText(value, type), arithmetic(literal(maxCharacters), "+", literal(1))), as: item.name };
}

function cutText(cell: JsonValue, maxCharacters: number): string | undefined {
  if (typeof cell !== "string" || cell.length <= maxCharacters) return undefined;
  const characters = [...cell];
  return characters.length <= maxCharacters ? undefined : characters.slice(0, maxCharacters).join("");
}

/** Cuts the cells that came one character too long, and says which. */
export function cutCells(
  rows: readonly Row[],
  types: readonly ShownColumnType[],
  maxCharacters: number,
): { readonly rows: readonly Row[]; readonly cut: readonly CutCell[] } {
  const cut: CutCell[] = [];
  const shorter = rows.map((row, rowIndex) =>
    row.map((cell, columnIndex) => {
      const text = types[columnIndex]?.kind === "single" ? undefined : cutText(cell, maxCharacters);
      if (text !== undefined) cut.push([rowIndex, columnIndex]);
      return text ?? cell;
    }),
  );
  return { rows: shorter, cut };
}
