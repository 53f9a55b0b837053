import type { Row } from "@granary/engine";
import type { Column } from "@granary/protocol";
import { presentColumn } from "../present.ts";
import type { ReadableColumn } from "./open-version.ts";

export type CellTexts = (string | null)[];

/** Cells as people read them: exact texts, nested values as JSON, null for missing ones. */
export function presentRow(row: Row): CellTexts {
  return row.map((cell) => (cell === null ? null : typeof cell === "object" ? JSON.stringify(cell) : String(cell)));
}

/** The columns of an answer, in its order. */
export function presentColumns(columns: readonly ReadableColumn[], names: readonly string[]): Column[] {
  return names.flatMap((name) => {
    const found = columns.find((item) => item.name === name);
    return found === undefined ? [] : { ...presentColumn(found.stored), name, masked: found.isMasked };
  });
}
